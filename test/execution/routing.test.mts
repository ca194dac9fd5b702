/**
 * The node through n8n's routing, without `customOperations`: as in an old n8n. Several items run one
 * after the other there.
 */
import type { INodeType } from 'n8n-workflow';

import { loadPackage, LUKITTU_NODE } from '../engine/index.mts';
import { byId, metadata, readable, runLicense, startShop } from '../license/support.mts';
import type { Sandbox } from '../sandbox/types.mts';

let sandbox: Sandbox;

beforeAll(async () => {
	const node = (await loadPackage()).nodes[LUKITTU_NODE] as INodeType;
	delete node.customOperations;
});

beforeEach(async () => {
	({ sandbox } = await startShop());
	sandbox.latencyMs = 5;
});

afterEach(async () => await sandbox.close());

const numbered = (count: number) => Array.from({ length: count }, (_, n) => ({ n }));

const create = async (count: number, extra: object = {}) =>
	await runLicense(
		sandbox,
		'create',
		{ additionalFields: { metadata: metadata({ key: 'n', value: '={{ $json.n }}' }) } },
		{ items: numbered(count), ...extra },
	);

const numbers = () =>
	[...sandbox.state.licenses.values()].map(({ metadata: [entry] }) => Number(entry.value));

const refuse = (skip: number) =>
	sandbox.addFault({ method: 'POST', skip, kind: { status: 400, details: 'Nope' } });

test('items are carried out one after the other, in their order, each paired', async () => {
	const { error, items } = await create(8);
	expect(readable(error).trim()).toBe('');
	expect(items.map(({ pairedItem }) => pairedItem)).toEqual(
		numbered(8).map(({ n }) => ({ item: n })),
	);
	expect(numbers()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
	expect(sandbox.maxInFlight).toBe(1);
});

test('the first refusal ends the run, and the report names what was carried out', async () => {
	refuse(3);
	const { error, items } = await create(8);
	expect(items).toHaveLength(0);
	expect(readable(error)).toMatch(/Nope[^]*3 of 8 items had been carried out/);
	for (const { id } of sandbox.state.licenses.values()) expect(readable(error)).toContain(id);
	expect(error?.context?.itemIndex).toBe(3);
	expect(sandbox.requests).toHaveLength(4);
});

test('with "continue" the others are carried out', async () => {
	refuse(3);
	const { items } = await create(8, { onError: 'continueRegularOutput' });
	expect(items).toHaveLength(8);
	expect(items[3].json.error).toBe('Lukittu refused the request: Nope');
	expect(items[3].pairedItem).toEqual({ item: 3 });
	expect(numbers()).toEqual([0, 1, 2, 4, 5, 6, 7]);
});

test('"Retry On Fail" repeats nothing that was carried out', async () => {
	refuse(3);
	const { error, items } = await create(8, { retryOnFail: true, waitBetweenTries: 1 });
	expect(readable(error).trim()).toBe('');
	expect(items).toHaveLength(8);
	expect(numbers()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
	expect(sandbox.requests).toHaveLength(9);
});

test('"Retry On Fail" does not repeat a create whose answer was lost', async () => {
	sandbox.addFault({ method: 'POST', skip: 2, kind: 'resetAfter' });
	const { error } = await create(5, { retryOnFail: true, waitBetweenTries: 1 });
	expect(readable(error)).toMatch(/connection was closed[^]*not known whether the new license/);
	expect(numbers()).toEqual([0, 1, 2]);
});

test('a value that is not as it must be ends the run at its item', async () => {
	const { error } = await runLicense(
		sandbox,
		'create',
		{ additionalFields: { hwidLimit: '={{ $json.n === 2 ? 5000 : 1 }}' } },
		{ items: numbered(4) },
	);
	expect(readable(error)).toMatch(
		/'Hardware ID Limit' is 5000[^]*2 of 4 items had been carried out/,
	);
	expect(sandbox.state.licenses.size).toBe(2);
});

test('an unknown operation sends nothing', async () => {
	const { error } = await runLicense(sandbox, 'transfer' as never, {}, { items: numbered(2) });
	expect(readable(error)).toMatch(/^The node has no operation "transfer"/);
	expect(sandbox.requests).toHaveLength(0);
});

test('a canceled execution sends no more', async () => {
	let cancel = () => {};
	const cancelAfter = new Promise<void>((resolve) => {
		cancel = resolve;
	});
	sandbox.latencyMs = 50;
	sandbox.onRequest = () => {
		if (sandbox.requests.length === 3) cancel();
	};
	const { status } = await create(20, { cancelAfter });
	expect(status).toBe('canceled');
	await new Promise((resolve) => setTimeout(resolve, 200));
	expect(sandbox.requests.length).toBeLessThanOrEqual(4);
});

test('an update of two fields changes them alone', async () => {
	const license = sandbox.addLicense({ ipLimit: 4 });
	const { error } = await runLicense(sandbox, 'update', {
		license: byId(license.id),
		updateFields: { hwidLimit: 7, suspended: true },
	});
	expect(readable(error).trim()).toBe('');
	expect(license).toMatchObject({ hwidLimit: 7, suspended: true, ipLimit: 4 });
});
