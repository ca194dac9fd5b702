/*
 * What the trigger has seen survives a restart of n8n: each event is sent again to a trigger that has
 * nothing but the static data that n8n saved.
 */
import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { IDataObject, IExecuteFunctions, INodeType } from 'n8n-workflow';

import { memoryStore, type RunningTrigger, type StaticDataStore } from '../engine/webhook.mts';
import { delivery, listen, post, started, workflowWith } from './support.mts';

const HOUR_MS = 3_600_000;
const EVENT = 'LICENSE_CREATED';
const STARTED = '200 Workflow was started';
const REPEAT = '200 This event was received before';

let trigger: RunningTrigger;
let store: StaticDataStore;
let executions: number;
let now: number;

beforeEach(() => {
	store = memoryStore();
	executions = 0;
	now = Date.now();
	jest.spyOn(Date, 'now').mockImplementation(() => now);
});

afterEach(async () => {
	jest.restoreAllMocks();
	await trigger.close();
});

type ListenOptions = Parameters<typeof listen>;

async function start(options: IDataObject = {}, extra: ListenOptions[1] = {}): Promise<void> {
	// A new ID: the module under test remembers the events of the trigger before.
	trigger = await listen(options, { store, workflowId: randomUUID(), ...extra });
}

async function restart(options: IDataObject = {}, extra: ListenOptions[1] = {}): Promise<void> {
	executions += trigger.executions.length;
	await trigger.close();
	await start(options, extra);
}

async function send(id: number | string, event = EVENT, url = trigger.url): Promise<string> {
	now += 1;
	const { status, body } = await post(url, delivery(event, { id }, { timestamp: now }));
	return `${status} ${(JSON.parse(body) as { message: string }).message}`;
}

async function sendInTurn(ids: number[]): Promise<string[]> {
	const answers: string[] = [];
	for (const id of ids) answers.push(await send(id));
	return answers;
}

const sendAtOnce = async (ids: number[]) => await Promise.all(ids.map(async (id) => send(id)));

const range = (length: number) => Array.from({ length }, (_, index) => index);
const repeated = (answer: string, times: number) => range(times).map(() => answer);

/** Lets the next run of a hook wait until it is released. */
function hold(hook: 'beforeStart' | 'beforeSave') {
	let release: (error?: Error) => void = () => {};
	const released = new Promise<void>((resolve, reject) => {
		release = (error) => (error ? reject(error) : resolve());
	});
	const reached = new Promise<void>((resolve) => {
		trigger[hook] = () => {
			trigger[hook] = () => {};
			resolve();
			return released;
		};
	});
	return { reached, release };
}

describe('events one after another', () => {
	test.each([
		['one event', 1, {}],
		['60 events', 60, {}],
		['60 events that may share executions', 60, { mostEvents: 20 }],
		['60 events of a window of a minute', 60, { repeatWindow: 1 }],
	])('%s', async (_, count, options) => {
		await start(options);
		expect(await sendInTurn(range(count))).toEqual(repeated(STARTED, count));
		await restart(options);
		expect(await sendInTurn(range(count))).toEqual(repeated(REPEAT, count));
		expect(trigger.executions).toEqual([]);
	});

	test('n8n restarts after each of 20', async () => {
		await start();
		for (const id of range(20)) {
			expect(await send(id)).toBe(STARTED);
			await restart();
		}
		expect(await sendInTurn(range(20))).toEqual(repeated(REPEAT, 20));
		expect(executions + trigger.executions.length).toBe(20);
	});

	test('the window begins anew with a repeat, also after a restart', async () => {
		await start();
		await send(1);
		for (let hours = 0; hours < 60; hours += 20) {
			now += 20 * HOUR_MS;
			expect(await send(1)).toBe(REPEAT);
			await restart();
		}
		now += 24.1 * HOUR_MS;
		expect(await send(1)).toBe(STARTED);
	});

	test('the same request is refused under the name of another event', async () => {
		await start();
		const original = delivery(EVENT, { id: 1 }, { timestamp: now });
		expect((await post(trigger.url, original)).status).toBe(200);
		await restart();
		const headers = { ...original.headers, 'X-Lukittu-Event': 'LICENSE_DELETED' };
		expect((await post(trigger.url, { ...original, headers })).status).toBe(401);
	});
});

