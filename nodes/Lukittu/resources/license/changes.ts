import { UserError, type IDataObject } from 'n8n-workflow';
import { checkLicenseKey } from '../../checks/ids';
import { checkMetadata, checkMetadataText } from '../../checks/metadata';
import { checkBoolean, checkChoice, checkLimit } from '../../checks/values';
import { checkExpiration } from './expiration';
import { customerIdsOf, productIdsOf } from './fields';
import type { LicenseChanges, LinkChanges, MetadataSetting } from './merge';

const LOCK_CHOICES = ['KEEP', 'LOCKED', 'UNLOCKED'] as const;

function linkChanges(
	fields: IDataObject,
	names: [add: string, remove: string, replace: string],
	noun: 'Customers' | 'Products',
	idsOf: (value: unknown, field: string) => string[],
): LinkChanges {
	const [add, remove, replace] = names;
	const changes = {
		add: idsOf(fields[add], `Add ${noun}`),
		remove: idsOf(fields[remove], `Remove ${noun}`),
		replace: fields[replace] === undefined ? undefined : idsOf(fields[replace], `Replace ${noun}`),
	};
	if (changes.replace && (fields[add] !== undefined || fields[remove] !== undefined)) {
		throw new UserError(`'Replace ${noun}' cannot stand beside 'Add ${noun}' or 'Remove ${noun}'`, {
			description: `Keep either 'Replace ${noun}' or the other two.`,
		});
	}
	const both = changes.add.find((id) => changes.remove.includes(id));
	if (both) {
		throw new UserError(`'Add ${noun}' and 'Remove ${noun}' both name ${both}`, {
			description: 'Take it out of one of them.',
		});
	}
	return changes;
}

function lockOf(value: unknown, field: string): boolean | undefined {
	if (typeof value === 'boolean') return value;
	const choice = checkChoice(value ?? 'KEEP', field, LOCK_CHOICES);
	return choice === 'KEEP' ? undefined : choice === 'LOCKED';
}

function entriesOf(value: unknown): IDataObject[] {
	return ((value as IDataObject | undefined)?.entry ?? []) as IDataObject[];
}

function metadataSettings(value: unknown): MetadataSetting[] {
	const settings = entriesOf(value).map((entry, index) => ({
		key: checkMetadataText(entry.key, `'Set Metadata' entry ${index + 1}, 'Key'`),
		value: checkMetadataText(entry.value, `'Set Metadata' entry ${index + 1}, 'Value'`),
		locked: lockOf(entry.locked, `Set Metadata: Lock`),
	}));
	const keys = settings.map(({ key }) => key);
	const repeated = keys.find((key, index) => keys.indexOf(key) !== index);
	if (repeated !== undefined) {
		throw new UserError(`'Set Metadata' names the key "${repeated}" more than once`, {
			description: 'Keep one entry for each key.',
		});
	}
	return settings;
}

function removedKeys(value: unknown): string[] {
	const keys = Array.isArray(value) ? value : value === undefined ? [] : [value];
	return keys.map((key, index) => checkMetadataText(key, `'Remove Metadata' key ${index + 1}`));
}

function metadataChanges(fields: IDataObject): LicenseChanges['metadata'] {
	const changes = {
		set: metadataSettings(fields.setMetadata),
		remove: removedKeys(fields.removeMetadata),
		replace:
			fields.replaceMetadata === undefined
				? undefined
				: checkMetadata(entriesOf(fields.replaceMetadata), 'Replace Metadata'),
	};
	const isEdited = fields.setMetadata !== undefined || fields.removeMetadata !== undefined;
	if (changes.replace && isEdited) {
		throw new UserError(
			"'Replace Metadata' cannot stand beside 'Set Metadata' or 'Remove Metadata'",
			{ description: "Keep either 'Replace Metadata' or the other two." },
		);
	}
	const both = changes.set.find(({ key }) => changes.remove.includes(key));
	if (both) {
		throw new UserError(`'Set Metadata' and 'Remove Metadata' both name the key "${both.key}"`, {
			description: 'Take it out of one of them.',
		});
	}
	return changes;
}

function expirationChange(fields: IDataObject, timezone: string): LicenseChanges['expiration'] {
	if (fields.expiration === undefined) return undefined;
	const { value } = fields.expiration as IDataObject;
	if (value === undefined) {
		throw new UserError("'Expiration' is empty", {
			description: 'Set the expiration, or remove the field to leave it as it is.',
		});
	}
	return checkExpiration(value as IDataObject, timezone, true);
}

/**
 * Reads what the user wants changed; a field that was not added stays undefined.
 *
 * @throws UserError if nothing was added, or a value is not as it must be
 */
export function licenseChanges(fields: IDataObject, timezone: string): LicenseChanges {
	if (Object.keys(fields).length === 0) {
		throw new UserError("'Update Fields' names nothing to change", {
			description: "Add at least one field under 'Update Fields'.",
		});
	}
	return {
		customers: linkChanges(
			fields,
			['addCustomers', 'removeCustomers', 'replaceCustomers'],
			'Customers',
			customerIdsOf,
		),
		products: linkChanges(
			fields,
			['addProducts', 'removeProducts', 'replaceProducts'],
			'Products',
			productIdsOf,
		),
		metadata: metadataChanges(fields),
		expiration: expirationChange(fields, timezone),
		hwidLimit:
			fields.hwidLimit === undefined
				? undefined
				: checkLimit(fields.hwidLimit, 'Hardware ID Limit'),
		ipLimit:
			fields.ipLimit === undefined ? undefined : checkLimit(fields.ipLimit, 'IP Address Limit'),
		licenseKey:
			fields.licenseKey === undefined
				? undefined
				: checkLicenseKey(fields.licenseKey, 'License Key'),
		suspended:
			fields.suspended === undefined ? undefined : checkBoolean(fields.suspended, 'Suspended'),
	};
}
