import { clientOf, newLicense, without } from './client.mts';
import type { Client } from './client.mts';
import { addDays } from './formats.mts';
import { startSandbox } from './server.mts';
import type { LicenseRow, LicenseSeed, Sandbox } from './server.mts';

let sandbox: Sandbox;
let client: Client;

beforeEach(async () => {
	sandbox = await startSandbox();
	client = clientOf(sandbox);
});
afterEach(() => sandbox.close());

const list = async (params: object = {}) => (await client.get('/licenses', { params })).data.data;
const listed = async (params: object) =>
	(await list(params)).licenses.map(({ id }: LicenseRow) => id);
const unknown = '11111111-1111-4111-8111-111111111111';
const add = (count: number, fields: LicenseSeed = {}) =>
	Array.from({ length: count }, () => sandbox.addLicense(fields).id);

describe('get', () => {
	const metadata = [{ key: 'a', value: 'b', locked: false }];

	test('by key tells all, by ID all but the metadata', async () => {
		const productIds = [sandbox.addProduct().id];
		const { id, licenseKey } = sandbox.addLicense({ metadata, productIds });
		const byKey = await client.get(`/licenses/${licenseKey}`);
		const byId = await client.get(`/licenses/id/${id}`);
		expect(byKey.data.result.details).toBe('License found');
		const { metadata: entries, ...rest } = byKey.data.data;
		expect(entries).toEqual([expect.objectContaining({ ...metadata[0], licenseId: id })]);
		expect(byId.data.data).toEqual(rest);
		sandbox.features.metadataById = true;
		expect((await client.get(`/licenses/id/${id}`)).data.data).toEqual(byKey.data.data);
	});

	test('finds nothing under an unknown ID or key, or an ID in the wrong case', async () => {
		sandbox.addLicense({ id: 'abcdef00-0000-4000-8000-000000000000' });
		const paths = [`id/${unknown}`, 'AAAAA-AAAAA-AAAAA-AAAAA-AAAAA'];
		for (const path of [...paths, 'id/ABCDEF00-0000-4000-8000-000000000000']) {
			const response = await client.get(`/licenses/${path}`);
			expect(response.status).toBe(404);
			expect(response.data.data).toBeNull();
			expect(response.data.result.details).toBe('License not found');
		}
	});

	test('refuses a key in lower case', async () => {
		const { licenseKey } = sandbox.addLicense({ licenseKey: 'AAAAA-AAAAA-AAAAA-AAAAA-AAAA1' });
		expect((await client.get(`/licenses/${licenseKey.toLowerCase()}`)).status).toBe(400);
	});
});

describe('delete', () => {
	test.each(['id', 'key'])('by %s works once', async (way) => {
		const { id, licenseKey } = sandbox.addLicense();
		const path = way === 'id' ? `/licenses/id/${id}` : `/licenses/${licenseKey}`;
		const response = await client.delete(path);
		expect(response.status).toBe(200);
		expect(response.data.data).toEqual({
			...(way === 'id' ? { licenseId: id } : { licenseKey }),
			deleted: true,
		});
		expect(response.data.result.details).toBe('License deleted successfully');
		expect((await client.delete(path)).status).toBe(404);
		expect(sandbox.state.licenses.size).toBe(0);
	});
});

describe('pages', () => {
	test.each([
		[10, 10],
		[25, 25],
		[50, 50],
		[100, 100],
		[30, 25],
		[1000, 25],
		[0, 25],
		['all', 25],
		[undefined, 25],
	])('of %p have %i licenses', async (pageSize, count) => {
		add(101);
		const { licenses, hasNextPage, totalResults } = await list({ pageSize });
		expect(licenses).toHaveLength(count);
		expect([hasNextPage, totalResults]).toEqual([true, 101]);
	});

	test('are counted from 1, and a bad number is 1', async () => {
		const ids = add(12).reverse();
		expect(await listed({ pageSize: 10, page: 1 })).toEqual(ids.slice(0, 10));
		expect(await listed({ pageSize: 10, page: 2 })).toEqual(ids.slice(10));
		for (const page of [0, -1, 'x', ''])
			expect(await listed({ pageSize: 10, page })).toEqual(ids.slice(0, 10));
	});

	test('past the end are empty', async () => {
		add(10);
		const page = (number: number) => list({ pageSize: 10, page: number });
		expect(await page(1)).toMatchObject({ hasNextPage: false, totalResults: 10 });
		expect(await page(2)).toEqual({ licenses: [], hasNextPage: false, totalResults: 10 });
	});

	test('may lack the undocumented total', async () => {
		sandbox.features.totalResults = false;
		expect(await list()).toEqual({ licenses: [], hasNextPage: false });
	});

	test('repeat a license when one is inserted between them, and skip one after a delete', async () => {
		const ids = add(20).reverse();
		sandbox.onRequest = ({ query }) => {
			if (query.page === '2') sandbox.addLicense();
		};
		await listed({ pageSize: 10, page: 1 });
		expect((await listed({ pageSize: 10, page: 2 }))[0]).toBe(ids[9]);
		sandbox.onRequest = undefined;
		sandbox.state.licenses.delete(ids[0]);
		sandbox.state.licenses.delete(ids[1]);
		expect((await listed({ pageSize: 10, page: 2 }))[0]).toBe(ids[11]);
	});
});

