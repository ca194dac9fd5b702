import type { IDataObject } from 'n8n-workflow';

import { searchList } from '../engine/index.mts';
import { byId, credentialsOf, fromList, readable, sent, startShop } from '../license/support.mts';
import type { FaultKind, Sandbox } from '../sandbox/types.mts';
import {
	ADDRESS,
	addFullCustomer,
	DISCORD_ID,
	runCustomer,
	UNKNOWN_ID,
	writes,
	type CustomerOperation,
} from './support.mts';

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

describe('get', () => {
	test.each([
		['by ID', byId, (id: string) => id],
		[
			'by ID, in capital letters and with blanks around',
			byId,
			(id: string) => ` ${id.toUpperCase()} `,
		],
		['from the list', fromList, (id: string) => id],
	])('%s gives all there is', async (_, locator, written) => {
		const { id } = addFullCustomer(sandbox);

		const { error, items } = await runCustomer(sandbox, 'get', { customer: locator(written(id)) });

		expect(readable(error).trim()).toBe('');
		expect(items).toHaveLength(1);
		expect(items[0]).toMatchObject({
			json: {
				id,
				email: 'alma@example.com',
				fullName: 'Alma Brightwell',
				username: 'alma.b',
				address: ADDRESS,
				discordAccount: { discordId: DISCORD_ID },
				metadata: [{ key: 'order' }, { key: 'note' }],
			},
			pairedItem: { item: 0 },
		});
		expect(sent(sandbox)).toEqual([`GET /customers/${id}`]);
	});

	test('simplified gives eight flat fields', async () => {
		const { id, createdAt } = addFullCustomer(sandbox);
		const { items } = await runCustomer(sandbox, 'get', {
			customer: byId(id),
			options: { simplify: true },
		});
		expect(items[0].json).toEqual({
			id,
			email: 'alma@example.com',
			fullName: 'Alma Brightwell',
			username: 'alma.b',
			discordId: DISCORD_ID,
			city: 'Exampleton',
			country: 'Finland',
			createdAt: createdAt.toISOString(),
		});
	});

	test('simplified gives null for what is not there', async () => {
		sandbox.addCustomer({ email: 'bo@example.com' });
		const { items } = await runCustomer(sandbox, 'getAll', { options: { simplify: true } });
		expect(items[0].json).toMatchObject({
			fullName: null,
			discordId: null,
			city: null,
			country: null,
		});
	});
});

describe('delete', () => {
	test('deletes the customer, and its licenses stay', async () => {
		const { id } = addFullCustomer(sandbox);
		const license = sandbox.addLicense({ customerIds: [id] });

		const { error, items } = await runCustomer(sandbox, 'delete', { customer: byId(id) });

		expect(readable(error).trim()).toBe('');
		expect(items.map(({ json }) => json)).toEqual([{ customerId: id, deleted: true }]);
		expect(sandbox.state.customers.size).toBe(0);
		expect([...sandbox.state.licenses.keys()]).toEqual([license.id]);
		expect(sent(sandbox)).toEqual([`DELETE /customers/${id}`]);
	});

	test('a run that ends names the customers that were deleted', async () => {
		const { id } = addFullCustomer(sandbox);
		const items = [{ id }, { id: UNKNOWN_ID }];
		sandbox.addFault({ method: 'DELETE', path: new RegExp(UNKNOWN_ID), kind: { delayMs: 200 } });

		const { error } = await runCustomer(
			sandbox,
			'delete',
			{ customer: byId('={{ $json.id }}') },
			{ items },
		);

		expect(readable(error)).toContain(
			`1 of 2 items had been carried out and stay so (counted from 0): item 0: ${id}.`,
		);
	});
});

describe.each<CustomerOperation>(['get', 'delete', 'update'])('%s', (operation) => {
	const parameters = (customer: unknown): IDataObject => ({
		customer: byId(customer) as unknown as IDataObject,
		customerUpdateFields: { username: 'a' },
	});

	test('of an unknown customer says so, and names the field', async () => {
		const { error, items } = await runCustomer(sandbox, operation, parameters(UNKNOWN_ID));
		expect(items).toEqual([]);
		expect(readable(error)).toBe(
			`Lukittu does not know the customer with the ID ${UNKNOWN_ID}\nCheck 'Customer': the customer may have been deleted, or belong to another team than the one of the credential.`,
		);
	});

	test.each([
		[
			'={{ "alma" }}',
			'\'Customer\' is "alma", which is not a customer ID\nA customer ID is a UUID',
		],
		['={{ $json.x }}', "'Customer' has no customer ID\nChoose the customer from the list"],
		[`={{ "${UNKNOWN_ID}/x" }}`, "'Customer' is \"123e4567"],
	])('of %j is refused before anything is sent', async (id, text) => {
		const { error } = await runCustomer(sandbox, operation, parameters(id));
		expect(readable(error)).toContain(text);
		expect(sandbox.requests).toEqual([]);
	});
});

