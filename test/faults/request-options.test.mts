import { setTimeout as sleep } from 'node:timers/promises';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import {
	isThroughRouting,
	LUKITTU_NODE,
	runWorkflow,
	standIn,
	staticItems,
} from '../engine/index.mts';
import {
	credentialsOf,
	metadata,
	numbered,
	readable,
	runLicense,
	startShop,
	type RunExtra,
} from '../license/support.mts';
import type { Sandbox } from '../sandbox/types.mts';
import { until } from './operations.mts';

let sandbox: Sandbox;
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown) => unhandled.push(reason);

beforeAll(() => process.on('unhandledRejection', onUnhandled));
afterAll(() => process.off('unhandledRejection', onUnhandled));

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => {
	await sandbox.close();
	expect(unhandled).toEqual([]);
});

const batching = (batchSize: unknown, batchInterval: unknown) => ({
	batching: { batch: { batchSize, batchInterval } },
});

/** Creates one license an item, its number as metadata, with n8n's "Request Options" set. */
const create = async (requestOptions: object, count: number, extra: RunExtra = {}) =>
	await runLicense(
		sandbox,
		'create',
		{
			additionalFields: { metadata: metadata({ key: 'n', value: '={{ $json.n }}' }) },
			requestOptions: requestOptions as IDataObject,
			options: { keepTryingFor: 0 },
		},
		{ items: numbered(count), ...extra },
	);

const numbers = () =>
	[...sandbox.state.licenses.values()].map((row) => Number(row.metadata[0].value));

/** Of each license, how long after the beginning of the run it was asked for, in item order. */
function arrivals(beganAt: number): number[] {
	return sandbox.requests.map(({ at }) => at - beganAt);
}

describe("'Batching'", () => {
	test.each<[string, unknown, unknown, { size: number; intervalMs: number }]>([
		['2 items, 600 ms', 2, 600, { size: 2, intervalMs: 600 }],
		['0 items, which n8n takes for 1', 0, 300, { size: 1, intervalMs: 300 }],
		['more items than there are', 50, 1000, { size: 50, intervalMs: 1000 }],
		['no interval', 2, 0, { size: 5, intervalMs: 500 }],
		['both from expressions', '={{ 1 + 2 }}', '={{ 6 * 100 }}', { size: 3, intervalMs: 600 }],
		['an interval from an expression', 4, '={{ 600 }}', { size: 4, intervalMs: 600 }],
	])('%s', async (_, batchSize, batchInterval, { size, intervalMs }) => {
		const beganAt = Date.now();
		const { error, items, durationMs } = await create(batching(batchSize, batchInterval), 5);

		expect(error).toBeUndefined();
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(
			numbered(5).map(({ n }) => ({ item: n })),
		);
		expect(numbers().sort()).toEqual([0, 1, 2, 3, 4]);
		arrivals(beganAt).forEach((waitedMs, item) =>
			// Timers may be some milliseconds early.
			expect(waitedMs).toBeGreaterThan(Math.floor(item / size) * (intervalMs - 10)),
		);
		// What it would take item by item.
		if (size > 1) expect(durationMs).toBeLessThan(4 * intervalMs);
	});

	test('-1 items: off, as n8n says of it, though its routing takes it for 1', async () => {
		const { items, durationMs } = await create(batching(-1, 500), 5);
		expect(items).toHaveLength(5);
		expect(durationMs > 4 * 490).toBe(isThroughRouting);
	});

	// n8n's routing looks at what became of the items only after the last pause.
	const testAllAtOnce = isThroughRouting ? test.skip : test;

	testAllAtOnce('a refusal ends the run without the pauses that are left', async () => {
		sandbox.addFault({ skip: 1, kind: { status: 400, details: 'Nope' } });
		const { error, durationMs } = await create(batching(1, 2000), 10);

		expect(readable(error)).toMatch(
			/Nope[^]*1 of 10 items had been carried out and stay so \(counted from 0\): item 0: /,
		);
		expect(error?.context).toMatchObject({ itemIndex: 1, runIndex: 0 });
		expect(numbers()).toEqual([0]);
		expect(sandbox.requests).toHaveLength(2);
		expect(durationMs).toBeGreaterThan(1900);
		expect(durationMs).toBeLessThan(6000);
	});

	testAllAtOnce(
		'a refusal of the first item ends it before the first pause has passed',
		async () => {
			sandbox.addFault({ kind: { status: 400, details: 'Nope' } });
			const { error, durationMs } = await create(batching(1, 5000), 10);
			expect(readable(error)).toMatch(/Nope[^]*None of the 10 items was carried out\./);
			expect(sandbox.requests).toHaveLength(1);
			expect(durationMs).toBeLessThan(4000);
		},
	);

	test('with "continue", a refusal changes nothing of the pauses', async () => {
		sandbox.addFault({ kind: { status: 400, details: 'Nope' } });
		const beganAt = Date.now();
		const { items } = await create(batching(2, 400), 5, { onError: 'continueRegularOutput' });
		expect(items.map(({ json }) => 'error' in json)).toEqual([true, false, false, false, false]);
		const waitedMs = arrivals(beganAt);
		expect(waitedMs[2]).toBeGreaterThan(390);
		expect(waitedMs[4]).toBeGreaterThan(780);
	});

	testAllAtOnce('a cancel during a pause ends the run at once', async () => {
		let canceledAtMs = NaN;
		const cancelAfter = until(() => sandbox.state.licenses.size === 2).then(async () => {
			await sleep(100);
			canceledAtMs = Date.now();
		});
		const { status } = await create(batching(2, 5000), 6, { cancelAfter });

		expect(status).toBe('canceled');
		expect(Date.now() - canceledAtMs).toBeLessThan(1000);
		await sleep(300);
		expect(numbers()).toEqual([0, 1]);
		expect(sandbox.requests).toHaveLength(2);
	});

	testAllAtOnce(
		'an interval that cannot be evaluated is reported before anything is sent',
		async () => {
			const broken = batching(2, '={{ $("Nowhere").item.json.ms }}');
			const { error } = await create(broken, 3);
			expect(readable(error)).toMatch(
				/^An expression could not be evaluated: Referenced node doesn't exist\n[^]*None of the 3 items/,
			);
			const { items } = await create(broken, 3, { onError: 'continueRegularOutput' });
			expect(items.map(({ json }) => 'error' in json)).toEqual([true, true, true]);
			expect(sandbox.requests).toHaveLength(0);
		},
	);
});