describe('events at once', () => {
	test.each([
		['an execution each', {}],
		['shared executions', { mostEvents: 20 }],
		['one execution for all that wait', { mostEvents: 1000 }],
	])('60 with %s', async (_, options) => {
		await start(options);
		expect(await sendAtOnce(range(60))).toEqual(repeated(STARTED, 60));
		await restart(options);
		expect(await sendAtOnce(range(60))).toEqual(repeated(REPEAT, 60));
	});

	test('one comes while n8n is starting the workflow for another', async () => {
		await start();
		const { reached, release } = hold('beforeStart');
		const first = send(1);
		await reached;
		expect(await send(2)).toBe(STARTED);
		release();
		expect(await first).toBe(STARTED);
		await restart();
		expect(await sendInTurn([1, 2])).toEqual([REPEAT, REPEAT]);
	});

	test('one comes while n8n is saving the static data of another', async () => {
		await start();
		const { reached, release } = hold('beforeSave');
		const first = send(1);
		await reached;
		expect(await send(2)).toBe(STARTED);
		// n8n ends before the first is saved: the second has saved both.
		const saved = store.read();
		release();
		await first;
		store.write(saved);
		await restart();
		expect(await sendInTurn([1, 2])).toEqual([REPEAT, REPEAT]);
	});

	test('one is dropped while n8n is starting the workflow for another', async () => {
		await start();
		await send(1);
		const { reached, release } = hold('beforeStart');
		const second = send(2);
		await reached;
		expect(await send(1)).toBe(REPEAT);
		release();
		await second;
		await restart();
		expect(await sendInTurn([1, 2])).toEqual([REPEAT, REPEAT]);
	});

	test('the one that n8n cannot start is not taken for a repeat', async () => {
		await start();
		const { reached, release } = hold('beforeStart');
		const first = send(1);
		await reached;
		expect(await sendInTurn([2, 3])).toEqual([STARTED, STARTED]);
		release(new Error('The database is locked'));
		expect(await first).toBe('500 The database is locked');
		expect(await send(4)).toBe(STARTED);
		await restart();
		expect(await sendInTurn([1, 2, 3, 4])).toEqual([STARTED, REPEAT, REPEAT, REPEAT]);
	});

	test('a batch that n8n cannot start is not taken for repeats', async () => {
		const options = { mostEvents: 20 };
		await start(options);
		const { reached, release } = hold('beforeStart');
		const first = send(1);
		await reached;
		const others = [2, 3].map(async (id) => await send(id));
		// Refused, so they come after the two above.
		for (let time = 0; time < 3; time += 1) {
			await post(trigger.url, { ...delivery(EVENT, {}), body: 'not signed' });
		}
		const second = hold('beforeStart');
		release();
		await second.reached;
		second.release(new Error('The database is locked'));
		expect(await first).toBe(STARTED);
		expect((await Promise.all(others)).sort()).toEqual([
			'500 The database is locked',
			'503 n8n could not start the workflow',
		]);
		await restart(options);
		expect(await sendInTurn([1, 2, 3])).toEqual([REPEAT, STARTED, STARTED]);
	});
});

test('Lukittu hung up while n8n was starting the workflow', async () => {
	await start();
	const { reached, release } = hold('beforeStart');
	const { body, headers } = delivery(EVENT, { id: 1 }, { timestamp: now });
	const leaving = httpRequest(trigger.url, { method: 'POST', headers, agent: false });
	leaving.on('error', () => {});
	leaving.end(body);
	await reached;
	const left = new Promise((resolve) => leaving.once('close', resolve));
	leaving.destroy();
	await left;
	release();
	await new Promise((resolve) => setTimeout(resolve, 20));
	expect(trigger.executions).toHaveLength(1);
	await restart();
	expect(await send(1)).toBe(REPEAT);
});

