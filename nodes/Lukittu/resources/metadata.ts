import { UserError, type IDataObject } from 'n8n-workflow';
import { shown } from '../checks/ids';
import { checkMetadata, checkMetadataCount, checkMetadataText } from '../checks/metadata';
import { checkChoice } from '../checks/values';
import type { MetadataEntry } from '../types';
import { refuseBeside, refuseBoth, refuseUntouched, type Owner } from './conflicts';
import { entriesOf, ifAdded } from './parameters';

const LOCK_CHOICES = ['KEEP', 'LOCKED', 'UNLOCKED'] as const;

/** One metadata entry to set; an undefined lock is left as it is. */
export interface MetadataSetting {
	key: string;
	value: string;
	locked: boolean | undefined;
}

/** Changes to metadata. With `replace`, the others are empty. */
export interface MetadataChanges {
	set: MetadataSetting[];
	remove: string[];
	replace: MetadataEntry[] | undefined;
}

function lockOf(value: unknown, place: string): boolean | undefined {
	if (typeof value === 'boolean') return value;
	const choice = checkChoice(value, place, LOCK_CHOICES);
	return choice === 'KEEP' ? undefined : choice === 'LOCKED';
}

/**
 * Reads the entries that are to be set.
 *
 * @param place how messages name the field: its label in quotes
 * @throws UserError if there are none, or one is not as it must be
 */
export function metadataSettings(value: unknown, place: string, owner: Owner): MetadataSetting[] {
	refuseUntouched(value, place, owner);
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
		throw new UserError(`${place} names the key ${shown(repeated)} more than once`, {
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

function metadataReplacement(value: unknown, owner: Owner): MetadataEntry[] {
	const place = "'Replace Metadata'";
	refuseUntouched(value, place, owner);
	return checkMetadata(entriesOf(value, place), place);
}

/**
 * Reads what an update changes in the metadata.
 *
 * @param fields the collection "Update Fields"
 * @param removesAll whether the field that takes things off names the metadata
 * @throws UserError if the fields contradict each other, or a value is not as it must be
 */
export function metadataChanges(
	fields: IDataObject,
	removesAll: boolean,
	owner: Required<Owner>,
): MetadataChanges {
	const set = ifAdded(fields, 'setMetadata', (value) =>
		metadataSettings(value, "'Set Metadata'", owner),
	);
	const remove = ifAdded(fields, 'removeMetadata', removedKeys);
	const replace = ifAdded(fields, 'replaceMetadata', (value) => metadataReplacement(value, owner));
	refuseBeside([
		{ label: 'Replace Metadata', isAdded: replace !== undefined, standsAlone: true },
		{ label: owner.clearField, isAdded: removesAll, standsAlone: true },
		{ label: 'Set Metadata', isAdded: set !== undefined },
		{ label: 'Remove Metadata', isAdded: remove !== undefined },
	]);
	const both = set?.find(({ key }) => remove?.includes(key));
	if (both) refuseBoth('Set Metadata', 'Remove Metadata', `the key ${shown(both.key)}`);
	return { set: set ?? [], remove: remove ?? [], replace: removesAll ? [] : replace };
}

/**
 * Sets some entries of the metadata and leaves the others. What comes out may be sent: entries are
 * read with more fields.
 *
 * @param place how messages name what has the metadata, with the new entries
 * @throws UserError if there come to be more than 20 entries
 */
export function withMetadata(
	current: MetadataEntry[],
	set: MetadataSetting[],
	place: string,
): MetadataEntry[] {
	const settings = new Map(set.map((setting) => [setting.key, setting]));
	const kept = current.map(({ key, value, locked }) => {
		const setting = settings.get(key);
		return { key, value: setting?.value ?? value, locked: setting?.locked ?? locked };
	});
	const added = set
		.filter(({ key }) => !current.some((entry) => entry.key === key))
		.map(({ key, value, locked }) => ({ key, value, locked: locked ?? false }));
	return checkMetadataCount([...kept, ...added], place);
}

/**
 * The metadata with the changes, as it may be sent.
 *
 * @param place how messages name what has the metadata, with the new entries
 * @throws UserError if there come to be more than 20 entries
 */
export function mergedMetadata(
	current: MetadataEntry[],
	{ set, remove, replace }: MetadataChanges,
	place: string,
): MetadataEntry[] {
	if (replace) return replace;
	const kept = current.filter(({ key }) => !remove.includes(key));
	return withMetadata(kept, set, place);
}
