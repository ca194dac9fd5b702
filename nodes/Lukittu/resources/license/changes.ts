import { UserError, type IDataObject } from 'n8n-workflow';
import { checkLicenseKey, checkLinkCount } from '../../checks/ids';
import { checkMetadata, checkMetadataCount, checkMetadataText } from '../../checks/metadata';
import { checkBoolean, checkChoice, checkLimit } from '../../checks/values';
import type { Expiration, MetadataEntry } from '../../types';
import { checkExpiration } from './expiration';
import type { LicenseChanges, LinkChanges, MetadataSetting } from './merge';
import { entriesOf, idsOf, ifAdded } from '../parameters';

const LOCK_CHOICES = ['KEEP', 'LOCKED', 'UNLOCKED'] as const;

/** What "Remove All" can name. */
type Removable = 'customers' | 'metadata' | 'products';

const REMOVABLES: readonly Removable[] = ['customers', 'metadata', 'products'];

function refuseBoth(one: string, other: string, what: string): never {
	throw new UserError(`'${one}' and '${other}' both name ${what}`, {
		description: 'Take it out of one of them.',
	});
}

/**
 * Refuses a field that was added and then left alone. n8n also makes one of anything that is no
 * list, for example of an expression in its place, and an empty replacement would remove all.
 */
function refuseUntouched(value: unknown, place: string): void {
	if (typeof value !== 'object' || value === null || Object.keys(value).length > 0) return;
	throw new UserError(`${place} has no entries`, {
		description:
			"Add an entry, or remove the field. To take all off the license, use 'Remove All'.",
	});
}

interface UpdateField {
	label: string;
	isAdded: boolean;
	standsAlone?: boolean;
}

/** Refuses "Replace …" and "Remove All" beside other fields for the same thing. */
function refuseBeside(fields: UpdateField[]): void {
	const [one, other] = fields.filter(({ isAdded }) => isAdded);
	if (!one?.standsAlone || other === undefined) return;
	throw new UserError(`'${one.label}' cannot stand beside '${other.label}'`, {
		description: 'Keep one of them.',
	});
}

function removedAll(fields: IDataObject): Removable[] {
	const named = ifAdded(fields, 'removeAll', (value) => {
		const choices: unknown[] = Array.isArray(value) ? value : [value];
		return choices.map((choice) => checkChoice(choice, "'Remove All'", REMOVABLES));
	});
	if (named?.length === 0) {
		throw new UserError("'Remove All' is empty", {
			description: 'Choose what to remove, or remove the field.',
		});
	}
	return named ?? [];
}

/** Changes to customers or products. */
function linkChanges(
	fields: IDataObject,
	noun: 'Customers' | 'Products',
	all: Removable[],
): LinkChanges {
	const singular = noun === 'Customers' ? 'customer' : 'product';
	const read = (verb: 'Add' | 'Remove' | 'Replace') =>
		ifAdded(fields, `${verb.toLowerCase()}${noun}`, (value) => {
			const place = `'${verb} ${noun}'`;
			refuseUntouched(value, place);
			return checkLinkCount(idsOf(value, singular, place), place, singular);
		});
	const [add, remove, replace] = [read('Add'), read('Remove'), read('Replace')];
	const removesAll = all.includes(noun.toLowerCase() as Removable);
	refuseBeside([
		{ label: `Replace ${noun}`, isAdded: replace !== undefined, standsAlone: true },
		{ label: 'Remove All', isAdded: removesAll, standsAlone: true },
		{ label: `Add ${noun}`, isAdded: add !== undefined },
		{ label: `Remove ${noun}`, isAdded: remove !== undefined },
	]);
	const both = add?.find((id) => remove?.includes(id));
	if (both !== undefined) refuseBoth(`Add ${noun}`, `Remove ${noun}`, both);
	return { add: add ?? [], remove: remove ?? [], replace: removesAll ? [] : replace };
}

function lockOf(value: unknown, place: string): boolean | undefined {
	if (typeof value === 'boolean') return value;
	const choice = checkChoice(value, place, LOCK_CHOICES);
	return choice === 'KEEP' ? undefined : choice === 'LOCKED';
}

function metadataSettings(value: unknown): MetadataSetting[] {
	const place = "'Set Metadata'";
	refuseUntouched(value, place);
	const settings = checkMetadataCount(entriesOf(value, place), place).map((entry, index) => {
		const inEntry = `${place} entry ${index + 1}`;
		return {
			key: checkMetadataText(entry.key, `${inEntry}, 'Key'`),
			value: checkMetadataText(entry.value, `${inEntry}, 'Value'`),
			locked: ifAdded(entry, 'locked', (lock) => lockOf(lock, `${inEntry}, 'Locked'`)),
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
	if (keys.length === 0) {
		throw new UserError("'Remove Metadata' has no entries", {
			description: 'Add a key, or remove the field.',
		});
	}
	return keys.map((key, index) => checkMetadataText(key, `'Remove Metadata' key ${index + 1}`));
}

function metadataReplacement(value: unknown): MetadataEntry[] {
	const place = "'Replace Metadata'";
	refuseUntouched(value, place);
	return checkMetadata(entriesOf(value, place), place);
}

function metadataChanges(fields: IDataObject, all: Removable[]): LicenseChanges['metadata'] {
	const set = ifAdded(fields, 'setMetadata', metadataSettings);
	const remove = ifAdded(fields, 'removeMetadata', removedKeys);
	const replace = ifAdded(fields, 'replaceMetadata', metadataReplacement);
	const removesAll = all.includes('metadata');
	refuseBeside([
		{ label: 'Replace Metadata', isAdded: replace !== undefined, standsAlone: true },
		{ label: 'Remove All', isAdded: removesAll, standsAlone: true },
		{ label: 'Set Metadata', isAdded: set !== undefined },
		{ label: 'Remove Metadata', isAdded: remove !== undefined },
	]);
	const both = set?.find(({ key }) => remove?.includes(key));
	if (both) refuseBoth('Set Metadata', 'Remove Metadata', `the key "${both.key}"`);
	return { set: set ?? [], remove: remove ?? [], replace: removesAll ? [] : replace };
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
	const all = removedAll(fields);
	return {
		customers: linkChanges(fields, 'Customers', all),
		products: linkChanges(fields, 'Products', all),
		metadata: metadataChanges(fields, all),
		expiration: ifAdded(fields, 'expiration', (value) => expirationOf(value, timezone)),
		hwidLimit: ifAdded(fields, 'hwidLimit', (value) => checkLimit(value, "'Hardware ID Limit'")),
		ipLimit: ifAdded(fields, 'ipLimit', (value) => checkLimit(value, "'IP Address Limit'")),
		licenseKey: ifAdded(fields, 'licenseKey', (value) => checkLicenseKey(value, "'License Key'")),
		suspended: ifAdded(fields, 'suspended', (value) => checkBoolean(value, "'Suspended'")),
	};
}
