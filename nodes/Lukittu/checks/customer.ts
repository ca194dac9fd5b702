import { UserError, type IDataObject } from 'n8n-workflow';
import { fieldLabel } from '../labels';
import type { Address } from '../types';
import { shown, withoutWrapping } from './ids';
import { isEmpty, refuseEmpty, refuseInexact, refuseUnsendable } from './values';

/** How many characters Lukittu takes. */
interface Lengths {
	min: number;
	max: number;
}

const NAMES: Record<'fullName' | 'username', Lengths> = {
	fullName: { min: 3, max: 255 },
	username: { min: 1, max: 255 },
};

const ADDRESS: Record<keyof Address, Lengths> = {
	line1: { min: 5, max: 255 },
	line2: { min: 1, max: 255 },
	city: { min: 2, max: 100 },
	state: { min: 2, max: 100 },
	country: { min: 2, max: 100 },
	postalCode: { min: 3, max: 20 },
};

const LENGTHS: Record<string, Lengths> = { ...NAMES, ...ADDRESS };

/** Lukittu sets no limit, but a pattern cannot go through megabytes. */
const LONGEST_EMAIL = 10_000;
/** One @ and a dot behind it. */
const EMAIL = /^[^\s@]+@(?=[^\s@.]*\.)[^\s@]+$/;
/**
 * Those of them that Lukittu takes: no dot at the beginning, before the @ or beside another, few
 * signs and no letters beyond ASCII before the @, and a domain name behind it. A backslash would be
 * an escape in the server's search.
 */
