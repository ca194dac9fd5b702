/**
 * Several items through n8n's routing, as in an n8n without `customOperations`: one after the other.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { INodeType } from 'n8n-workflow';

import { loadPackage, LUKITTU_NODE } from '../engine/index.mts';
import { byId, customers, metadata, readable, runLicense, startShop } from '../license/support.mts';
import type { Sandbox } from '../sandbox/types.mts';

let sandbox: Sandbox;
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown) => unhandled.push(reason);

beforeAll(async () => {
	process.on('unhandledRejection', onUnhandled);
	delete ((await loadPackage()).nodes[LUKITTU_NODE] as INodeType).customOperations;
});

afterAll(() => process.off('unhandledRejection', onUnhandled));

beforeEach(async () => {
	({ sandbox } = await startShop());
	sandbox.latencyMs = 5;
});

afterEach(async () => {
	await sandbox.close();
	expect(unhandled.splice(0)).toEqual([]);
});

const range = (count: number) => Array.from({ length: count }, (_, n) => n);

/** Creates one license an item, with the item's number as metadata. */
const create = async (count: number, extra: object = {}, parameters: object = {}) =>
	await runLicense(
		sandbox,
		'create',
		{
			additionalFields: { metadata: metadata({ key: 'n', value: '={{ $json.n }}' }) },
			options: { keepTryingFor: 0 },
			...parameters,
		},
		{ items: range(count).map((n) => ({ n })), ...extra },
	);

const retry = { retryOnFail: true, waitBetweenTries: 1 };
const refuseItem = (item: number) =>
	sandbox.addFault({ method: 'POST', skip: item, kind: { status: 400, details: 'Nope' } });
const createdNumbers = () =>
	[...sandbox.state.licenses.values()].map((row) => Number(row.metadata[0].value));

/** In item 3 this cannot be evaluated: n8n's routing throws before it calls the node for it. */
const UNKNOWN_NODE = {
	customers: customers('={{ $json.n === 3 ? $("Nowhere").item.json.id : [] }}'),
};

const batching = (batchSize: number, batchInterval: number) => ({
	requestOptions: { batching: { batch: { batchSize, batchInterval } } },
});

test('items are carried out one after the other, in their order', async () => {
	const { error, items } = await create(20);
	expect(readable(error).trim()).toBe('');
	expect(createdNumbers()).toEqual(range(20));
	expect(items.map(({ pairedItem }) => pairedItem)).toEqual(range(20).map((item) => ({ item })));
	expect(sandbox.maxInFlight).toBe(1);
});

test('changes of one license keep the order of the items', async () => {
	const license = sandbox.addLicense();
	sandbox.onRequest = async () => await sleep(Math.random() * 15);
	const { error } = await runLicense(
		sandbox,
		'update',
		{ license: byId(license.id), updateFields: { hwidLimit: '={{ $json.limit }}' } },
		{ items: range(8).map((n) => ({ limit: n + 1 })) },
	);
	expect(readable(error).trim()).toBe('');
	const written = sandbox.requests.filter(({ method }) => method === 'PUT');
	expect(written.map(({ body }) => (body as { hwidLimit: number }).hwidLimit)).toEqual(
		range(8).map((n) => n + 1),
	);
});

