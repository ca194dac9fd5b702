import { randomInt } from 'node:crypto';

const KEY_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const MINUTE_MS = 60 * 1000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Either case is well-formed, but stored IDs are lower case and are compared as they are. */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
export const LICENSE_KEY = /^[A-Z0-9]{5}(-[A-Z0-9]{5}){4}$/;
/** What zod takes for an e-mail address. */
export const EMAIL =
	/^(?!\.)(?!.*\.\.)([A-Z0-9_'+\-.]*)[A-Z0-9_+-]@([A-Z0-9][A-Z0-9-]*\.)+[A-Z]{2,}$/i;
export const DISCORD_ID = /^\d{17,19}$/;

/** A complete date with seconds and time zone. It may have a blank for the T. */
const FULL_DATE = /^\d{4}-\d{2}-(\d{2})[T ](\d{2}):\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/i;
/** Read in UTC by JavaScript, wherever it runs. */
const DATE_WITHOUT_TIME = /^[+-]?\d{4,6}(-\d{2}){0,2}$/;
const TIME_ZONE = /(Z|UTC?|GMT|[ECMP][SD]T|:\d{2}(\.\d+)? ?[+-]\d{2}:?\d{2})\s*(\(.*\))?$/i;

/** What JavaScript makes of a JSON value on a server whose time zone is UTC. */
export function dateOf(value: unknown): Date {
	const date = new Date(value as string);
	const isText = typeof value === 'string' || Array.isArray(value);
	if (!isText || DATE_WITHOUT_TIME.test(String(value)) || TIME_ZONE.test(String(value)))
		return date;
	const minutes = date.getTimezoneOffset();
	return new Date(date.getTime() - minutes * MINUTE_MS);
}

/** Whether a text is a date as RFC 3339 writes it, of a day that exists. */
export function isFullDate(text: string): boolean {
	const [, day, hour] = FULL_DATE.exec(text) ?? [];
	if (day === undefined || Number(hour) > 23) return false;
	// JavaScript makes 2 March of 30 February.
	return new Date(`${text.slice(0, 10)}T00:00:00Z`).getUTCDate() === Number(day);
}

/** A new random license key. */
export function randomLicenseKey(): string {
	const block = () =>
		Array.from({ length: 5 }, () => KEY_CHARACTERS[randomInt(KEY_CHARACTERS.length)]).join('');
	return Array.from({ length: 5 }, block).join('-');
}

/** The moment so many days after another (before it where negative). */
export function addDays(date: Date, days: number): Date {
	return new Date(date.getTime() + days * DAY_MS);
}

/**
 * Whether a text contains another as PostgreSQL's ILIKE finds it: without regard to case. The server
 * puts a `%` on both sides and escapes nothing, so `_` and `%` are wildcards, and a backslash takes
 * the meaning from the next character, even from the `%` that the server puts behind it.
 */
export function likeMatcher(search: string): (text: string) => boolean {
	const parts = `%${search}%`.match(/\\?[^]/gu) ?? [];
	const expression = new RegExp(`^${parts.map(likePart).join('')}$`, 'isu');
	return (text) => expression.test(text);
}

function likePart(part: string): string {
	if (part === '%') return '.*';
	if (part === '_') return '.';
	const [character] = part.replace(/^\\/, '');
	return character.replace(/[.*+?^${}()|[\]\\/]/, '\\$&');
}