const TAKEN_EMAIL =
	/^(?!\.)(?!.*\.\.)[^\s\p{Cc}@\\!#$%&*/={:\u0080-\u{10ffff}]*[^\s\p{Cc}@\\!#$%&*/={:\u0080-\u{10ffff}.'"]@(?:[A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z]{2,}$/u;
const EMAIL_ADVICE =
	"Lukittu takes an address with plain letters, digits and few signs beside . _ + - before the @ (no dot first, last or twice), and a domain name behind it. Give another one, or a 'Username' instead: use the operation Create, or Update for a customer who is there, with 'Username' and without 'Email'.";

/** Snowflakes of the last years have 19 digits: more than a number in JavaScript can hold. */
const DISCORD_ID = /^\d{17,19}$/;
/** The largest one that Lukittu takes, as long as the longest. */
const MAX_DISCORD_ID = '9223372036854775807';

function countOf({ length }: string): string {
	return `${length} ${length === 1 ? 'character' : 'characters'}`;
}

/**
 * Checks a text and returns it without the blanks around it; a number becomes text.
 *
 * @param place how messages name the field: its label in quotes
 * @param advice what to do where it is empty
 * @throws UserError if it is empty, no text, too short or long, or cannot be sent
 */
function checkText(value: unknown, place: string, { min, max }: Lengths, advice: string): string {
	refuseEmpty(value, place, advice);
	if (typeof value !== 'string' && typeof value !== 'number') {
		throw new UserError(`${place} is ${shown(value)}, which is not text`, {
			description: `Give a text of ${min} to ${max} characters.`,
		});
	}
	refuseInexact(value, place);
	const text = String(value).trim();
	refuseUnsendable(text, place);
	if (text.length >= min && text.length <= max) return text;
	throw new UserError(`${place} has ${countOf(text)}`, {
		description: `Lukittu takes ${min} to ${max}. Give a ${text.length < min ? 'longer' : 'shorter'} text.`,
	});
}

/**
 * Checks a full name or user name and returns it without the blanks around it.
 *
 * @param advice what to do where it is empty
 * @throws UserError if it is empty, no text, or too short or long
 */
export function checkName(value: unknown, field: 'fullName' | 'username', advice: string): string {
	return checkText(value, `'${fieldLabel(field)}'`, NAMES[field], advice);
}

/**
 * Checks an e-mail address and returns it without what may have been copied with it.
 *
 * @param advice what to do where it is empty
 * @throws UserError if it is empty, not one e-mail address, or one that Lukittu does not take
 */
export function checkEmail(value: unknown, advice: string): string {
	refuseEmpty(value, "'Email'", advice);
	const email = typeof value === 'string' ? withoutWrapping(value) : '';
	const isTooLong = email.length > LONGEST_EMAIL;
	if (!isTooLong && TAKEN_EMAIL.test(email)) return email;
	if (isTooLong || !EMAIL.test(email) || email.includes('\0')) {
		throw new UserError(`'Email' is ${shown(value)}, which is not an e-mail address`, {
			description: 'Give one address, such as alma@example.com.',
		});
	}
	throw new UserError(`'Email' is ${shown(value)}, which Lukittu does not take`, {
		description: EMAIL_ADVICE,
	});
}

/**
 * Checks a Discord ID and returns it without the blanks around it.
 *
 * @param advice what to do where it is empty
 * @throws UserError if it is empty or not the text of 17 to 19 digits
 */
export function checkDiscordId(value: unknown, advice: string): string {
	refuseEmpty(value, "'Discord ID'", advice);
	if (typeof value === 'number') {
		throw new UserError("'Discord ID' is a number, which does not hold all digits of the ID", {
			description:
				'Give it as text. Where it comes from, the ID must stand in quotes, or its last digits are lost.',
		});
	}
	const id = typeof value === 'string' ? withoutWrapping(value) : '';
	const isInRange = id.length < MAX_DISCORD_ID.length || id <= MAX_DISCORD_ID;
	if (DISCORD_ID.test(id) && isInRange) return id;
	throw new UserError(`'Discord ID' is ${shown(value)}, which is not a Discord ID`, {
		description:
			'Give the ID of the Discord user, 17 to 19 digits such as 123456789012345678; not the name.',
	});
}

/**
 * Whether there is nothing in a value, or too little for Lukittu.
 *
 * @param field its name in the API
 */
export function isTooShort(value: unknown, field: string): boolean {
	if (isEmpty(value)) return true;
	if (typeof value !== 'string' && typeof value !== 'number') return false;
	return Object.hasOwn(LENGTHS, field) && String(value).trim().length < LENGTHS[field].min;
}

/**
 * Checks the parts of an address.
 *
 * @param value the parts by their names in the API
 * @param place how messages name the field: its label in quotes
 * @returns those that are not empty
 * @throws UserError if all are empty, or one is too short or long
 */
export function checkAddress(value: unknown, place = "'Address'"): Partial<Address> {
	const parts = (typeof value === 'object' && value !== null ? value : {}) as IDataObject;
	const fields = Object.keys(ADDRESS) as Array<keyof Address>;
	const given = fields.filter((field) => !isEmpty(parts[field]));
	if (given.length === 0) {
		throw new UserError(`${place} is empty`, {
			description:
				'Give at least one part of the address, or remove the field. If the parts come from expressions, check that these have values for this item.',
		});
	}
	const checked = given.map((field) => {
		const inAddress = `'${fieldLabel(field)}' in ${place}`;
		return [field, checkText(parts[field], inAddress, ADDRESS[field], '')];
	});
	return Object.fromEntries(checked) as Partial<Address>;
}

/**
 * Tells what Lukittu would refuse of a customer that is written back, since it wants all values of
 * it with every change: "'Full Name' has 2 characters, and Lukittu takes 3 to 255".
 *
 * @param values e-mail address, names and parts of the address, by their names in the API
 */
export function writtenFault(values: Record<string, unknown>): string | undefined {
	const { email } = values;
	if (typeof email === 'string' && (email.length > LONGEST_EMAIL || !TAKEN_EMAIL.test(email))) {
		return `'Email' is ${shown(email)}, which Lukittu does not take`;
	}
	for (const [field, { min, max }] of Object.entries(LENGTHS)) {
		const text = values[field];
		if (typeof text === 'string' && (text.length < min || text.length > max)) {
			return `'${fieldLabel(field)}' has ${countOf(text)}, and Lukittu takes ${min} to ${max}`;
		}
	}
	return undefined;
}

/**
 * Checks what the server is to search for, and returns it without the blanks around it.
 *
 * @throws UserError if it is empty, too long, or has a backslash
 */
export function checkSearch(value: unknown): string {
	const advice = 'Give what to search for, or remove the filter to get all customers.';
	const search = checkText(value, "'Search'", { min: 1, max: 255 }, advice);
	if (!search.includes('\\')) return search;
	throw new UserError("'Search' has a backslash, which Lukittu does not search for", {
		description: 'Give the part before or behind it.',
	});
}