test('a list that keeps to the documentation has less of each license', async () => {
	const productIds = [sandbox.addProduct().id];
	const customerIds = [sandbox.addCustomer().id];
	add(1, { productIds, customerIds, metadata: [{ key: 'a', value: 'b', locked: false }] });
	const [full] = (await list()).licenses;
	const { products, customers, metadata, ...documented } = full;
	expect([products, customers, metadata].map(({ length }) => length)).toEqual([1, 1, 1]);
	sandbox.features.fullLists = false;
	expect((await list()).licenses).toEqual([documented]);
	const read = (await client.get(`/licenses/${full.licenseKey}`)).data.data;
	expect(read).toMatchObject({ ...documented, metadata });
});

test('each answer tells another part of the products and customers of a license', async () => {
	const metadata = [{ key: 'a', value: 'b', locked: false }];
	const address = {
		line1: '1 Long Street',
		line2: null,
		city: null,
		state: null,
		country: null,
		postalCode: null,
	};
	const customer = sandbox.addCustomer({ metadata, address });
	const links = { productIds: [sandbox.addProduct({ metadata }).id], customerIds: [customer.id] };
	const license = sandbox.addLicense({ ...links, hwidLimit: 2 });
	const body = { ...newLicense(links), hwidLimit: 2 };
	const partsOf = ({ seats, products, customers }: Record<string, any>) => ({
		seats,
		product: Object.keys(products[0]).includes('metadata'),
		customer: ['metadata', 'address', 'discordAccount'].filter((name) => name in customers[0]),
	});
	const read = { seats: 2, product: true, customer: ['metadata'] };
	const written = { seats: 2, product: false, customer: ['discordAccount'] };
	const update = { ...without(body, 'sendEmailDelivery'), licenseKey: license.licenseKey };
	const path = `/licenses/id/${license.id}`;
	expect(partsOf((await list()).licenses[0])).toEqual({ product: false, customer: [] });
	expect(partsOf((await client.get(path)).data.data)).toEqual(read);
	expect(partsOf((await client.get(`/licenses/${license.licenseKey}`)).data.data)).toEqual(read);
	expect(partsOf((await client.post('/licenses', body)).data.data)).toEqual(written);
	expect(partsOf((await client.put(path, update)).data.data)).toEqual({
		...written,
		seats: undefined,
	});
});

describe('sorting', () => {
	test('by creation or update, the newest first by default', async () => {
		const [first, second, third] = add(3);
		sandbox.state.licenses.get(second)!.updatedAt = new Date();
		expect(await listed({})).toEqual([third, second, first]);
		expect(await listed({ sortDirection: 'asc' })).toEqual([first, second, third]);
		expect(await listed({ sortColumn: 'updatedAt' })).toEqual([second, third, first]);
		const ascending = { sortColumn: 'updatedAt', sortDirection: 'asc' };
		expect(await listed(ascending)).toEqual([first, third, second]);
	});

	test('falls back to the default without a word', async () => {
		const [first, second] = add(2);
		expect(await listed({ sortColumn: 'licenseKey' })).toEqual([second, first]);
		expect(await listed({ sortColumn: 'constructor' })).toEqual([second, first]);
		expect(await listed({ sortDirection: 'ASC' })).toEqual([second, first]);
	});

	test('sees what a test changes in place', async () => {
		const [first, second] = add(2);
		expect(await listed({})).toEqual([second, first]);
		sandbox.state.licenses.get(first)!.createdAt = new Date();
		expect(await listed({})).toEqual([first, second]);
		sandbox.state.licenses.clear();
		expect(await listed({})).toEqual([]);
	});
});

