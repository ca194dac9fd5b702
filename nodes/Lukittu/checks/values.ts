import { DateTime } from 'luxon';
import { UserError } from 'n8n-workflow';
import { shown } from './ids';

const MAX_YEAR = 9999;
const FULL_DATE = /^\d{4}-?\d{2}-?\d{2}/;
/** Numbers below this are seconds since 1970, as Stripe gives them; from here on milliseconds. */
const FIRST_MILLISECONDS = 1e11;
/** Numbers from here on are no timestamp, but perhaps the digits of a date. */
const FIRST_TOO_LARGE = 1e13;

/** Refuses what an expression without a value gives. */
export function refuseEmpty(value: unknown, place: string, advice: string): void {
	const isText = typeof value === 'string';
	if (value !== undefined && value !== null && !(isText && value.trim() === '')) return;
	throw new UserError(`${place} is empty`, {
		description: `${advice} If it comes from an expression, check that the expression has a value for this item.`,
	});
}

/** Refuses a NUL character, which Lukittu answers with status 500. */
export function refuseNul(text: string, place: string): void {
	if (!text.includes('\0')) return;
	throw new UserError(`${place} contains a NUL character`, {
		description: 'Remove the character with the code 0.',
	});
}

/**
 * Checks a whole number, given as a number or as its digits.
 *
 * @param place how messages name the field: its label in quotes
 * @throws UserError if it is empty, not whole, or outside min and max
 */
export function checkWholeNumber(
	value: unknown,
	place: string,
	min: number,
	max = Number.MAX_SAFE_INTEGER,
): number {
	const kind = `a whole number from ${min} ${max < Number.MAX_SAFE_INTEGER ? `to ${max}` : 'up'}`;
	const range = `Give ${kind}.`;
	refuseEmpty(value, place, range);
	const digits = typeof value === 'string' && /^\s*-?\d+\s*$/.test(value);
	const number = digits ? Number(value) : value;
	if (typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max) {
		return number;
	}
	throw new UserError(`${place} is ${shown(value)}, not ${kind}`, {
		description: range,
	});
}

/**
 * Checks a limit and returns it as Lukittu wants it: the node's 0 (unlimited) is the API's null.
 *
 * @throws UserError unless it is a whole number from 0 to 1000
 */
export function checkLimit(value: unknown, place: string): number | null {
	const limit = checkWholeNumber(value, place, 0, 1000);
	return limit === 0 ? null : limit;
}

/**
 * Checks a yes-or-no value. The text "false" is false: an expression can give it, and JavaScript
 * would take it for true.
 *
 * @throws UserError on anything but true, false or these words
 */
export function checkBoolean(value: unknown, place: string): boolean {
	const word = typeof value === 'string' ? value.trim().toLowerCase() : value;
	if (word === true || word === 'true') return true;
	if (word === false || word === 'false') return false;
	const advice = 'Switch the field on or off, or give true or false.';
	refuseEmpty(value, place, advice);
	throw new UserError(`${place} is ${shown(value)}`, { description: advice });
}

/**
 * Checks a choice against the values it may have, in any case.
 *
 * @throws UserError if it is none of them
 */
export function checkChoice<T extends string>(
	value: unknown,
	place: string,
	choices: readonly T[],
): T {
	const word = typeof value === 'string' ? value.trim().toUpperCase() : value;
	const choice = choices.find((candidate) => candidate.toUpperCase() === word);
	if (choice !== undefined) return choice;
	const advice = `Give one of: ${choices.join(', ')}.`;
	refuseEmpty(value, place, advice);
	throw new UserError(`${place} is ${shown(value)}`, { description: advice });
}

function readDate(value: unknown, timezone: string): DateTime {
	if (DateTime.isDateTime(value)) return value;
	if (value instanceof Date) return DateTime.fromJSDate(value);
	const text = typeof value === 'string' ? value.trim() : value;
	const number = typeof text === 'string' && /^\d{9,13}$/.test(text) ? Number(text) : text;
	if (typeof number === 'number') {
		if (number >= FIRST_TOO_LARGE) return DateTime.invalid('not a timestamp');
		return number < FIRST_MILLISECONDS ? DateTime.fromSeconds(number) : DateTime.fromMillis(number);
	}
	// A time or a year alone would pass for today, or for the first of January.
	if (typeof text !== 'string' || !FULL_DATE.test(text)) return DateTime.invalid('not a date');
	const iso = DateTime.fromISO(text, { zone: timezone });
	return iso.isValid ? iso : DateTime.fromSQL(text, { zone: timezone });
}

/**
 * Checks a date and returns it as full ISO 8601 in UTC, since Lukittu answers partial dates with
 * status 500.
 *
 * @param value ISO 8601 or SQL text, a Date, a Luxon DateTime, or seconds or milliseconds since
 *   1970; where the text names no time zone, it is in the workflow's
 * @param place how messages name the field: its label in quotes
 * @throws UserError if it is empty or no date
 */
export function checkDate(value: unknown, place: string, timezone: string): string {
	refuseEmpty(value, place, 'Choose the date.');
	const utc = readDate(value, timezone).toUTC();
	if (utc.isValid && utc.year <= MAX_YEAR) return utc.toISO() as string;
	throw new UserError(`${place} is ${shown(value)}, which is not a date`, {
		description: 'Give a date such as 2030-12-31 or 2030-12-31T18:00:00Z.',
	});
}

/**
 * Checks a date in the future, as `checkDate()` does.
 *
 * @throws UserError if it is empty, no date, or not in the future
 */
export function checkFutureDate(value: unknown, place: string, timezone: string): string {
	const date = checkDate(value, place, timezone);
	if (Date.parse(date) > Date.now()) return date;
	throw new UserError(`${place} is in the past: ${date}`, {
		description: 'Lukittu takes only dates in the future. Choose a later one.',
	});
}
