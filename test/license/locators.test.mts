import type { ICredentialDataDecryptedObject, INodeListSearchResult } from 'n8n-workflow';

import { searchList } from '../engine/index.mts';
import type { Sandbox } from '../sandbox/server.mts';
import { readable, sent, startShop } from './support.mts';

type Method = 'searchCustomers' | 'searchLicenses' | 'searchProducts';

let sandbox: Sandbox;
let credentials: ICredentialDataDecryptedObject;

beforeEach(async () => {
	({ sandbox, credentials } = await startShop());
});

afterEach(async () => await sandbox.close());

/** One page of a list, as the editor asks for it. */
async function search(method: Method, filter?: string, paginationToken?: string) {
	return await searchList({ method, filter, paginationToken, credentials });
}

/** Every page of a list, as the editor gets them when the user scrolls to the end. */
async function scroll(method: Method, filter?: string): Promise<INodeListSearchResult[]> {
	const pages = [await search(method, filter)];
	for (let token = pages[0].paginationToken; token; token = pages.at(-1)!.paginationToken) {
		pages.push(await search(method, filter, String(token)));
	}
	return pages;
}

function values({ results }: INodeListSearchResult): unknown[] {
	return results.map(({ value }) => value);
}

function names({ results }: INodeListSearchResult): string[] {
	return results.map(({ name }) => name);
}

function addLicenses(count: number) {
	return Array.from({ length: count }, () => sandbox.addLicense());
}

describe('the list of licenses', () => {
	it('shows the newest first, each with its key, customers and products', async () => {
		const alma = sandbox.addCustomer({ fullName: 'Alma Brightwell', email: 'alma@example.com' });
		const editor = sandbox.addProduct({ name: 'Orbit Editor' });
		const old = sandbox.addLicense();
		const young = sandbox.addLicense({ customerIds: [alma.id], productIds: [editor.id] });

		const { results, paginationToken } = await search('searchLicenses');

		expect(results).toEqual([
			{
				name: `${young.licenseKey} · Alma Brightwell · Orbit Editor`,
				value: young.id,
			},
			{ name: old.licenseKey, value: old.id },
		]);
		expect(paginationToken).toBeUndefined();
	});

	it('is empty where there are no licenses', async () => {
		expect(await search('searchLicenses')).toEqual({ results: [] });
	});

	it('goes on page by page, each license once', async () => {
		const licenses = addLicenses(250);

		const pages = await scroll('searchLicenses');

		expect(pages.map(({ results }) => results.length)).toEqual([100, 100, 50]);
		expect(pages.flatMap(values)).toEqual(licenses.map(({ id }) => id).reverse());
		expect(sandbox.requests).toHaveLength(3);
	});
});

describe('searching licenses by a full key', () => {
	const key = 'ABCD1-EFGH2-IJKL3-MNOP4-QRST5';

	test.each([
		['as it is', key],
		['in small letters', key.toLowerCase()],
		['with blanks around it', `  ${key} `],
	])('asks the server for that license alone, however old: %s', async (_, filter) => {
		const oldest = sandbox.addLicense({ licenseKey: key });
		addLicenses(250);

		const result = await search('searchLicenses', filter);

		expect(result).toEqual({ results: [{ name: key, value: oldest.id }] });
		expect(sent(sandbox)).toEqual([`GET /licenses/${key}`]);
	});

	it('gives an empty list for a key that Lukittu does not know', async () => {
		addLicenses(2);

		expect(await search('searchLicenses', key)).toEqual({ results: [] });
	});

	it('tells why where the key cannot be looked up', async () => {
		credentials.apiKey = 'wrong';

		await expect(search('searchLicenses', key)).rejects.toThrow(
			'Lukittu did not accept the API key for this team',
		);
	});
});

