import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { searchList } from '../engine/index.mts';
import type { Sandbox } from '../sandbox/types.mts';
import { startShop } from './support.mts';

type Method = 'searchCustomers' | 'searchLicenses' | 'searchProducts';

const START = Date.parse('2026-01-01T00:00:00Z');

let sandbox: Sandbox;
let credentials: ICredentialDataDecryptedObject;

beforeEach(async () => {
	({ sandbox, credentials } = await startShop());
});

afterEach(async () => await sandbox.close());

/** The values of every page that the editor gets when the user scrolls to the end. */
async function scroll(method: Method, filter?: string): Promise<unknown[][]> {
	const pages: unknown[][] = [];
	let paginationToken: string | undefined;
	do {
		const page = await searchList({ method, filter, paginationToken, credentials });
		pages.push(page.results.map(({ value }) => value));
		({ paginationToken } = page);
	} while (paginationToken !== undefined);
	return pages;
}

/** When the nth entry was created: in blocks that share their time. */
const timeOf = (n: number, block: number) => new Date(START + Math.floor(n / block) * 1000);

function add(method: Method, count: number, block: number): string[] {
	return Array.from({ length: count }, (_, n) => {
		const createdAt = timeOf(n, block);
		if (method === 'searchCustomers') return sandbox.addCustomer({ createdAt }).id;
		const product = method === 'searchProducts' ? sandbox.addProduct() : undefined;
		const license = sandbox.addLicense({ createdAt, productIds: product ? [product.id] : [] });
		return product?.id ?? license.id;
	});
}

describe.each<Method>(['searchLicenses', 'searchCustomers', 'searchProducts'])('%s', (method) => {
	test.each([
		[250, 40],
		[250, 3],
		[450, 90],
		[450, 130],
		[350, 350],
		[1000, 1000],
		[130, 130],
	])('shows each of %i once, in blocks of %i of the same time', async (count, block) => {
		const ids = add(method, count, block);

		const shown = (await scroll(method)).flat();

		expect(new Set(shown).size).toBe(shown.length);
		expect([...shown].sort()).toEqual([...ids].sort());
	});

	// Where the end of the list is unknown, there are fewer ways to find what a page skipped.
	test('shows none twice, and 99 of 100, on a server that gives no total', async () => {
		sandbox.features.totalResults = false;
		add(method, 450, 40);
		const shown = (await scroll(method)).flat();
		expect(new Set(shown).size).toBe(shown.length);
		expect(shown.length).toBeGreaterThan(445);
	});

	test('shows each once while others are created', async () => {
		const ids = add(method, 350, 1);
		sandbox.onRequest = () => {
			if (method === 'searchCustomers') sandbox.addCustomer({ createdAt: new Date() });
			else sandbox.addLicense({ createdAt: new Date() });
		};
		const shown = (await scroll(method)).flat();
		expect(new Set(shown).size).toBe(shown.length);
		expect(shown).toEqual(expect.arrayContaining(ids));
	});

	test('asks for a page once where all times differ', async () => {
		add(method, 350, 1);
		await scroll(method);
		expect(sandbox.requests.map(({ query }) => query.page)).toEqual(['1', '2', '3', '4']);
	});

	test('leaves half characters and NUL out of what it searches for', async () => {
		add(method, 2, 1);
		sandbox.addCustomer({ fullName: 'Alma 🦊' });
		for (const filter of ['\ud83e', 'Alma \ud83e', '\udd8a', 'al\u0000ma', 'Alma 🦊']) {
			await scroll(method, filter);
		}
		const searched = sandbox.requests.map(({ query }) => query.search ?? '');
		expect(searched.join('')).not.toMatch(/\ufffd|\0/);
		expect(sandbox.requests.every(({ status }) => status === 200)).toBe(true);
	});
});

test('a search with few hits a page shows some 50 at once, which can be scrolled', async () => {
	const productIds = [sandbox.addProduct({ name: 'Larkspur Themes' }).id];
	const wanted: string[] = [];
	for (let n = 0; n < 900; n += 1) {
		const isWanted = n % 10 === 0;
		const { id } = sandbox.addLicense(isWanted ? { productIds } : {});
		if (isWanted) wanted.unshift(id);
	}

	const [first, ...others] = await scroll('searchLicenses', 'larkspur');

	expect(first).toEqual(wanted.slice(0, 50));
	expect(others.flat()).toEqual(wanted.slice(50));
});

test('a search for products reads on until it has enough, and shows none twice', async () => {
	const names = Array.from({ length: 120 }, (_, n) => `Orbit ${n}`);
	const products = names.map((name) => sandbox.addProduct({ name }).id);
	for (let n = 0; n < 1000; n += 1) {
		sandbox.addLicense({ productIds: n % 5 === 0 ? [products[(n / 5) % 120]] : [] });
	}

	const [first, ...others] = await scroll('searchProducts', 'orbit');

	expect(first.length).toBeGreaterThanOrEqual(50);
	expect([...first, ...others.flat()].sort()).toEqual([...products].sort());
});

test('a list that answers slowly shows what it has after some seconds', async () => {
	sandbox.latencyMs = 1500;
	add('searchLicenses', 900, 1);
	const { results, paginationToken } = await searchList({
		method: 'searchLicenses',
		filter: 'no such thing',
		credentials,
	});
	expect(results).toEqual([]);
	expect(paginationToken).toBeDefined();
	expect(sandbox.requests.length).toBeLessThan(6);
});