describe('several triggers in one workflow', () => {
	/** A workflow with as many triggers, all for any event. */
	function workflowWithTriggers(count: number, name = 'Lukittu Trigger') {
		const workflow = workflowWith({ events: ['*'], additionalOptions: {} });
		const [node, ...others] = workflow.nodes;
		const triggers = range(count).map((index) => ({
			...node,
			id: `trigger-${index}`,
			name: `${name} ${index}`,
			webhookId: `hook-${index}`,
		}));
		return { ...workflow, nodes: [...triggers, ...others], connections: {} };
	}

	const urls = () => Object.values(trigger.urls);
	const sendToAll = async (ids: number[]) =>
		await Promise.all(ids.flatMap((id) => urls().map(async (url) => await send(id, EVENT, url))));

	test.each([
		['one event at once', 2, 1],
		['20 events at once', 2, 20],
		['10 events at once', 3, 10],
	])('%s to each of %i', async (_, count, length) => {
		const extra = { workflow: workflowWithTriggers(count) };
		await start({}, extra);
		// Long enough for all to read static data before the first is saved.
		trigger.beforeStart = async () => await new Promise((resolve) => setTimeout(resolve, 200));
		expect(await sendToAll(range(length))).toEqual(repeated(STARTED, length * count));
		await restart({}, extra);
		expect(await sendToAll(range(length))).toEqual(repeated(REPEAT, length * count));
	});

	test('one saves while n8n is starting the workflow for another', async () => {
		const extra = { workflow: workflowWithTriggers(2) };
		await start({}, extra);
		const [one, other] = urls();
		const { reached, release } = hold('beforeStart');
		const first = send(1, EVENT, one);
		await reached;
		expect(await send(1, EVENT, other)).toBe(STARTED);
		release();
		expect(await first).toBe(STARTED);
		await restart({}, extra);
		expect(await sendToAll([1])).toEqual(repeated(REPEAT, 2));
	});

	test('what one has saved stays after a restart in which only another gets events', async () => {
		const extra = { workflow: workflowWithTriggers(2) };
		await start({}, extra);
		await sendToAll(range(3));
		await restart({}, extra);
		for (const id of range(3)) await send(id + 10, EVENT, urls()[1]);
		await restart({}, extra);
		expect(await sendToAll(range(3))).toEqual(repeated(REPEAT, 6));
	});

	test('each of them starts the workflow with the same event', async () => {
		await start({}, { workflow: workflowWithTriggers(3) });
		expect(await sendToAll([1])).toEqual(repeated(STARTED, 3));
	});

	test('one that was renamed knows its events', async () => {
		await start({}, { workflow: workflowWithTriggers(1, 'Before') });
		await sendInTurn(range(3));
		await restart({}, { workflow: workflowWithTriggers(1, 'After') });
		expect(await sendInTurn(range(3))).toEqual(repeated(REPEAT, 3));
	});
});

describe('a workflow that changes its own static data', () => {
	/** Overwrites what n8n saved for the trigger: the execution has read static data before that. */
	const counter: INodeType = {
		description: {
			displayName: 'Counter',
			name: 'counter',
			group: ['transform'],
			version: 1,
			description: 'Counts in static data',
			defaults: { name: 'Counter' },
			inputs: ['main'],
			outputs: ['main'],
			properties: [],
		},
		async execute(this: IExecuteFunctions) {
			const data = this.getWorkflowStaticData('global');
			data.count = Number(data.count ?? 0) + 1;
			return [this.getInputData()];
		},
	};
	const workflow = workflowWith({ events: ['*'], additionalOptions: {} });
	workflow.nodes[1].type = 'test.counter';
	const extra = { workflow, nodeTypes: { 'test.counter': counter } };

	test('what it overwrites is saved again with the next event', async () => {
		await start({}, extra);
		for (const id of range(5)) {
			expect(await send(id)).toBe(STARTED);
			await trigger.executions[id].run;
		}
		expect(JSON.parse(store.read())).toMatchObject({ global: { count: 5 } });
		expect(await sendInTurn(range(5))).toEqual(repeated(REPEAT, 5));
		await restart({}, extra);
		expect(await sendInTurn(range(5))).toEqual(repeated(REPEAT, 5));
		expect(started(trigger)).toEqual([]);
	});
});
