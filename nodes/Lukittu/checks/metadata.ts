import { UserError, type IDataObject } from 'n8n-workflow';
import type { MetadataEntry } from '../types';
import { shown } from './ids';
import { checkBoolean, refuseInexact, refuseUnsendable } from './values';

/** Most metadata entries that Lukittu accepts on one license or customer. */
const MAX_METADATA = 20;
const MAX_LENGTH = 255;

/**
 * Checks a metadata key or value and returns it as text; numbers and booleans become text.
 *
 * @param place how messages name the field, for example "'Metadata' entry 2, 'Key'"
 * @throws UserError if it is empty, longer than 255 characters, no text, or cannot be sent
 */
export function checkMetadataText(value: unknown, place: string): string {
	const isPlain = ['string', 'number', 'boolean'].includes(typeof value);
	if (!isPlain && value !== undefined && value !== null) {
		throw new UserError(`${place} is ${shown(value)}, which is not text`, {
			description: 'Give a text. An object can be stored with {{ JSON.stringify(…) }}.',
		});
	}
	// Blanks are kept: the texts are the user's own, and compared exactly.
	if (value === '' || value === undefined || value === null) {
		throw new UserError(`${place} is empty`, {
			description: `Give 1 to ${MAX_LENGTH} characters, or remove the entry.`,
		});
	}
	refuseInexact(value, place);
	const text = String(value);
	if (text.length > MAX_LENGTH) {
		throw new UserError(`${place} has ${text.length} characters`, {
			description: `Lukittu takes at most ${MAX_LENGTH}. Shorten it.`,
		});
	}
	refuseUnsendable(text, place);
	return text;
}

/**
 * Checks that there are no more metadata entries than Lukittu takes on one license or customer.
 *
 * @throws UserError if there are more than 20
 */
export function checkMetadataCount<T>(entries: T[], place: string): T[] {
	if (entries.length <= MAX_METADATA) return entries;
	throw new UserError(`${place} comes to ${entries.length} entries`, {
		description: `Lukittu takes at most ${MAX_METADATA} metadata entries. Remove ${entries.length - MAX_METADATA}.`,
	});
}

/**
 * Checks the entries of a metadata field, in the order given.
 *
 * @param place how messages name the field: its label in quotes
 * @throws UserError on more than 20 entries, or a key or value that is not 1 to 255 characters
 */
export function checkMetadata(entries: IDataObject[], place: string): MetadataEntry[] {
	return checkMetadataCount(entries, place).map((entry, index) => {
		const inEntry = `${place} entry ${index + 1}`;
		return {
			key: checkMetadataText(entry.key, `${inEntry}, 'Key'`),
			value: checkMetadataText(entry.value, `${inEntry}, 'Value'`),
			locked: 'locked' in entry && checkBoolean(entry.locked, `${inEntry}, 'Locked'`),
		};
	});
}
