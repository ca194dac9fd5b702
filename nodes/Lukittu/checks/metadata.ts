import { UserError, type IDataObject } from 'n8n-workflow';
import type { MetadataEntry } from '../types';
import { shown } from './ids';
import { checkBoolean } from './values';

/** Most metadata entries that Lukittu accepts on one license. */
export const MAX_METADATA = 20;
const MAX_LENGTH = 255;

/**
 * Checks a metadata key or value and returns it as text; numbers and booleans become text.
 *
 * @param field how the message names the place, for example "'Metadata' entry 2, 'Key'"
 * @throws UserError if it is empty, longer than 255 characters or no text
 */
export function checkMetadataText(value: unknown, field: string): string {
	const isPlain = ['string', 'number', 'boolean'].includes(typeof value);
	if (!isPlain && value !== undefined && value !== null) {
		throw new UserError(`${field} is ${shown(value)}, which is not text`, {
			description: 'Give a text. An object can be stored with {{ JSON.stringify(…) }}.',
		});
	}
	const text = isPlain ? String(value) : '';
	if (text === '') {
		throw new UserError(`${field} is empty`, {
			description: `Give 1 to ${MAX_LENGTH} characters, or remove the entry.`,
		});
	}
	if (text.length > MAX_LENGTH) {
		throw new UserError(`${field} has ${text.length} characters`, {
			description: `Lukittu takes at most ${MAX_LENGTH}. Shorten it.`,
		});
	}
	// Lukittu answers a NUL character with status 500.
	if (text.includes('\0')) {
		throw new UserError(`${field} contains a NUL character`, {
			description: 'Remove the character with the code 0.',
		});
	}
	return text;
}

/**
 * Checks that a license gets no more metadata entries than Lukittu takes.
 *
 * @throws UserError if there are more than 20
 */
export function checkMetadataCount<T>(entries: T[], field: string): T[] {
	if (entries.length <= MAX_METADATA) return entries;
	throw new UserError(`'${field}' comes to ${entries.length} entries`, {
		description: `A license takes at most ${MAX_METADATA} metadata entries. Remove ${entries.length - MAX_METADATA}.`,
	});
}

/**
 * Checks the entries of a metadata field, in the order given.
 *
 * @param field the field's label in the node
 * @throws UserError on more than 20 entries, or a key or value that is not 1 to 255 characters
 */
export function checkMetadata(entries: IDataObject[], field: string): MetadataEntry[] {
	return checkMetadataCount(entries, field).map((entry, index) => ({
		key: checkMetadataText(entry.key, `'${field}' entry ${index + 1}, 'Key'`),
		value: checkMetadataText(entry.value, `'${field}' entry ${index + 1}, 'Value'`),
		locked: checkBoolean(entry.locked ?? false, `${field}: Locked`),
	}));
}
