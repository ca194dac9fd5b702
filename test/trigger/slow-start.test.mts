/*
 * n8n answers late or never: with a limit of concurrent executions, it answers an event only once the
 * execution has its turn, which takes as long as the executions before it; and it never answers where
 * a user stops an execution that waits.
 */
import { randomUUID } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';

import { memoryStore, type RunningTrigger, type StaticDataStore } from '../engine/webhook.mts';
import { delivery, listen, post, started } from './support.mts';

const MINUTE_MS = 60_000;
const EVENT = 'LICENSE_CREATED';
const STARTED = '200 Workflow was started';
const REPEAT = '200 This event was received before';
const STARTING = '503 The event is being started';

let trigger: RunningTrigger;
let store: StaticDataStore;
let now: number;
/** The starts that wait for their turn, in order: each goes on when it is called. */
let waiting: Array<(error?: Error) => void>;

beforeEach(() => {
	store = memoryStore();
	waiting = [];
	now = Date.now();
	jest.spyOn(Date, 'now').mockImplementation(() => now);
});

afterEach(async () => {
	jest.restoreAllMocks();
	await trigger.close();
});

/** Starts a trigger in an n8n in which every execution waits for its turn. */
async function listenWithLimit(options: IDataObject = {}): Promise<void> {
	trigger = await listen(options, { store, workflowId: randomUUID() });
	trigger.beforeStart = async () =>
		await new Promise<void>((resolve, reject) => {
			waiting.push((error) => (error ? reject(error) : resolve()));
		});
}

async function send(id: number): Promise<string> {
	now += 1;
	const request = delivery(EVENT, { id }, { timestamp: now });
	const { status, body } = await post(trigger.url, request);
	return `${status} ${(JSON.parse(body) as { message: string }).message}`;
}

/** Waits until something has happened, which real time decides. */
async function until(condition: () => boolean): Promise<void> {
	while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Waits until the node has got all requests that were sent before. */
async function allArrived(): Promise<void> {
	for (let index = 0; index < 3; index += 1) {
		await post(trigger.url, { ...delivery(EVENT, {}, { timestamp: now }), body: 'not signed' });
	}
}

const ids = () => started(trigger).map(({ data }) => (data as IDataObject).id);

describe('an event whose execution waits for its turn', () => {
	test.each([
		['5 minutes', 5],
		['11 minutes', 11],
		['an hour', 60],
		['23 hours', 23 * 60],
	])('starts the workflow once, also after %s', async (_, minutes) => {
		await listenWithLimit();
		const first = send(1);
		await until(() => waiting.length === 1);
		now += minutes * MINUTE_MS;
		expect(await send(1)).toBe(STARTING);
		expect(waiting).toHaveLength(1);
		waiting[0]();
		expect(await first).toBe(STARTED);
		expect(await send(1)).toBe(REPEAT);
		expect(ids()).toEqual([1]);
	});

	test('starts it with the repeat, where n8n could not start it after all', async () => {
		await listenWithLimit();
		const first = send(1);
		await until(() => waiting.length === 1);
		now += 20 * MINUTE_MS;
		waiting[0](new Error('The database is locked'));
		expect(await first).toBe('500 The database is locked');
		trigger.beforeStart = () => {};
		expect(await send(1)).toBe(STARTED);
		expect(ids()).toEqual([1]);
	});

	test('counts as new again after the window, where n8n never answered', async () => {
		await listenWithLimit({ repeatWindow: 60 });
		const first = send(1);
		first.catch(() => {});
		await until(() => waiting.length === 1);
		now += 61 * MINUTE_MS;
		trigger.beforeStart = () => {};
		expect(await send(1)).toBe(STARTED);
		expect(ids()).toEqual([1]);
		waiting[0]();
		await first;
	});
});

describe('events that share an execution which waits for its turn', () => {
	/** One event waits alone, and three more wait together behind it. */
	async function sendFour() {
		const first = send(1);
		await until(() => waiting.length === 1);
		const others = [2, 3, 4].map(send);
		await allArrived();
		waiting[0]();
		expect(await first).toBe(STARTED);
		await until(() => waiting.length === 2);
		return { others };
	}

	test.each([
		['5 minutes', 5, STARTED],
		['11 minutes', 11, '503 n8n could not start the workflow'],
		['an hour', 60, '503 n8n could not start the workflow'],
	])('start the workflow once, also after %s', async (_, minutes, answer) => {
		await listenWithLimit({ mostEvents: 20 });
		const { others } = await sendFour();
		now += minutes * MINUTE_MS;
		if (answer !== STARTED) await Promise.all(others.slice(1));
		// Each comes again while n8n has yet to start the workflow with all of them.
		expect(await Promise.all([2, 3, 4].map(send))).toEqual([STARTING, STARTING, STARTING]);
		waiting[1]();
		expect(await Promise.all(others)).toEqual([STARTED, answer, answer]);
		expect(await Promise.all([2, 3, 4].map(send))).toEqual([REPEAT, REPEAT, REPEAT]);
		expect(ids().sort()).toEqual([1, 2, 3, 4]);
	});

	test('start it with their repeats, where n8n could not start it after all', async () => {
		await listenWithLimit({ mostEvents: 20 });
		const { others } = await sendFour();
		now += 20 * MINUTE_MS;
		await Promise.all(others.slice(1));
		waiting[1](new Error('The database is locked'));
		await Promise.all(others);
		trigger.beforeStart = () => {};
		expect(await Promise.all([2, 3, 4].map(send))).toEqual([STARTED, STARTED, STARTED]);
		expect(ids().sort()).toEqual([1, 2, 3, 4]);
	});

	test('hold up later events for ten minutes at most, where n8n never answers', async () => {
		await listenWithLimit({ mostEvents: 20 });
		const stopped = send(1);
		stopped.catch(() => {});
		await until(() => waiting.length === 1);
		trigger.beforeStart = () => {};
		const later = send(2);
		await allArrived();
		expect(ids()).toEqual([]);
		now += 11 * MINUTE_MS;
		expect(await later).toBe(STARTED);
		expect(ids()).toEqual([2]);
		waiting[0]();
		await stopped;
	});
});
