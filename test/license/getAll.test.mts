import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { LicenseSeed, Sandbox } from '../sandbox/types.mts';
import { customers, products, readable, runLicense, startShop, untilInFlight } from './support.mts';

const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';
const START = Date.parse('2026-01-01T00:00:00Z');

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => {
	await sandbox.close();
});

/** Adds licenses a second apart, in blocks that share their timestamps. */
function addLicenses(
	count: number,
	{ block = 1, ...fields }: LicenseSeed & { block?: number } = {},
) {
	for (let n = 0; n < count; n += 1) {
		const at = new Date(START + Math.floor(n / block) * 1000);
		sandbox.addLicense({ createdAt: at, updatedAt: at, ...fields });
	}
}

const getMany = async (parameters: IDataObject = {}) =>
	await runLicense(sandbox, 'getAll', parameters);

const idsOf = (items: INodeExecutionData[]) => items.map(({ json }) => json.id as string);

const allIds = () => [...sandbox.state.licenses.values()].map(({ id }) => id);

const pageSizes = () => sandbox.requests.map(({ query }) => Number(query.pageSize));

describe.each([0, 1, 25, 26, 100, 101, 2500])('of %i licenses', (count) => {
	test.each([
		['all different', 1],
		['in blocks of 40 of the same time', 40],
	])('Return All gives each once, %s', async (_, block) => {
		addLicenses(count, { block });

		const { error, items } = await getMany({ returnAll: true });

		expect(readable(error).trim()).toBe('');
		expect(items).toHaveLength(count);
		expect(idsOf(items).sort()).toEqual(allIds().sort());
		expect(pageSizes().filter((size) => ![10, 25, 50, 100].includes(size))).toEqual([]);
		if (block === 1) {
			const pages = count <= 100 ? 1 : 1 + Math.ceil(count / 100);
			expect(pageSizes()).toEqual(Array(pages).fill(100));
		}
	});

	test('a Limit gives the newest, no more than there are', async () => {
		addLicenses(count);
		const newest = allIds().reverse();
		for (const limit of [1, 25, 26, 50, 101, 150]) {
			const { error, items } = await getMany({ limit });
			expect(readable(error).trim()).toBe('');
			expect(idsOf(items)).toEqual(newest.slice(0, limit));
		}
	});
});

test.each([
	[1, 10],
	[10, 10],
	[11, 25],
	[25, 25],
	[26, 50],
	[51, 100],
	[100, 100],
])('a Limit of %i asks for one page of %i', async (limit, pageSize) => {
	addLicenses(120);
	const { items } = await getMany({ limit });
	expect(items).toHaveLength(limit);
	expect(pageSizes()).toEqual([pageSize]);
});

test('the Limit is 50 where none is given', async () => {
	addLicenses(60);
	expect((await getMany()).items).toHaveLength(50);
});

test.each(['asc', 'desc'])(
	'a Limit over 100 with ties gives the true first ones, %s',
	async (sortDirection) => {
		addLicenses(260, { block: 40 });
		const { error, items } = await getMany({ limit: 150, options: { sortDirection } });
		expect(readable(error).trim()).toBe('');
		expect(new Set(idsOf(items)).size).toBe(150);
		const times = [...sandbox.state.licenses.values()]
			.map(({ createdAt }) => createdAt.toISOString())
			.sort();
		if (sortDirection === 'desc') times.reverse();
		expect(items.map(({ json }) => json.createdAt)).toEqual(times.slice(0, 150));
	},
);

