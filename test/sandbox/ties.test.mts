import { clientOf } from './client.mts';
import type { Client } from './client.mts';
import { startSandbox } from './server.mts';
import type { LicenseRow, Sandbox } from './server.mts';

const START = Date.parse('2026-01-01T00:00:00Z');
const PAGE_SIZES = [10, 25, 50, 100];

let sandbox: Sandbox;
let client: Client;

beforeEach(async () => {
	sandbox = await startSandbox();
	client = clientOf(sandbox);
});
afterEach(() => sandbox.close());

/** 260 licenses; so many at a time are created at the same moment. */
function addBlocksOf(size: number, productIds: string[] = []): void {
	for (let index = 0; index < 260; index += 1) {
		const createdAt = new Date(START + Math.floor(index / size) * 1000);
		sandbox.addLicense({ createdAt, productIds });
	}
}

/** The IDs a walk over all pages gets, repeated ones too. */
async function walk(params: { pageSize: number; [name: string]: unknown }): Promise<string[]> {
	const ids: string[] = [];
	for (let page = 1; ; page += 1) {
		const { data } = await client.get('/licenses', { params: { ...params, page } });
		ids.push(...data.data.licenses.map(({ id }: LicenseRow) => id));
		if (!data.data.hasNextPage) return ids;
	}
}

const unique = (ids: string[]) => new Set(ids).size;

describe.each(['asc', 'desc'])('a walk in direction %s', (sortDirection) => {
	test.each(PAGE_SIZES)('by %i loses some rows of tied blocks', async (pageSize) => {
		addBlocksOf(40);
		const ids = await walk({ pageSize, sortDirection });
		expect(ids).toHaveLength(260);
		expect(unique(ids)).toBeLessThan(260);
		expect(unique(ids)).toBeGreaterThan(130);
	});

	test.each(PAGE_SIZES)('by %i loses some where all rows are tied', async (pageSize) => {
		addBlocksOf(260);
		const ids = await walk({ pageSize, sortDirection });
		expect(ids).toHaveLength(260);
		expect(unique(ids)).toBeLessThan(260);
	});

	test('gets all where none are tied, and in order', async () => {
		addBlocksOf(1);
		const ids = [...sandbox.state.licenses.keys()];
		const expected = sortDirection === 'asc' ? ids : ids.reverse();
		expect(await walk({ pageSize: 25, sortDirection })).toEqual(expected);
	});
});

test('the same page comes in the same order again', async () => {
	addBlocksOf(40);
	expect(await walk({ pageSize: 25 })).toEqual(await walk({ pageSize: 25 }));
});

test('a walk in another direction or by another size misses other rows', async () => {
	addBlocksOf(40);
	const walks = [
		await walk({ pageSize: 50, sortDirection: 'asc' }),
		await walk({ pageSize: 50, sortDirection: 'desc' }),
		await walk({ pageSize: 100, sortDirection: 'asc' }),
	];
	expect(unique(walks.flat())).toBeGreaterThan(Math.max(...walks.map(unique)));
});

test('rows are out of place only among their equals', async () => {
	addBlocksOf(40);
	const ids = await walk({ pageSize: 10, sortDirection: 'asc' });
	const times = ids.map((id) => sandbox.state.licenses.get(id)!.createdAt.getTime());
	expect(times).toEqual(times.toSorted((a, b) => a - b));
});

test('a product with few enough licenses is walked without loss', async () => {
	const products = [sandbox.addProduct().id, sandbox.addProduct().id, sandbox.addProduct().id];
	addBlocksOf(260);
	[...sandbox.state.licenses.values()].forEach(
		(license, index) => (license.productIds = [products[index % 3]]),
	);
	const walks = [];
	for (const productIds of products) walks.push(...(await walk({ pageSize: 100, productIds })));
	expect(unique(walks)).toBe(260);
});

test('a server with a second sort key loses nothing', async () => {
	sandbox.features.unstableTies = false;
	addBlocksOf(260);
	for (const sortDirection of ['asc', 'desc'])
		expect(unique(await walk({ pageSize: 25, sortDirection }))).toBe(260);
});