describe("'Timeout'", () => {
	test('ends a request that gets no answer', async () => {
		sandbox.addFault({ kind: 'hang', times: 10 });
		const { error, durationMs } = await create({ timeout: 300 }, 1);
		expect(readable(error)).toMatch(
			/^Could not get an answer from http:[^ ]+: the answer took too long\n[^]*not known whether the new license was created/,
		);
		expect(durationMs).toBeGreaterThan(290);
		expect(durationMs).toBeLessThan(5000);
	});

	test('may be another one for each item', async () => {
		sandbox.addFault({ kind: { delayMs: 700 }, times: 10 });
		const { items } = await create({ timeout: '={{ $json.n === 1 ? 200 : 5000 }}' }, 3, {
			onError: 'continueRegularOutput',
		});
		expect(items.map(({ json }) => 'error' in json)).toEqual([false, true, false]);
		expect(items[1].json.error).toMatch(/the answer took too long$/);
	});

	test.each([
		['={{ -5 }}', "'Timeout' is -5, not a whole number from 1 to 2147483647"],
		['soon', '\'Timeout\' is "soon", not a whole number from 1 to 2147483647'],
	])('%s is refused before anything is sent', async (timeout, message) => {
		const { error } = await create({ timeout }, 2);
		expect(error?.message).toBe(message);
		expect(sandbox.requests).toHaveLength(0);
	});
});

describe('what the editor shows with an error', () => {
	test('names the item', async () => {
		sandbox.addFault({ skip: 2, kind: { status: 400, details: 'Nope' } });
		const { error } = await create({}, 4);
		expect(error?.context).toMatchObject({ itemIndex: 2, runIndex: 0 });
	});

	test('names the run, where the node is in a loop', async () => {
		const to = (...names: string[]) => ({
			main: names.map((node) => [{ node, type: 'main' as const, index: 0 }]),
		});
		const node = (name: string, type: string, parameters: INodeParameters = {}) => ({
			id: name,
			name,
			type,
			typeVersion: 1,
			position: [0, 0] as [number, number],
			parameters,
		});
		const [first, second] = [[{ json: { limit: 1 } }], [{ json: { limit: 5000 } }]];
		const batches = [first, second];
		// As n8n's own "Loop Over Items" does.
		const loop = standIn(async () => [batches.shift() ?? []]);

		const { error, runData } = await runWorkflow({
			workflow: {
				nodes: [
					node('Start', 'test.start'),
					node('Loop', 'test.loop'),
					node('Create', LUKITTU_NODE, {
						resource: 'license',
						operation: 'create',
						additionalFields: { hwidLimit: '={{ $json.limit }}' },
					}),
				],
				connections: { Start: to('Loop'), Loop: to('Create'), Create: to('Loop') },
			},
			nodeTypes: { 'test.start': staticItems([{ json: {} }]), 'test.loop': loop },
			startNode: 'Start',
			credentials: credentialsOf(sandbox),
		});

		expect(runData.Create).toHaveLength(2);
		expect(readable(error)).toMatch(/'Hardware ID Limit' is 5000/);
		expect(error?.context).toMatchObject({ itemIndex: 0, runIndex: 1 });
		expect(sandbox.state.licenses.size).toBe(1);
	});
});
