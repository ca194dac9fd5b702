import { UserError, type IDataObject } from 'n8n-workflow';
import { customerFault } from '../../checks/answers';
import { listEntries } from '../../lists/listEntries';
import { getPage } from '../../lists/pages';
import { tolerant, unlessDeleted, type Client } from '../../transport/client';
import type { Customer } from '../../types';
import { customerBody, isUnchanged, newCustomerBody, type CustomerChanges } from './body';
import { licenseList } from '../license/list';
import { customerList } from './list';
import { pathOf, subjectOf } from './read';
import { customerResource } from './resource';
import { updateCustomer, type ChangedCustomer } from './updateCustomer';

/** What a Create or Update comes to. */
export interface Upserted {
	customer: Customer;
	/**
	 * `alreadyExisted`: whether the customer was there before; `otherMatches`: the IDs of other
	 * customers with the same e-mail address, where there are any; and what an update tells.
	 */
	outcome: IDataObject;
}

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
): Promise<ChangedCustomer> {
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

function othersOf(others: Customer[]): IDataObject {
	const otherMatches = others.map(({ id }) => id).join(', ');
	return otherMatches ? { otherMatches } : {};
}

/** Changes the oldest of those that were found, and names the others. */
async function updateOldest(
	client: Client,
	[oldest, ...others]: Customer[],
	email: string,
	changes: CustomerChanges,
	alreadyExisted: boolean,
): Promise<Upserted> {
	const { customer, outcome } = await update(client, oldest, email, changes);
	return { customer, outcome: { alreadyExisted, ...othersOf(others), ...outcome } };
}

/** The order of `customersWith`, which is the same in every process. */
function byAge(a: Customer, b: Customer): number {
	return Date.parse(a.createdAt) - Date.parse(b.createdAt) || (a.id < b.id ? -1 : 1);
}

/**
 * Deletes a customer that was just made, unless somebody has changed it or given it a license since;
 * tells whether it is gone.
 *
 * @param seen as the list shows it, if it does
 */
async function remove(
	client: Client,
	made: Customer,
	seen: Customer | undefined,
): Promise<boolean> {
	if (seen?.updatedAt !== made.updatedAt) return false;
	const optional = tolerant(client);
	const [deletion] = await Promise.allSettled([
		getPage(optional, licenseList({ customerIds: made.id }), {
			sortColumn: 'createdAt',
			sortDirection: 'asc',
			page: 1,
			pageSize: 10,
		}).then(async ({ entries }) => {
			if (entries.length > 0) return false;
			await optional.send({
				method: 'DELETE',
				url: pathOf(made.id),
				resource: customerResource,
				subject: subjectOf(made.id),
			});
			return true;
		}),
	]);
	return deletion.status === 'fulfilled' && deletion.value;
}

/**
 * Deals with customers that another n8n process made with the same e-mail address at the same
 * moment. The oldest stays, which is the same for both. Each process deletes only what it made
 * itself.
 */
async function resolveDuplicates(
	client: Client,
	made: Customer,
	email: string,
	changes: CustomerChanges,
): Promise<Upserted> {
	const [found] = await Promise.allSettled([customersWith(tolerant(client), email)]);
	const seen = found.status === 'fulfilled' ? found.value : [];
	// A list that does not show the new one yet must not make this process yield to a younger one.
	const others = seen.filter(({ id }) => id !== made.id);
	const [oldest, ...younger] = [...others, made].sort(byAge);
	if (oldest.id === made.id) {
		return { customer: made, outcome: { alreadyExisted: false, ...othersOf(younger) } };
	}
	const isDeleted = await remove(
		client,
		made,
		seen.find(({ id }) => id === made.id),
	);
	const left = younger.filter(({ id }) => !isDeleted || id !== made.id);
	return await updateOldest(client, [oldest, ...left], email, changes, true);
}

/** Creates a customer; where the answer is lost, it is looked for. */
async function create(client: Client, email: string, changes: CustomerChanges): Promise<Upserted> {
	let found: Customer[] = [];
	const made = await client.send<Customer>({
		method: 'POST',
		url: '/customers',
		faultOf: customerFault,
		body: newCustomerBody({ ...changes, email }),
		resource: customerResource,
		subject: 'the new customer',
		lookUp: async () => {
			found = await customersWith(tolerant(client), email);
			return found[0];
		},
	});
	// It may also be one that somebody else created at this moment, with other values.
	return found.length > 0
		? await updateOldest(client, found, email, changes, false)
		: await resolveDuplicates(client, made, email, changes);
}

/**
 * Changes the customer with this e-mail address, or creates it where there is none. Those who ask
 * for one e-mail address wait for each other, so that it is created once.
 *
 * @param changes what a new customer is to have; of one that is there, only this is changed
 * @see section "Customers" in docs/architecture.md
 */
export async function createOrUpdate(
	client: Client,
	email: string,
	changes: CustomerChanges,
): Promise<Upserted> {
	return await client.runExclusive(`customer ${comparable(email)}`, async (_, lost) => {
		// While Lukittu may still carry out an earlier create, a second one would be one too many.
		const found = await client.lookUntil(async () => {
			const customers = await customersWith(client, email);
			return customers.length > 0 ? customers : undefined;
		}, lost?.until ?? 0);
		if (found) lost?.forget();
		for (let index = 0; found && index < found.length; index += 1) {
			const upserted = await unlessDeleted(
				client,
				async (lenient) => await updateOldest(lenient, found.slice(index), email, changes, true),
			);
			// Deleted since it was found: the next one is the oldest.
			if (upserted) return upserted;
		}
		return await create(client, email, changes);
	});
}