describe('what Lukittu refuses', () => {
	const create = { email: 'alma@example.com' };

	test.each<[string, CustomerOperation]>([
		['create', 'create'],
		['create or update', 'upsert'],
	])('the customer limit, at %s', async (_, operation) => {
		sandbox.state.customerLimit = 0;
		const { error } = await runCustomer(sandbox, operation, create);
		expect(readable(error)).toBe(
			'The team has reached its customer limit, so no customer was created\nLukittu answered "Customer limit reached". Delete customers that are no longer needed, or raise the limit of the team\'s plan in the Lukittu dashboard.',
		);
	});

	test.each<[FaultKind, string]>([
		[
			{ status: 400, details: 'Invalid email' },
			"Lukittu does not accept the e-mail address alma@example.com\nThis item changed nothing. Check 'Email'.",
		],
		[
			{ status: 400, details: 'Required' },
			'Lukittu refused the request: Required\nIt concerned the new customer. This item changed nothing. Lukittu does not tell which field it means: check those of this item, and those that the customer has already.',
		],
		[
			{ status: 401, details: 'Invalid API key' },
			'Lukittu did not accept the API key for this team',
		],
	])('%j', async (kind, text) => {
		sandbox.addFault({ kind });
		const { error } = await runCustomer(sandbox, 'create', create);
		expect(readable(error)).toContain(text);
	});
});

describe('an answer that is lost', () => {
	test.each<[CustomerOperation, string, string]>([
		['create', 'the new customer was created', 'look it up in Lukittu before you repeat this.'],
		['update', 'ID was changed', 'look it up in Lukittu before you repeat this.'],
		['delete', 'ID was deleted', 'look it up in Lukittu before you repeat this.'],
	])('%s: says that it is not known', async (operation, what, advice) => {
		const { id } = addFullCustomer(sandbox);
		for (const method of ['POST', 'PUT', 'DELETE'])
			sandbox.addFault({ method, kind: 'resetAfter' });

		const { error } = await runCustomer(sandbox, operation, {
			email: 'alma@example.com',
			customer: byId(id),
			customerUpdateFields: { username: 'a' },
			options: { keepTryingFor: 0 },
		});

		const subject = what.replace('ID', `the customer with the ID ${id}`);
		expect(readable(error)).toContain(`It is not known whether ${subject}: ${advice}`);
	});

	test('of a create is not sent again by "Retry On Fail"', async () => {
		sandbox.addFault({ method: 'POST', kind: 'resetAfter' });
		const extra = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
		await runCustomer(sandbox, 'create', { email: 'alma@example.com' }, extra);
		expect(writes(sandbox)).toHaveLength(1);
		expect(sandbox.state.customers.size).toBe(1);
	});
});

describe('the list of the locator', () => {
	const search = async (filter?: string, paginationToken?: string) =>
		await searchList({
			method: 'searchCustomers',
			filter,
			paginationToken,
			credentials: credentialsOf(sandbox),
		});

	test('is searched on the server, page by page, the newest first', async () => {
		for (let n = 0; n < 150; n += 1) {
			sandbox.addCustomer({ fullName: `Alma ${n}`, email: `alma${n}@example.com` });
			sandbox.addCustomer({ fullName: `Bo ${n}` });
		}

		const first = await search(' alma ');
		const second = await search(' alma ', String(first.paginationToken));

		expect([first, second].map(({ results }) => results.length)).toEqual([100, 50]);
		expect(first.results[0].name).toBe('Alma 149 (alma149@example.com)');
		expect(second.paginationToken).toBeUndefined();
		expect(sandbox.requests.map(({ query }) => query)).toMatchObject([
			{ search: 'alma', page: '1', pageSize: '100' },
			{ search: 'alma', page: '2', pageSize: '100' },
		]);
	});
});