describe('an item that the server refuses', () => {
	test('ends the run, which names what was carried out', async () => {
		refuseItem(3);
		const { error, items } = await create(6);
		expect(items).toHaveLength(0);
		expect(sandbox.requests).toHaveLength(4);
		const text = readable(error);
		expect(text).toMatch(/Nope[^]*3 of 6 items had been carried out/);
		for (const { id, metadata: entries } of sandbox.state.licenses.values()) {
			expect(text).toContain(`item ${entries[0].value}: ${id}`);
		}
		expect(error?.context).toMatchObject({ itemIndex: 3, runIndex: 0 });
		await sleep(100);
		expect(createdNumbers()).toEqual([0, 1, 2]);
	});

	test('as the first one, leaves nothing done', async () => {
		refuseItem(0);
		const { error } = await create(4);
		expect(readable(error)).toMatch(/Nope[^]*None of the 4 items was carried out\./);
		expect(sandbox.requests).toHaveLength(1);
	});

	test.each(['continueRegularOutput', 'continueErrorOutput'] as const)(
		'with "%s" is an item of its own',
		async (onError) => {
			refuseItem(3);
			const { error, items, errorItems } = await create(6, { onError });
			expect(readable(error).trim()).toBe('');
			const failed = onError === 'continueErrorOutput' ? errorItems[0] : items[3];
			expect(failed).toMatchObject({
				json: { error: 'Lukittu refused the request: Nope' },
				pairedItem: { item: 3 },
			});
			expect(items.length + errorItems.length).toBe(6);
			expect(createdNumbers()).toEqual([0, 1, 2, 4, 5]);
		},
	);

	test('with "Retry On Fail" is sent again, and no other', async () => {
		refuseItem(3);
		const { error, items } = await create(6, retry);
		expect(readable(error).trim()).toBe('');
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(range(6).map((item) => ({ item })));
		expect(createdNumbers()).toEqual(range(6));
		expect(sandbox.requests).toHaveLength(7);
	});
});

test('"Retry On Fail" does not repeat a create whose answer was lost', async () => {
	sandbox.addFault({ method: 'POST', skip: 2, kind: 'resetAfter' });
	const { error } = await create(5, retry);
	expect(readable(error)).toMatch(/connection was closed[^]*not known whether the new license/);
	expect(createdNumbers()).toEqual([0, 1, 2]);
	expect(sandbox.requests).toHaveLength(3);
});

test('a value that is refused ends the run before its item, and names what was carried out', async () => {
	const { error } = await create(
		6,
		{},
		{
			additionalFields: {
				hwidLimit: '={{ $json.n === 2 ? 5000 : 1 }}',
				metadata: metadata({ key: 'n', value: '={{ $json.n }}' }),
			},
		},
	);
	expect(readable(error)).toMatch(/'Hardware ID Limit' is 5000[^]*2 of 6 items had been carried/);
	expect(createdNumbers()).toEqual([0, 1]);
});

describe('an expression of item 3 that n8n cannot evaluate', () => {
	test.each([
		['once', {}, {}],
		['with "Retry On Fail"', retry, {}],
		['with "Batching" without pauses', {}, batching(2, 0)],
	])('leaves nothing done for the items before it: %s', async (_, extra, parameters) => {
		const { error, items } = await create(5, extra, { ...UNKNOWN_NODE, ...parameters });
		expect(readable(error)).toMatch(/Referenced node doesn't exist/);
		expect(items).toHaveLength(0);
		await sleep(200);
		expect(sandbox.requests).toHaveLength(0);
	});

	test('with "continue" does not keep the other items from being carried out', async () => {
		const { error, items } = await create(
			5,
			{ onError: 'continueRegularOutput' },
			{ ...UNKNOWN_NODE },
		);
		expect(readable(error).trim()).toBe('');
		expect(items).toHaveLength(5);
		expect(createdNumbers()).toEqual([0, 1, 2, 4]);
	});

	test('with pauses, "Retry On Fail" repeats nothing of the batches before it', async () => {
		sandbox.latencyMs = 150;
		await create(5, retry, { ...UNKNOWN_NODE, ...batching(1, 30) });
		await sleep(800);
		expect(createdNumbers()).toEqual([0, 1, 2]);
	});
});

test('"Batching" holds its pauses', async () => {
	const { error } = await create(5, {}, batching(2, 300));
	expect(readable(error).trim()).toBe('');
	const [first, , third, , fifth] = sandbox.requests.map(({ at }) => at);
	expect(third - first).toBeGreaterThan(250);
	expect(fifth - third).toBeGreaterThan(250);
	expect(createdNumbers()).toEqual(range(5));
});

test('a canceled execution sends nothing more', async () => {
	sandbox.latencyMs = 30;
	let cancel = () => {};
	const cancelAfter = new Promise<void>((resolve) => {
		cancel = resolve;
	});
	sandbox.onRequest = () => {
		if (sandbox.requests.length === 5) cancel();
	};
	const { status } = await create(50, { cancelAfter });
	expect(status).toBe('canceled');
	await sleep(200);
	expect(sandbox.requests).toHaveLength(5);
});
