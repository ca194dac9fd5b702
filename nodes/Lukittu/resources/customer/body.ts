import { UserError, type IDataObject } from 'n8n-workflow';
import { fieldLabel } from '../../labels';
import type { Address, Customer, MetadataEntry } from '../../types';
import { differingFields } from '../meanwhile';
import { mergedMetadata, type MetadataChanges } from '../metadata';
import { subjectOf } from './read';

/** The body that creates or replaces a customer. */
export type CustomerBody = {
	email: string | null;
	fullName: string | null;
	username: string | null;
	metadata: MetadataEntry[];
	/** Left out where there is none: Lukittu refuses null. */
	address?: Address;
	/** Left out, the link stays; null removes it. */
	discordId?: string | null;
};

/** What is wanted of a customer. What is undefined stays, null clears. */
export interface CustomerChanges {
	email?: string | null;
	fullName?: string | null;
	username?: string | null;
	discordId?: string | null;
	/** The parts that are left out stay. */
	address?: Partial<Address> | null;
	/** Whether the parts that are left out are removed. */
	replacesAddress?: boolean;
	metadata: MetadataChanges;
}

/** What an update writes back of a customer. */
type Written = Pick<
	Customer,
	'email' | 'fullName' | 'username' | 'address' | 'discordAccount' | 'metadata'
>;

const WRITTEN_BACK = ['email', 'fullName', 'username', 'address', 'metadata'] as const;

const NOBODY: Written = {
	email: null,
	fullName: null,
	username: null,
	address: null,
	discordAccount: null,
	metadata: [],
};

function either<T>(change: T | undefined, current: T): T {
	return change === undefined ? current : change;
}

function mergedAddress(
	current: Written['address'],
	change: CustomerChanges['address'],
): Address | undefined {
	if (change === null || (!current && !change)) return undefined;
	return {
		line1: change?.line1 ?? current?.line1 ?? current?.street ?? null,
		line2: change?.line2 ?? current?.line2 ?? null,
		city: change?.city ?? current?.city ?? null,
		state: change?.state ?? current?.state ?? null,
		country: change?.country ?? current?.country ?? null,
		postalCode: change?.postalCode ?? current?.postalCode ?? null,
	};
}

function merge(current: Written, changes: CustomerChanges, subject: string): CustomerBody {
	const address = mergedAddress(changes.replacesAddress ? null : current.address, changes.address);
	const { discordId } = changes;
	const isLinked = discordId === (current.discordAccount?.discordId ?? null);
	const place = `${subject.charAt(0).toUpperCase()}${subject.slice(1)}`;
	const body: CustomerBody = {
		email: either(changes.email, current.email),
		fullName: either(changes.fullName, current.fullName),
		username: either(changes.username, current.username),
		metadata: mergedMetadata(
			current.metadata ?? [],
			changes.metadata,
			`The metadata of ${subject}`,
		),
		...(address && { address }),
		...(discordId !== undefined && !isLinked && { discordId }),
	};
	if (body.email || body.username) return body;
	throw new UserError(`${place} would have neither an e-mail address nor a user name`, {
		description:
			"Lukittu wants at least one of the two. This item changed nothing. Give 'Email' or 'Username'.",
	});
}

/**
 * Makes the body for a new customer.
 *
 * @throws UserError if it has neither e-mail address nor user name
 */
export function newCustomerBody(changes: CustomerChanges): CustomerBody {
	return merge(NOBODY, changes, 'the new customer');
}

/**
 * Makes the body that writes a customer back with the changes and all else as it is.
 *
 * @throws UserError if the customer was not told completely, or Lukittu would refuse the result:
 *   neither e-mail address nor user name, more than 20 metadata entries
 */
export function customerBody(current: Customer, changes: CustomerChanges): CustomerBody {
	const lacking = WRITTEN_BACK.filter((field) => current[field] === undefined);
	if (lacking.length > 0) {
		const labels = lacking.map((field) => `'${fieldLabel(field)}'`).join(', ');
		throw new UserError(`Lukittu did not tell all of ${subjectOf(current.id)}`, {
			description: `The answer lacks ${labels}, and writing the customer back would remove that. This item changed nothing. Your Lukittu server may be older than the node expects.`,
		});
	}
	return merge(current, changes, subjectOf(current.id));
}

/** A body, or a customer that was read, in one form; what is not told is undefined. */
export type WrittenCustomer = Partial<Omit<CustomerBody, 'address'>> & { address?: Address | null };

/** What a body writes. */
export function writtenBy(body: CustomerBody): WrittenCustomer {
	return { ...body, address: body.address ?? null };
}

/** A customer in the form in which it is written. */
export function writtenOf(customer: Customer): WrittenCustomer {
	const { email, fullName, username, metadata, address, discordAccount } = customer;
	return {
		email,
		fullName,
		username,
		metadata: metadata?.map(({ key, value, locked }) => ({ key, value, locked })),
		address: address === undefined ? undefined : (mergedAddress(address, undefined) ?? null),
		discordId: discordAccount === undefined ? undefined : (discordAccount?.discordId ?? null),
	};
}

/** Whether a customer is as this body makes it. */
export function isWritten(customer: Customer, body: IDataObject): boolean {
	return differingFields(writtenBy(body as CustomerBody), writtenOf(customer)).length === 0;
}

/** Whether a body would leave the customer as it is. */
export function isUnchanged(current: Customer, body: CustomerBody): boolean {
	const nothing: CustomerChanges = { metadata: { set: [], remove: [], replace: undefined } };
	return JSON.stringify(customerBody(current, nothing)) === JSON.stringify(body);
}
