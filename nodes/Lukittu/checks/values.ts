import { DateTime } from 'luxon';
import { UserError } from 'n8n-workflow';
import { shown } from './ids';

/** Earlier dates come from values that are none, such as a spreadsheet's serial number. */
const MIN_YEAR = 2000;
const MAX_YEAR = 9999;
const FULL_DATE = /^\d{4}-?\d{2}-?\d{2}/;
const DATE_WITHOUT_TIME = /^\d{4}-?\d{2}-?\d{2}$/;
/** The year 2000 in seconds since 1970; from `MAX_SECONDS` on, a number has too many digits. */
const MIN_SECONDS = 946_684_800;
const MAX_SECONDS = 1e10;

const CHECK_EXPRESSION =
	'If it comes from an expression, check that the expression has a value for this item.';

/** Whether there is nothing in a value; blanks and invisible characters are nothing too. */
export function isEmpty(value: unknown): boolean {
	if (typeof value === 'string') return !/[^\s\p{Cf}]/u.test(value);
	return value === undefined || value === null;
}

/** Refuses what an expression without a value gives. */
export function refuseEmpty(value: unknown, place: string, advice: string): void {
	if (!isEmpty(value)) return;
	throw new UserError(`${place} is empty`, { description: `${advice} ${CHECK_EXPRESSION}` });
}

/**
 * Refuses a number that is none, or whose last digits may be lost, where a text is wanted: IDs of
 * many digits often come as numbers.
 */
export function refuseInexact(value: unknown, place: string): void {
	if (typeof value !== 'number') return;
	if (!Number.isFinite(value)) {
		throw new UserError(`${place} is ${shown(value)}, which is not text`, {
			description: `Give a text or a number. ${CHECK_EXPRESSION}`,
		});
	}
	if (!Number.isInteger(value) || Number.isSafeInteger(value)) return;
	throw new UserError(`${place} is a number, which does not hold all of its digits`, {
		description:
			'Give it as text. Where it comes from, it must stand in quotes, or its last digits are lost.',
	});
}

/**
 * Refuses a text that Lukittu answers with status 500: with a NUL character, or with half a
 * character (a lone surrogate), which is also sent as something else.
 */
export function refuseUnsendable(text: string, place: string): void {
	if (text.includes('\0')) {
		throw new UserError(`${place} contains a NUL character`, {
			description: 'Remove the character with the code 0.',
		});
	}
	if (!/\p{Surrogate}/u.test(text)) return;
	throw new UserError(`${place} contains half a character`, {
		description:
			'It was cut in the middle of a character, such as an emoji. Shorten a text with {{ Array.from(text).slice(0, 50).join("") }}, which keeps characters whole.',
	});
}

/** Leaves out of a text what `refuseUnsendable()` refuses, where nobody reads a message. */
export function sendable(text: string): string {
	return text.replace(/[\0\p{Surrogate}]/gu, '');
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

const NO_DATE = DateTime.invalid('not a date');

/** Unix time in seconds, as Stripe gives it, or in milliseconds. */
function readTimestamp(number: number): DateTime {
	if (!Number.isInteger(number) || number < MIN_SECONDS) return NO_DATE;
	if (number < MAX_SECONDS) return DateTime.fromSeconds(number, { zone: 'utc' });
	const isMilliseconds = number >= MIN_SECONDS * 1000 && number < MAX_SECONDS * 1000;
	return isMilliseconds ? DateTime.fromMillis(number, { zone: 'utc' }) : NO_DATE;
}

function readDate(value: unknown, timezone: string, edge: 'start' | 'end'): DateTime {
	// A DateTime may be that of another copy of luxon.
	if (DateTime.isDateTime(value) || value instanceof Date) {
		return DateTime.fromMillis(Number(value), { zone: 'utc' });
	}
	if (typeof value === 'number') return readTimestamp(value);
	const text = typeof value === 'string' ? value.trim() : '';
	if (/^\d+$/.test(text)) return readTimestamp(Number(text));
	// A time or a year alone would pass for today, or for the first of January.
	if (!FULL_DATE.test(text)) return NO_DATE;
	const iso = DateTime.fromISO(text, { zone: timezone });
	const date = iso.isValid ? iso : DateTime.fromSQL(text, { zone: timezone });
	return edge === 'end' && DATE_WITHOUT_TIME.test(text) ? date.endOf('day') : date;
}

/** How to make a date of a value that is none. */
function dateAdvice(value: unknown): string {
	const isDigits = typeof value === 'string' && /^\s*[-+]?\d+([.,]\d+)?\s*$/.test(value);
	if (typeof value !== 'number' && !isDigits) {
		return 'Give a date such as 2030-12-31 or 2030-12-31T18:00:00Z. Text in another form becomes one with an expression such as {{ DateTime.fromFormat("31.12.2030", "dd.MM.yyyy").toISODate() }}.';
	}
	return 'A number must be a Unix timestamp, in seconds or milliseconds, from the year 2000 on. Digits such as 20301231 become a date with {{ DateTime.fromFormat("20301231", "yyyyMMdd").toISODate() }}, the serial number of a spreadsheet with {{ (47848).toDateTime("excel").toUTC().toISODate() }}.';
}

/**
 * Checks a date and returns it as full ISO 8601 in UTC, since Lukittu answers partial dates with
 * status 500.
 *
 * @param value ISO 8601 or SQL text, a Date, a Luxon DateTime, or seconds or milliseconds since
 *   1970; where the text names no time zone, it is in the workflow's
 * @param place how messages name the field: its label in quotes
 * @param edge what a date without a time means: the start or the end of that day
 * @throws UserError if it is empty, no date, or before the year 2000
 */
export function checkDate(
	value: unknown,
	place: string,
	timezone: string,
	edge: 'start' | 'end' = 'start',
): string {
	refuseEmpty(value, place, 'Choose the date.');
	const date = readDate(value, timezone, edge);
	const utc = date.toUTC();
	if (!utc.isValid || utc.year > MAX_YEAR) {
		throw new UserError(`${place} is ${shown(value)}, which is not a date`, {
			description: dateAdvice(value),
		});
	}
	if (date.year >= MIN_YEAR) return utc.toISO() as string;
	throw new UserError(`${place} is ${shown(value)}, before the year ${MIN_YEAR}`, {
		description: `So early a date comes from a value that is none, such as an empty cell or a number that is no timestamp. ${CHECK_EXPRESSION}`,
	});
}

/**
 * Checks the date of an expiry, as `checkDate()` does. Without a time, it means the end of that day:
 * what was paid until a day is valid on that day. It may have passed: see `checkFuture()`.
 *
 * @throws UserError if it is empty, no date, or before the year 2000
 */
export function checkExpiryDate(value: unknown, place: string, timezone: string): string {
	return checkDate(value, place, timezone, 'end');
}

/**
 * Makes sure that a date is in the future. To be called where it is going to be written: a late
 * repeat that writes nothing must not end at a date that has passed since.
 *
 * @param date ISO 8601 in UTC
 * @throws UserError if it has passed
 */
export function checkFuture(date: string, place: string): void {
	if (Date.parse(date) > Date.now()) return;
	throw new UserError(`${place} is in the past: ${date}`, {
		description: 'Lukittu takes only dates in the future. Choose a later one.',
	});
}