describe('Return All', () => {
	test('finds those of one moment among 260 of the same', async () => {
		addLicenses(260, { block: 260 });
		const { error, items } = await getMany({ returnAll: true });
		expect(readable(error).trim()).toBe('');
		expect(idsOf(items).sort()).toEqual(allIds().sort());
	});

	test('says so where licenses stay hidden whatever is tried', async () => {
		addLicenses(3);
		const shown = (await getMany()).items.slice(1).map(({ json }) => json);
		const data = { licenses: shown, hasNextPage: false, totalResults: 3 };
		sandbox.addFault({ times: 100, kind: { status: 200, data } });

		const { error, items } = await getMany({ returnAll: true });

		expect(items).toHaveLength(0);
		expect(readable(error)).toMatch(
			/1 licenses that Lukittu counts came on none of its pages \(2 came\)\n.*in parts with the filters/,
		);
	});

	test('finds the hidden ones of one moment product by product', async () => {
		const ids = [0, 1, 2].map(() => sandbox.addProduct().id);
		for (const id of ids) addLicenses(90, { block: 90, productIds: [id] });
		const { error, items } = await getMany({ returnAll: true });
		expect(readable(error).trim()).toBe('');
		expect(idsOf(items).sort()).toEqual(allIds().sort());
		expect(sandbox.requests.some(({ query }) => query.productIds)).toBe(true);
	});

	test.each([
		['newest first', {}, 'createdAt', -1],
		['oldest first', { sortDirection: 'asc' }, 'createdAt', 1],
		['last changed first', { sortColumn: 'updatedAt' }, 'updatedAt', -1],
		['first changed first', { sortColumn: 'updatedAt', sortDirection: 'asc' }, 'updatedAt', 1],
	])('sorts the result: %s', async (_, options, column, sign) => {
		for (let n = 0; n < 130; n += 1) {
			const updatedAt = new Date(START + ((n * 37) % 130) * 1000);
			sandbox.addLicense({ createdAt: new Date(START + n * 1000), updatedAt });
		}
		const { items } = await getMany({ returnAll: true, options });
		const times = items.map(({ json }) => Date.parse(json[column] as string));
		expect(times).toHaveLength(130);
		expect(times).toEqual([...times].sort((a, b) => sign * (a - b)));
	});

	test('misses none that existed when it began while others are created', async () => {
		addLicenses(450, { block: 40 });
		const existed = allIds();
		sandbox.onRequest = () => void sandbox.addLicense({ createdAt: new Date() });

		const { error, items } = await getMany({ returnAll: true });

		expect(readable(error).trim()).toBe('');
		expect(idsOf(items)).toEqual(expect.arrayContaining(existed));
		expect(new Set(idsOf(items)).size).toBe(items.length);
	});

	test('misses none that stays while others are deleted and as many created', async () => {
		addLicenses(450);
		const doomed = allIds().slice(0, 3);
		const stay = allIds().slice(3);
		sandbox.onRequest = ({ query }) => {
			if (query.page === '1') return;
			const id = doomed.pop();
			if (!id) return;
			sandbox.state.licenses.delete(id);
			sandbox.addLicense({ createdAt: new Date() });
		};

		const { error, items } = await getMany({ returnAll: true });

		expect(readable(error).trim()).toBe('');
		expect(doomed).toHaveLength(0);
		expect(idsOf(items)).toEqual(expect.arrayContaining(stay));
	});

	test('misses none that stays while others are deleted, whatever the clocks say', async () => {
		addLicenses(450, { block: 40 });
		const doomed = allIds().slice(0, 5);
		const stay = allIds().slice(5);
		sandbox.onRequest = () => {
			const id = doomed.pop();
			if (!id) return;
			sandbox.state.licenses.delete(id);
			// As a database whose clock is behind would date it.
			sandbox.addLicense({ createdAt: new Date(START + 3600_000) });
		};
		const { error, items } = await getMany({ returnAll: true });
		expect(readable(error).trim()).toBe('');
		expect(idsOf(items)).toEqual(expect.arrayContaining(stay));
	});

	test('asks product by product only for the products of the filter', async () => {
		const [app, plugin] = [sandbox.addProduct().id, sandbox.addProduct().id];
		addLicenses(260, { block: 260, productIds: [app, plugin] });
		await getMany({ returnAll: true, filters: { products: products(app) } });
		expect(new Set(sandbox.requests.map(({ query }) => query.productIds))).toEqual(new Set([app]));
	});

	test('says so where the answer has no list', async () => {
		sandbox.addFault({ kind: { status: 200, data: { results: [] } } });
		const { error } = await getMany({ returnAll: true });
		expect(readable(error)).toMatch(/answered without a list of licenses/);
	});

	test.each([1, 40])('is complete on a server that gives no total, blocks of %i', async (block) => {
		sandbox.features.totalResults = false;
		addLicenses(350, { block });
		const { error, items } = await getMany({ returnAll: true });
		expect(readable(error).trim()).toBe('');
		expect(idsOf(items).sort()).toEqual(allIds().sort());
	});

	test('finds all of one moment on a server that gives no total', async () => {
		sandbox.features.totalResults = false;
		addLicenses(260, { block: 260 });
		const { error, items } = await getMany({ returnAll: true });
		expect(readable(error).trim()).toBe('');
		expect(idsOf(items).sort()).toEqual(allIds().sort());
	});

	test('asks for the pages at once, but for no more than 10', async () => {
		sandbox.latencyMs = 10;
		sandbox.onRequest = untilInFlight(sandbox, 10);
		addLicenses(2500);
		await getMany({ returnAll: true });
		// The newest page first, for the number of licenses, then all.
		expect(sandbox.requests).toHaveLength(26);
		expect(sandbox.maxInFlight).toBe(10);
	});

	test('sends no further page once one was refused', async () => {
		sandbox.latencyMs = 10;
		addLicenses(2500);
		sandbox.addFault({ skip: 3, kind: { status: 400, details: 'Boom' } });
		const { error, items } = await getMany({ returnAll: true });
		expect(readable(error)).toMatch(/refused the request: Boom/);
		expect(items).toHaveLength(0);
		expect(sandbox.requests.length).toBeLessThanOrEqual(15);
	});
});