describe('searching licenses by other text', () => {
	test.each([
		['the start of the key', 'ABCD1-EF'],
		['the middle of the key in small letters', 'h2-ijkl'],
		["a customer's name", 'alma'],
		["part of a customer's e-mail address", 'BRIGHT@EXAMPLE'],
		["a product's name", 'orbit ed'],
		['text with blanks around it', '  Orbit '],
	])('finds by %s', async (_, filter) => {
		const wanted = sandbox.addLicense({
			licenseKey: 'ABCD1-EFGH2-IJKL3-MNOP4-QRST5',
			customerIds: [
				sandbox.addCustomer({ fullName: 'Alma Brightwell', email: 'bright@example.com' }).id,
			],
			productIds: [sandbox.addProduct({ name: 'Orbit Editor' }).id],
		});
		sandbox.addLicense({
			licenseKey: 'ZZZZ1-ZZZZ2-ZZZZ3-ZZZZ4-ZZZZ5',
			customerIds: [sandbox.addCustomer({ fullName: 'Bruno', email: 'bruno@example.org' }).id],
			productIds: [sandbox.addProduct({ name: 'Tidepool Backup' }).id],
		});

		expect(values(await search('searchLicenses', filter))).toEqual([wanted.id]);
	});

	it('is empty where nothing is found', async () => {
		addLicenses(3);

		expect(await search('searchLicenses', 'no such thing')).toEqual({ results: [] });
	});

	it('looks on through pages with few hits', async () => {
		const productIds = [sandbox.addProduct({ name: 'Larkspur Themes' }).id];
		const oldest = sandbox.addLicense({ productIds });
		addLicenses(99);
		const older = sandbox.addLicense({ productIds });
		addLicenses(120);

		const pages = await scroll('searchLicenses', 'larkspur');

		expect(pages.map(values)).toEqual([[older.id, oldest.id]]);
	});

	it('stops after 1,000 licenses and lets the user go on', async () => {
		const oldest = sandbox.addLicense({
			productIds: [sandbox.addProduct({ name: 'Larkspur Themes' }).id],
		});
		addLicenses(1000);

		const first = await search('searchLicenses', 'larkspur');

		expect(first.results).toEqual([]);
		expect(sandbox.requests).toHaveLength(10);
		const next = await search('searchLicenses', 'larkspur', String(first.paginationToken));
		expect(values(next)).toEqual([oldest.id]);
	});
});

describe('the list of customers', () => {
	test.each([
		[
			'the full name with the e-mail address',
			{ fullName: 'Alma Brightwell', email: 'alma@example.com', username: 'alma' },
			'Alma Brightwell (alma@example.com)',
		],
		[
			'the user name with the e-mail address',
			{ email: 'b@example.com', username: 'bruno' },
			'bruno (b@example.com)',
		],
		['the user name alone', { email: null, username: 'bruno' }, 'bruno'],
		['the e-mail address alone', { email: 'chiara@example.com' }, 'chiara@example.com'],
	])('shows %s', async (_, fields, name) => {
		const { id } = sandbox.addCustomer(fields);

		const { results } = await search('searchCustomers');

		expect(results).toEqual([{ name, value: id }]);
	});

	it('shows the newest first, page by page, each customer once', async () => {
		const customers = Array.from({ length: 250 }, () => sandbox.addCustomer());

		const pages = await scroll('searchCustomers');

		expect(pages.map(({ results }) => results.length)).toEqual([100, 100, 50]);
		expect(pages.flatMap(values)).toEqual(customers.map(({ id }) => id).reverse());
	});

	test.each([
		['part of the name', 'BRIGHT'],
		['part of the e-mail address', 'ma@example'],
		['the user name', 'al.b'],
		['text with blanks around it', '  Alma '],
	])('is searched on the server, however old the customer: %s', async (_, filter) => {
		const alma = sandbox.addCustomer({
			fullName: 'Alma Brightwell',
			email: 'alma@example.com',
			username: 'al.b',
		});
		for (let count = 0; count < 150; count += 1) sandbox.addCustomer();

		const result = await search('searchCustomers', filter);

		expect(values(result)).toEqual([alma.id]);
		expect(sandbox.requests).toMatchObject([{ query: { search: filter.trim() } }]);
	});

	it('keeps to the search on every page', async () => {
		for (let count = 0; count < 130; count += 1) {
			sandbox.addCustomer({ fullName: `Alma ${count}` });
			sandbox.addCustomer({ fullName: `Bruno ${count}` });
		}

		const pages = await scroll('searchCustomers', 'alma');

		expect(pages.map(({ results }) => results.length)).toEqual([100, 30]);
		expect(pages.flatMap(names).every((name) => name.startsWith('Alma '))).toBe(true);
	});

	it('does not search for blanks', async () => {
		sandbox.addCustomer();

		expect((await search('searchCustomers', '  ')).results).toHaveLength(1);
		expect(sandbox.requests[0].query).not.toHaveProperty('search');
	});

	it('is empty where nothing is found', async () => {
		sandbox.addCustomer();

		expect(await search('searchCustomers', 'no such thing')).toEqual({ results: [] });
	});
});

