import { UserError } from 'n8n-workflow';
import { shortened } from '../text';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const LICENSE_KEY = /^[A-Z0-9]{5}(-[A-Z0-9]{5}){4}$/;

/** Most customers, and most products, that Lukittu accepts on one license. */
const MAX_LINKS = 20;

/** Whether the text is an ID as Lukittu stores it, in lower case. */
export function isUuid(text: string): boolean {
	return UUID.test(text);
}

/** Whether the text is a full license key, in capital letters. */
export function isLicenseKey(text: string): boolean {
	return LICENSE_KEY.test(text);
}

const LONGEST_SHOWN = 60;

function jsonOf(value: unknown): string {
	// JSON has null for those that are none.
	if (typeof value === 'number') return String(value);
	try {
		return JSON.stringify(value) ?? String(value);
	} catch {
		// Nested too deep, in a circle, or a BigInt, which JSON does not have.
		return `a value of the type ${typeof value}`;
	}
}

/** Shows a value inside a message: short, on one line, whatever its type. */
export function shown(value: unknown): string {
	return shortened(jsonOf(value), LONGEST_SHOWN);
}

/**
 * The text that is meant where an ID, key or address was copied: without invisible characters, and
 * without blanks or quotes around it.
 */
export function withoutWrapping(text: string): string {
	return text
		.replace(/\p{Cf}/gu, '')
		.trim()
		.replace(/^["'`\u2018-\u201f\u00ab\u00bb](.*)["'`\u2018-\u201f\u00ab\u00bb]$/, '$1')
		.trim();
}

/** What to do where a license key stands in the place of an ID; only licenses are found by key. */
function keyAdvice(place: string, noun: string): string {
	if (noun !== 'license') return `This is a license key. Give the ID of a ${noun}.`;
	return `This is a license key. Choose "By Key" in ${place}, or give the license's ID.`;
}

/**
 * Checks an ID and returns it trimmed and in lower case: Lukittu stores IDs in lower case and
 * finds no others.
 *
 * @param place how messages name the field: its label in quotes
 * @param noun what the ID names, for example "customer"
 * @throws UserError if the value is no UUID
 */
export function checkUuid(value: unknown, place: string, noun: string): string {
	const id = typeof value === 'string' ? withoutWrapping(value).toLowerCase() : value;
	if (typeof id === 'string' && UUID.test(id)) return id;
	if (id === '' || id === undefined || id === null) {
		throw new UserError(`${place} has no ${noun} ID`, {
			description: `Choose the ${noun} from the list or give its ID. If the ID comes from an expression, check that the expression has a value for this item.`,
		});
	}
	const isKey = typeof id === 'string' && isLicenseKey(id.toUpperCase());
	throw new UserError(`${place} is ${shown(value)}, which is not a ${noun} ID`, {
		description: isKey
			? keyAdvice(place, noun)
			: `A ${noun} ID is a UUID such as 123e4567-e89b-42d3-a456-426614174000. You find it in the Lukittu dashboard.`,
	});
}

/**
 * Checks a license key and returns it trimmed and in capital letters.
 *
 * @param place how messages name the field: its label in quotes
 * @throws UserError if the value is not five groups of five letters or digits
 */
export function checkLicenseKey(value: unknown, place: string): string {
	// Word processors and mail programs make other dashes of hyphens.
	const text = typeof value === 'string' ? value.replace(/[\p{Pd}\u2212]/gu, '-') : '';
	const key = withoutWrapping(text).toUpperCase();
	if (isLicenseKey(key)) return key;
	if (key === '' && (typeof value === 'string' || value === undefined || value === null)) {
		throw new UserError(`${place} has no license key`, {
			description:
				'Give a license key. If it comes from an expression, check that the expression has a value for this item.',
		});
	}
	throw new UserError(`${place} is ${shown(value)}, which is not a license key`, {
		description:
			'A license key is five groups of five letters or digits, such as ABCD1-EFGH2-IJKL3-MNOP4-QRST5.',
	});
}

function splitIds(value: unknown, place: string, noun: string): unknown[] {
	if (Array.isArray(value)) return value;
	if (typeof value !== 'string') return [checkUuid(value, place, noun)];
	return value.split(',');
}

/** The first text that stands in a list twice; the list may be very long. */
function repeatedIn(texts: string[]): string | undefined {
	const seen = new Set<string>();
	return texts.find((text) => {
		const isRepeated = seen.has(text);
		seen.add(text);
		return isRepeated;
	});
}

/**
 * Reads the rows of a "Customers" or "Products" field: each row's locator holds one ID, a comma
 * list or an array. An empty array is "none"; an empty text is refused, because it is what an
 * expression without a value gives.
 *
 * @param rows the values of the locators, one a row
 * @param place how messages name the field: its label in quotes
 * @param noun "customer" or "product"
 * @throws UserError on an invalid, empty or repeated ID
 */
export function checkIdRows(rows: unknown[], place: string, noun: string): string[] {
	const ids = rows
		.flatMap((value) => splitIds(value, place, noun))
		.map((id) => checkUuid(id, place, noun));
	const repeated = repeatedIn(ids);
	if (repeated !== undefined) {
		throw new UserError(`${place} names the ${noun} ${repeated} more than once`, {
			description: `Lukittu takes each ${noun} once. Remove the repeated ID.`,
		});
	}
	return ids;
}

/**
 * Checks that a license gets no more customers or products than Lukittu takes.
 *
 * @throws UserError if there are more than 20
 */
export function checkLinkCount(ids: string[], place: string, noun: string): string[] {
	if (ids.length <= MAX_LINKS) return ids;
	throw new UserError(`${place} comes to ${ids.length} ${noun}s`, {
		description: `A license takes at most ${MAX_LINKS} ${noun}s. Remove ${ids.length - MAX_LINKS}.`,
	});
}
