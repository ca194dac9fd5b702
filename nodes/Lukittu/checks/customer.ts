import { UserError, type IDataObject } from 'n8n-workflow';
import { fieldLabel } from '../labels';
import type { Address } from '../types';
import { shown } from './ids';
import { refuseEmpty, refuseNul } from './values';

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

const MAX_EMAIL = 255;
/** One @ and a dot behind it. A backslash would be an escape in the server's search. */
const EMAIL = /^[^\s@\\]+@[^\s@\\]+\.[^\s@\\]{2,}$/;

/** Snowflakes of the last years have 19 digits: more than a number in JavaScript can hold. */
const DISCORD_ID = /^\d{17,19}$/;

/**
 * Checks a text and returns it without the blanks around it; a number becomes text.
 *
 * @param place how messages name the field: its label in quotes
 * @param advice what to do where it is empty
 * @throws UserError if it is empty, no text, or too short or long
 */
function checkText(value: unknown, place: string, { min, max }: Lengths, advice: string): string {
	refuseEmpty(value, place, advice);
	if (typeof value !== 'string' && typeof value !== 'number') {
		throw new UserError(`${place} is ${shown(value)}, which is not text`, {
			description: `Give a text of ${min} to ${max} characters.`,
		});
	}
	const text = String(value).trim();
	refuseNul(text, place);
	if (text.length >= min && text.length <= max) return text;
	const count = `${text.length} ${text.length === 1 ? 'character' : 'characters'}`;
	throw new UserError(`${place} has ${count}`, {
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
 * Checks an e-mail address and returns it without the blanks around it.
 *
 * @param advice what to do where it is empty
 * @throws UserError if it is empty or not one e-mail address
 */
export function checkEmail(value: unknown, advice: string): string {
	refuseEmpty(value, "'Email'", advice);
	const email = typeof value === 'string' ? value.trim() : '';
	if (email.length <= MAX_EMAIL && EMAIL.test(email) && !email.includes('\0')) return email;
	throw new UserError(`'Email' is ${shown(value)}, which is not an e-mail address`, {
		description: `Give one address, such as alma@example.com, of at most ${MAX_EMAIL} characters.`,
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
	const id = typeof value === 'string' ? value.trim() : '';
	if (DISCORD_ID.test(id)) return id;
	throw new UserError(`'Discord ID' is ${shown(value)}, which is not a Discord ID`, {
		description:
			'Give the ID of the Discord user, 17 to 19 digits such as 123456789012345678; not the name.',
	});
}

/** Whether there is nothing in a value that may be left empty. */
export function isEmpty(value: unknown): boolean {
	return value === undefined || value === null || (typeof value === 'string' && !value.trim());
}

/**
 * Checks the parts of an address.
 *
 * @param value the parts by their names in the API
 * @returns those that are not empty
 * @throws UserError if all are empty, or one is too short or long
 */
export function checkAddress(value: unknown): Partial<Address> {
	const parts = (typeof value === 'object' && value !== null ? value : {}) as IDataObject;
	const fields = Object.keys(ADDRESS) as Array<keyof Address>;
	const given = fields.filter((field) => !isEmpty(parts[field]));
	if (given.length === 0) {
		throw new UserError("'Address' is empty", {
			description:
				'Give at least one part of the address, or remove the field. If the parts come from expressions, check that these have values for this item.',
		});
	}
	const checked = given.map((field) => {
		const place = `'${fieldLabel(field)}' in 'Address'`;
		return [field, checkText(parts[field], place, ADDRESS[field], '')];
	});
	return Object.fromEntries(checked) as Partial<Address>;
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