describe('filters', () => {
	test('by product and customer: OR within one, AND between the two', async () => {
		const [editor, backup] = [sandbox.addProduct().id, sandbox.addProduct().id];
		const [ada, bob] = [sandbox.addCustomer().id, sandbox.addCustomer().id];
		const [one] = add(1, { productIds: [editor], customerIds: [ada] });
		const [two] = add(1, { productIds: [backup], customerIds: [ada, bob] });
		const [three] = add(1, { productIds: [editor, backup] });
		add(1);
		expect(await listed({ productIds: editor })).toEqual([three, one]);
		expect(await listed({ productIds: `${editor},${backup}` })).toEqual([three, two, one]);
		expect(await listed({ customerIds: `${bob},${unknown}` })).toEqual([two]);
		expect(await listed({ productIds: editor, customerIds: ada })).toEqual([one]);
		expect(await list({ productIds: editor, pageSize: 10 })).toMatchObject({ totalResults: 2 });
	});

	test('drop what is no UUID, and find nothing for unknown ones', async () => {
		const productIds = [sandbox.addProduct({ id: 'abcdef00-0000-4000-8000-000000000000' }).id];
		const [one] = add(1, { productIds });
		const [two] = add(1);
		expect(await listed({ productIds: 'typo' })).toEqual([two, one]);
		expect(await listed({ productIds: ` ${productIds[0]}` })).toEqual([two, one]);
		expect(await listed({ productIds: `typo,${productIds[0]}` })).toEqual([one]);
		expect(await listed({ productIds: unknown })).toEqual([]);
		expect(await listed({ productIds: productIds[0].toUpperCase() })).toEqual([]);
	});

	describe('that are undocumented', () => {
		const metadata = (value: string) => [{ key: 'order', value, locked: false }];

		test('status', async () => {
			const now = new Date();
			add(1);
			const [suspended] = add(1, { suspended: true });
			const [expiring] = add(1, { expirationType: 'DATE', expirationDate: addDays(now, 3) });
			const [expired] = add(1, { expirationType: 'DATE', expirationDate: addDays(now, -3) });
			expect(await listed({ status: 'SUSPENDED' })).toEqual([suspended]);
			expect(await listed({ status: 'EXPIRING' })).toEqual([expiring]);
			expect(await listed({ status: 'EXPIRED' })).toEqual([expired]);
			expect(await listed({ status: 'suspended' })).toHaveLength(4);
		});

		test('search: one full key, anything else finds all', async () => {
			const [one] = add(1, { licenseKey: 'AAAAA-AAAAA-AAAAA-AAAAA-AAAAA' });
			add(1);
			expect(await listed({ search: 'AAAAA-AAAAA-AAAAA-AAAAA-AAAAA' })).toEqual([one]);
			expect(await listed({ search: 'ZZZZZ-AAAAA-AAAAA-AAAAA-AAAAA' })).toEqual([]);
			expect(await listed({ search: 'AAAAA' })).toHaveLength(2);
		});

		test('metadata: the exact key, and a part of the value in any case', async () => {
			const [one] = add(1, { metadata: metadata('Shop-17') });
			const [two] = add(1, { metadata: metadata('shop-1') });
			const find = (metadataKey?: string, metadataValue?: string) =>
				listed({ metadataKey, metadataValue });
			expect(await find('order', 'SHOP-1')).toEqual([two, one]);
			expect(await find('order', '17')).toEqual([one]);
			expect(await find('Order', '17')).toEqual([]);
			expect(await find('order')).toHaveLength(2);
			expect(await find(undefined, '17')).toHaveLength(2);
		});

		test.each([
			['_ as any one character', 'a_c', ['abc', 'a_c', 'a%c', 'a\\c']],
			['% as any characters', 'a%c', ['abc', 'a_c', 'a%c', 'a\\c', 'a\\bc']],
			['an escaped _ as itself', 'a\\_c', ['a_c']],
			['an escaped % as itself', 'a\\%c', ['a%c']],
			['any other escaped character as itself', 'a\\b\\c', ['abc']],
			['two backslashes as one', 'a\\\\c', ['a\\c']],
			['a backslash at the end as hiding what the server puts there', 'a\\', ['a%']],
		])('metadata: %s', async (_, search, expected) => {
			const texts = ['abc', 'a_c', 'a%c', 'a\\c', 'a\\bc', 'a%'];
			const ids = texts.map((text) => sandbox.addLicense({ metadata: metadata(text) }).id);
			const found = await listed({ metadataKey: 'order', metadataValue: search });
			const foundTexts = texts.filter((__, index) => found.includes(ids[index]));
			expect(foundTexts).toEqual(expected);
		});

		test('are ignored by a server that lacks them', async () => {
			add(2, { metadata: metadata('1') });
			sandbox.features.undocumentedFilters = false;
			const nothing = { metadataKey: 'order', metadataValue: 'none', status: 'EXPIRED' };
			expect(await listed(nothing)).toHaveLength(2);
		});
	});
});
