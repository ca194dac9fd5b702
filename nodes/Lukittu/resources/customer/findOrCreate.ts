import { UserError } from 'n8n-workflow';
import { customerFault } from '../../checks/answers';
import { listEntries } from '../../lists/listEntries';
import { tolerant, unlessDeleted, type Client } from '../../transport/client';
import type { Customer } from '../../types';
import { customerBody, isUnchanged, newCustomerBody, type CustomerChanges } from './body';
import { updateCustomer } from './updateCustomer';
import { customerList } from './list';
import { customerResource } from './resource';

/** What a Create or Update comes to. */
export type Upserted = {
	customer: Customer;
	/** Whether the customer was there before. */
	alreadyExisted: boolean;
	/** The IDs of other customers with the same e-mail address, where there are any. */
	otherMatches?: string;
};

/** An e-mail address as it is compared. */
function comparable(email: string | null): string | undefined {
	return email?.trim().toLowerCase();
}

/**
 * What the server is to look for: it finds more than was meant, and what comes back is compared.
 * Whether it knows upper and lower case of letters beyond ASCII depends on its database, so the
 * longest part without them is enough.
 */
function searchText(email: string): string {
	const [longest] = (email.match(/[!-~]+/g) ?? [email]).sort((a, b) => b.length - a.length);
	return longest;
}

/** All customers with this e-mail address, the oldest first. */
async function customersWith(client: Client, email: string): Promise<Customer[]> {
	return await listEntries(client, customerList({ search: searchText(email) }), {
		sort: { sortColumn: 'createdAt', sortDirection: 'asc' },
		matches: (customer) => comparable(customer.email) === comparable(email),
	});
}

/** Changes a customer that was found, unless it is so already. */
async function update(
	client: Client,
	{ id }: Customer,
	email: string,
	changes: CustomerChanges,
): Promise<Customer> {
	return await updateCustomer(client, id, (current) => {
		if (comparable(current.email) !== comparable(email)) {
			throw new UserError(`The customer with the ID ${id} got another e-mail address meanwhile`, {
				description: `This item changed nothing. Run again to find the customer with ${email}.`,
			});
		}
		const body = customerBody(current, changes);
		return isUnchanged(current, body) ? undefined : body;
	});
}

/** Creates a customer; where the answer is lost, it is looked for. */
async function create(client: Client, email: string, changes: CustomerChanges): Promise<Customer> {
	let found: Customer | undefined;
	const created = await client.send<Customer>({
		method: 'POST',
		url: '/customers',
		faultOf: customerFault,
		body: newCustomerBody({ ...changes, email }),
		resource: customerResource,
		subject: 'the new customer',
		lookUp: async () => {
			[found] = await customersWith(tolerant(client), email);
			return found;
		},
	});
	// It may also be one that somebody else created at this moment, with other values.
	return found ? await update(client, found, email, changes) : created;
}

/**
 * Changes the customer with this e-mail address, or creates it where there is none. Those who ask
 * for one e-mail address wait for each other, so that it is created once.
 *
 * @param changes what a new customer is to have; of one that is there, only this is changed
 */
export async function createOrUpdate(
	client: Client,
	email: string,
	changes: CustomerChanges,
): Promise<Upserted> {
	return await client.runExclusive(`customer ${comparable(email)}`, async () => {
		const found = await customersWith(client, email);
		for (const [index, candidate] of found.entries()) {
			const customer = await unlessDeleted(
				client,
				async (lenient) => await update(lenient, candidate, email, changes),
			);
			// Deleted since it was found: the next one is the oldest.
			if (!customer) continue;
			const otherMatches = found.slice(index + 1).map(({ id }) => id);
			return {
				customer,
				alreadyExisted: true,
				...(otherMatches.length > 0 && { otherMatches: otherMatches.join(', ') }),
			};
		}
		return { customer: await create(client, email, changes), alreadyExisted: false };
	});
}