test('each license is an item with its customers, products and metadata', async () => {
	const customer = sandbox.addCustomer();
	const product = sandbox.addProduct();
	const license = sandbox.addLicense({
		customerIds: [customer.id],
		productIds: [product.id],
		metadata: [{ key: 'order', value: '1', locked: true }],
	});
	sandbox.addLicense();

	const { items } = await runLicense(sandbox, 'getAll', {}, { items: [{ a: 1 }, { a: 2 }] });

	expect(items).toHaveLength(4);
	expect(items.map(({ pairedItem }) => pairedItem)).toEqual([0, 0, 1, 1].map((item) => ({ item })));
	expect(items[1].json).toMatchObject({
		id: license.id,
		licenseKey: license.licenseKey,
		customers: [{ id: customer.id }],
		products: [{ id: product.id }],
		metadata: [{ key: 'order', value: '1', locked: true }],
	});
});

describe.each([{ returnAll: true }, { limit: 500 }])('%j', (parameters) => {
	test.each([
		['with nothing on it', 0],
		['with the same license on it', 1],
	])('ends on a server that always tells of another page %s', async (_, count) => {
		addLicenses(3);
		const licenses = (await getMany()).items.slice(0, count).map(({ json }) => json);
		sandbox.addFault({ times: 200, kind: { status: 200, data: { licenses, hasNextPage: true } } });
		sandbox.clearRequests();
		const { items } = await getMany(parameters);
		expect(items).toHaveLength(0);
		expect(sandbox.requests.length).toBeLessThan(50);
	});
});

test('a Limit over 100 misses none while others are deleted', async () => {
	addLicenses(450);
	const newest = allIds().reverse();
	sandbox.onRequest = ({ query }) => {
		if (query.page === '2') sandbox.state.licenses.delete(newest[3]);
	};
	const { error, items } = await getMany({ limit: 250 });
	expect(readable(error).trim()).toBe('');
	const stay = newest.filter((id) => id !== newest[3]);
	expect(idsOf(items)).toEqual(expect.arrayContaining(stay.slice(0, 249)));
});

test('a Limit over what there is says so where one never shows', async () => {
	addLicenses(3);
	const shown = (await getMany()).items.slice(1).map(({ json }) => json);
	const data = { licenses: shown.slice(0, 1), hasNextPage: true, totalResults: 3 };
	sandbox.addFault({ kind: { status: 200, data } });
	sandbox.addFault({
		times: 100,
		kind: { status: 200, data: { ...data, licenses: shown.slice(1), hasNextPage: false } },
	});
	const { error } = await getMany({ limit: 150 });
	expect(readable(error)).toMatch(/came on none of its pages/);
});

describe('filters', () => {
	test('take customers and products in every form, and go together', async () => {
		const [anna, ben] = [sandbox.addCustomer().id, sandbox.addCustomer().id];
		const [app, plugin] = [sandbox.addProduct().id, sandbox.addProduct().id];
		const annaApp = sandbox.addLicense({ customerIds: [anna], productIds: [app] }).id;
		const benApp = sandbox.addLicense({ customerIds: [ben], productIds: [app] }).id;
		const benPlugin = sandbox.addLicense({ customerIds: [ben], productIds: [plugin] }).id;
		sandbox.addLicense();

		const found = async (filters: IDataObject) =>
			idsOf((await getMany({ returnAll: true, filters })).items).sort();

		expect(await found({ customers: customers(anna) })).toEqual([annaApp]);
		expect(await found({ customers: customers(`${anna} , ${ben.toUpperCase()}`) })).toEqual(
			[annaApp, benApp, benPlugin].sort(),
		);
		expect(await found({ products: products([app]) })).toEqual([annaApp, benApp].sort());
		expect(await found({ customers: customers(ben), products: products(app) })).toEqual([benApp]);
		expect(await found({ products: products(UNKNOWN_ID) })).toEqual([]);
	});

	test.each<[string, IDataObject, RegExp]>([
		[
			'a malformed ID',
			{ customers: customers('abc') },
			/'Customers' is "abc", which is not a customer/,
		],
		['an ID with a typo', { products: products(`${UNKNOWN_ID}0`) }, /'Products' is "0000/],
		['an empty row', { products: products('') }, /'Products' has no product ID/],
		['an empty array', { products: products([]) }, /The filter 'Products' is empty/],
		['no row', { customers: {} }, /The filter 'Customers' is empty\n.*remove the filter/],
		['one bad of two', { customers: customers(UNKNOWN_ID, 'x') }, /'Customers' is "x"/],
	])('with %s are refused, never sent', async (_, filters, text) => {
		addLicenses(3);
		const { error, items } = await getMany({ returnAll: true, filters });
		expect(readable(error)).toMatch(text);
		expect(items).toHaveLength(0);
		expect(sandbox.requests).toHaveLength(0);
	});
});

test.each<[IDataObject, RegExp]>([
	[{ limit: 0 }, /'Limit' is 0, not a whole/],
	[{ limit: '' }, /'Limit' is empty/],
	[{ limit: 2.5 }, /'Limit' is 2.5/],
	[{ options: { sortColumn: 'name' } }, /'Sort By' is "name"\nGive one of: createdAt, updatedAt/],
	[{ options: { sortDirection: 'up' } }, /'Sort Direction' is "up"/],
])('refuses %j before anything is sent', async (parameters, text) => {
	const { error } = await getMany(parameters);
	expect(readable(error)).toMatch(text);
	expect(sandbox.requests).toHaveLength(0);
});