describe('the list of products', () => {
	/** Products, each on two licenses. */
	function addSoldProducts(...productNames: string[]) {
		return productNames.map((name) => {
			const product = sandbox.addProduct({ name });
			sandbox.addLicense({ productIds: [product.id] });
			sandbox.addLicense({ productIds: [product.id] });
			return product;
		});
	}

	it('shows the products of the licenses, each once, by name', async () => {
		const [tidepool, orbit] = addSoldProducts('Tidepool Backup', 'Orbit Editor');

		const { results, paginationToken } = await search('searchProducts');

		expect(results).toEqual([
			{ name: 'Orbit Editor', value: orbit.id },
			{ name: 'Tidepool Backup', value: tidepool.id },
		]);
		expect(paginationToken).toBeUndefined();
	});

	test.each([
		['part of the name in small letters', () => 'orbit'],
		['text with blanks around it', () => ' Editor '],
		['the ID', (id: string) => id],
		['the ID in capital letters', (id: string) => id.toUpperCase()],
	])('finds by %s', async (_, filter) => {
		const [, orbit] = addSoldProducts('Tidepool Backup', 'Orbit Editor');

		expect(values(await search('searchProducts', filter(orbit.id)))).toEqual([orbit.id]);
	});

	it('has products of older licenses too, up to 1,000 licenses back', async () => {
		addSoldProducts('Larkspur Themes');
		addLicenses(998);

		expect(names(await search('searchProducts'))).toEqual(['Larkspur Themes']);
		expect(sandbox.requests).toHaveLength(10);
	});

	it('stops after 1,000 licenses and lets the user go on', async () => {
		addSoldProducts('Larkspur Themes');
		addLicenses(1000);

		const first = await search('searchProducts');

		expect(first.results).toEqual([]);
		expect(sandbox.requests).toHaveLength(10);
		const next = await search('searchProducts', '', String(first.paginationToken));
		expect(names(next)).toEqual(['Larkspur Themes']);
	});

	it('is empty where no license has a product', async () => {
		sandbox.addProduct();
		addLicenses(1);

		expect(await search('searchProducts')).toEqual({ results: [] });
	});
});

describe.each<Method>(['searchCustomers', 'searchLicenses', 'searchProducts'])(
	'%s, when it cannot fill the list',
	(method) => {
		test.each([
			['a wrong API key', { apiKey: 'wrong' }, "'API Key' and 'Team ID' are from the same team"],
			['a malformed team ID', { teamId: 'my team' }, 'Team ID'],
			['no server', { baseUrl: 'http://127.0.0.1:9' }, "check 'Base URL'"],
		])('tells what to do about %s', async (_, wrong, advice) => {
			Object.assign(credentials, wrong);

			const error = await search(method).catch((reason: Error) => reason);

			expect(error).toBeInstanceOf(Error);
			expect(readable(error as Error)).toContain(advice);
		});
	},
);
