import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { readable, startShop } from '../license/support.mts';
import type { CustomerSeed, Sandbox } from '../sandbox/types.mts';
import { addFullCustomer, DISCORD_ID, runCustomer } from './support.mts';

const START = Date.parse('2026-01-01T00:00:00Z');

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

/** Adds customers a second apart, in blocks that share their timestamps. */
function addCustomers(count: number, block = 1, fields: CustomerSeed = {}) {
	for (let n = 0; n < count; n += 1) {
		const at = new Date(START + Math.floor(n / block) * 1000);
		sandbox.addCustomer({ createdAt: at, updatedAt: at, ...fields });
	}
}

const getMany = async (parameters: IDataObject = {}) =>
	await runCustomer(sandbox, 'getAll', parameters);

const idsOf = (items: INodeExecutionData[]) => items.map(({ json }) => json.id as string);

const allIds = () => [...sandbox.state.customers.keys()];

describe.each([0, 1, 100, 101, 450])('of %i customers', (count) => {
	test.each([
		['all different', 1],
		['in blocks of 40 of the same time', 40],
	])('Return All gives each once, %s', async (_, block) => {
		addCustomers(count, block);

		const { error, items } = await getMany({ returnAll: true });

		expect(readable(error).trim()).toBe('');
		expect(items).toHaveLength(count);
		expect(idsOf(items).sort()).toEqual(allIds().sort());
	});

	test('a Limit gives the newest, no more than there are', async () => {
		addCustomers(count);
		const newest = allIds().reverse();
		for (const limit of [1, 25, 26, 101]) {
			const { error, items } = await getMany({ limit });
			expect(readable(error).trim()).toBe('');
			expect(idsOf(items)).toEqual(newest.slice(0, limit));
		}
	});
});

test.each([
	['that gives the total', true],
	['that gives no total', false],
])('Return All finds all 260 of one moment, on a server %s', async (_, totalResults) => {
	sandbox.features.totalResults = totalResults;
	addCustomers(260, 260);
	const { error, items } = await getMany({ returnAll: true });
	expect(readable(error).trim()).toBe('');
	expect(idsOf(items).sort()).toEqual(allIds().sort());
});

test('Return All says so where customers stay hidden whatever is tried', async () => {
	addCustomers(3);
	const shown = (await getMany()).items.slice(1).map(({ json }) => json);
	const data = { customers: shown, hasNextPage: false, totalResults: 3 };
	sandbox.addFault({ times: 100, kind: { status: 200, data } });

	const { error, items } = await getMany({ returnAll: true });

	expect(items).toEqual([]);
	expect(readable(error)).toMatch(
		/1 customers that Lukittu counts came on none of its pages \(2 came\)\n.*in parts with 'Search'/,
	);
});

test('the Limit is 50 where none is given', async () => {
	addCustomers(60);
	expect((await getMany()).items).toHaveLength(50);
	expect(sandbox.requests.map(({ query }) => query.pageSize)).toEqual(['50']);
});

describe.each([
	['all of them', { returnAll: true }],
	['up to a Limit', { limit: 100 }],
	['up to a Limit over one page', { limit: 129 }],
])('sorted, %s', (_, amount) => {
	test.each(['createdAt', 'updatedAt', 'fullName', 'email', 'username'])(
		'by %s',
		async (column) => {
			for (let n = 0; n < 130; n += 1) {
				const mixed = (factor: number) => String((n * factor) % 130).padStart(3, '0');
				sandbox.addCustomer({
					createdAt: new Date(START + n * 1000),
					updatedAt: new Date(START + Number(mixed(37)) * 1000),
					fullName: n % 10 === 0 ? null : `Customer ${mixed(7)}`,
					email: `customer${mixed(11)}@example.com`,
					username: n % 15 === 0 ? null : `user${mixed(17)}`,
				});
			}
			const values = [...sandbox.state.customers.values()].map((row) => {
				const value = row[column as 'createdAt' | 'fullName'];
				return value instanceof Date ? value.toISOString() : value;
			});
			// As in Lukittu's database, what is missing is the last.
			const ascending = values.sort((a, b) => ((a ?? '~') < (b ?? '~') ? -1 : 1));

			for (const sortDirection of ['asc', 'desc']) {
				const options = { sortColumn: column, sortDirection };
				const { error, items } = await getMany({ ...amount, options });
				expect(readable(error).trim()).toBe('');
				const expected = sortDirection === 'asc' ? ascending : ascending.toReversed();
				const got = items.map(({ json }) => json[column]);
				expect(got).toEqual(expected.slice(0, items.length));
				expect(items).toHaveLength('limit' in amount ? Number(amount.limit) : 130);
			}
		},
	);
});

describe('Search', () => {
	beforeEach(() => {
		addFullCustomer(sandbox);
		sandbox.addCustomer({ email: 'bo@example.org', fullName: 'Bo Example', username: 'bob_1' });
		sandbox.addCustomer({ email: null, fullName: 'Cy Example', username: 'bobx1' });
	});

	test.each([
		['part of the e-mail address', 'MA@EXAMPLE', ['Alma Brightwell']],
		['part of the full name', ' o exam ', ['Bo Example']],
		['the user name, with a wildcard in it', 'bob_1', ['Cy Example', 'Bo Example']],
		['the Discord ID', DISCORD_ID, ['Alma Brightwell']],
		['the Discord name', 'tide', ['Alma Brightwell']],
		['a number', '={{ 345678 }}', ['Alma Brightwell']],
		['what nobody has', 'nobody', []],
	])('finds by %s', async (_, search, names) => {
		for (const amount of [{ returnAll: true }, { limit: 5 }]) {
			const { error, items } = await getMany({ ...amount, filters: { search } });
			expect(readable(error).trim()).toBe('');
			expect(items.map(({ json }) => json.fullName)).toEqual(names);
		}
		expect(new Set(sandbox.requests.map(({ query }) => query.search)).size).toBe(1);
	});

	test.each<[string, string]>([
		[
			' ',
			"'Search' is empty\nGive what to search for, or remove the filter to get all customers. If it comes from an expression, check that the expression has a value for this item.",
		],
		['={{ $json.x }}', "'Search' is empty\n"],
		['a\\b', "'Search' has a backslash, which Lukittu does not search for\nGive the part before"],
		['={{ "a\\u0000" }}', "'Search' contains a NUL character"],
		['x'.repeat(256), "'Search' has 256 characters"],
		['={{ [1] }}', "'Search' is [1], which is not text"],
	])('%j is refused before anything is sent', async (search, text) => {
		const { error } = await getMany({ returnAll: true, filters: { search } });
		expect(readable(error)).toContain(text);
		expect(sandbox.requests).toEqual([]);
	});
});

test.each<[IDataObject, RegExp]>([
	[{ limit: 0 }, /'Limit' is 0, not a whole/],
	[{ limit: '={{ "" }}' }, /'Limit' is empty/],
	[{ options: { sortColumn: 'id' } }, /'Sort By' is "id"\nGive one of: createdAt, updatedAt, full/],
	[{ options: { sortDirection: 'up' } }, /'Sort Direction' is "up"/],
])('refuses %j before anything is sent', async (parameters, text) => {
	const { error } = await getMany(parameters);
	expect(readable(error)).toMatch(text);
	expect(sandbox.requests).toEqual([]);
});
