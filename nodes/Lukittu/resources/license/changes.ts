import { UserError, type IDataObject } from 'n8n-workflow';
import { checkLicenseKey } from '../../checks/ids';
import { checkMetadata, checkMetadataText } from '../../checks/metadata';
import { checkBoolean, checkChoice, checkLimit } from '../../checks/values';
import type { Expiration } from '../../types';
import { checkExpiration } from './expiration';
import { customerIdsOf, entriesOf, ifAdded, productIdsOf } from './fields';
import type { LicenseChanges, LinkChanges, MetadataSetting } from './merge';

const LOCK_CHOICES = ['KEEP', 'LOCKED', 'UNLOCKED'] as const;

function refuseBoth(one: string, other: string, what: string): never {
	throw new UserError(`'${one}' and '${other}' both name ${what}`, {
		description: 'Take it out of one of them.',
	});
}

/** Changes to customers or products, from the fields "Add …", "Remove …" and "Replace …". */
function linkChanges(
	fields: IDataObject,
	noun: 'Customers' | 'Products',
	idsOf: (value: unknown, place: string) => string[],
): LinkChanges {
	const read = (verb: 'add' | 'remove' | 'replace', label: string) =>
		ifAdded(fields, `${verb}${noun}`, (value) => idsOf(value, `'${label} ${noun}'`));
	const add = read('add', 'Add');
	const remove = read('remove', 'Remove');
	const replace = read('replace', 'Replace');
	if (replace && (add ?? remove)) {
		throw new UserError(`'Replace ${noun}' cannot stand beside 'Add ${noun}' or 'Remove ${noun}'`, {
			description: `Keep either 'Replace ${noun}' or the other two.`,
		});
	}
	const both = add?.find((id) => remove?.includes(id));
	if (both !== undefined) refuseBoth(`Add ${noun}`, `Remove ${noun}`, both);
	return { add: add ?? [], remove: remove ?? [], replace };
}

function lockOf(value: unknown, place: string): boolean | undefined {
	if (typeof value === 'boolean') return value;
	const choice = checkChoice(value, place, LOCK_CHOICES);
	return choice === 'KEEP' ? undefined : choice === 'LOCKED';
}

function metadataSettings(value: unknown): MetadataSetting[] {
	const settings = entriesOf(value).map((entry, index) => {
		const inEntry = `'Set Metadata' entry ${index + 1}`;
		return {
			key: checkMetadataText(entry.key, `${inEntry}, 'Key'`),
			value: checkMetadataText(entry.value, `${inEntry}, 'Value'`),
			locked: ifAdded(entry, 'locked', (lock) => lockOf(lock, `${inEntry}, 'Lock'`)),
		};
	});
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
	const keys: unknown[] = Array.isArray(value) ? value : [value];
	return keys.map((key, index) => checkMetadataText(key, `'Remove Metadata' key ${index + 1}`));
}

function metadataChanges(fields: IDataObject): LicenseChanges['metadata'] {
	const set = ifAdded(fields, 'setMetadata', metadataSettings);
	const remove = ifAdded(fields, 'removeMetadata', removedKeys);
	const replace = ifAdded(fields, 'replaceMetadata', (value) =>
		checkMetadata(entriesOf(value), "'Replace Metadata'"),
	);
	if (replace && (set ?? remove)) {
		throw new UserError(
			"'Replace Metadata' cannot stand beside 'Set Metadata' or 'Remove Metadata'",
			{ description: "Keep either 'Replace Metadata' or the other two." },
		);
	}
	const both = set?.find(({ key }) => remove?.includes(key));
	if (both) refuseBoth('Set Metadata', 'Remove Metadata', `the key "${both.key}"`);
	return { set: set ?? [], remove: remove ?? [], replace };
}

function expirationOf(expiration: unknown, timezone: string): Expiration {
	const value = (expiration as IDataObject | null)?.value;
	if (!value) {
		throw new UserError("'Expiration' is empty", {
			description: 'Set the expiration, or remove the field to leave it as it is.',
		});
	}
	return checkExpiration(value as IDataObject, timezone, true);
}

/**
 * Reads what the user wants changed; a field that was not added stays undefined.
 *
 * @param fields the collection "Update Fields"
 * @param timezone the workflow's, for dates that name none
 * @throws UserError if nothing was added, or a value is not as it must be
 */
export function licenseChanges(fields: IDataObject, timezone: string): LicenseChanges {
	if (Object.keys(fields).length === 0) {
		throw new UserError("'Update Fields' names nothing to change", {
			description: "Add at least one field under 'Update Fields'.",
		});
	}
	return {
		customers: linkChanges(fields, 'Customers', customerIdsOf),
		products: linkChanges(fields, 'Products', productIdsOf),
		metadata: metadataChanges(fields),
		expiration: ifAdded(fields, 'expiration', (value) => expirationOf(value, timezone)),
		hwidLimit: ifAdded(fields, 'hwidLimit', (value) => checkLimit(value, "'Hardware ID Limit'")),
		ipLimit: ifAdded(fields, 'ipLimit', (value) => checkLimit(value, "'IP Address Limit'")),
		licenseKey: ifAdded(fields, 'licenseKey', (value) => checkLicenseKey(value, "'License Key'")),
		suspended: ifAdded(fields, 'suspended', (value) => checkBoolean(value, "'Suspended'")),
	};
}
