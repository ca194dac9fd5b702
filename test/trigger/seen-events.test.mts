import { request as httpRequest } from 'node:http';

import { memoryStore, type RunningTrigger } from '../engine/webhook.mts';
import { delivery, listen, post, started, type Delivery } from './support.mts';

const MINUTE_MS = 60_000;
const ENTITY = { id: '1', updatedAt: '2026-06-01T12:00:00.000Z' };
/** When Lukittu sends an event, where no attempt gets an answer. */
const ATTEMPTS = [0, 1, 3, 7, 15];

let trigger: RunningTrigger;
let now: number;

beforeEach(() => {
	now = Date.now();
	jest.spyOn(Date, 'now').mockImplementation(() => now);
});

afterEach(async () => {
	jest.restoreAllMocks();
	await trigger.close();
});

/** Lets time pass and sends an event with a timestamp and signature of that time. */
async function send(event = 'LICENSE_UPDATED', entity: unknown = ENTITY, minutes = 0) {
	now += minutes * MINUTE_MS;
	const { status, body } = await post(trigger.url, delivery(event, entity, { timestamp: now }));
	return `${status} ${(JSON.parse(body) as { message: string }).message}`;
}

const STARTED = '200 Workflow was started';
const REPEAT = '200 This event was received before';

const wait = () => {
	let release = () => {};
	const until = new Promise<void>((resolve) => (release = resolve));
	return { until, release };
};

/** Sends a delivery, and breaks the connection when the workflow is about to start. */
async function sendAndLeave(request: Delivery, arrived: Promise<void>): Promise<void> {
	const { body, headers } = request;
	const leaving = httpRequest(trigger.url, { method: 'POST', headers, agent: false });
	leaving.on('error', () => {});
	leaving.end(body);
	await arrived;
	const left = new Promise((resolve) => leaving.once('close', resolve));
	leaving.destroy();
	await left;
}

describe('the same event with the same body', () => {
	test('starts the workflow once, at all of the times at which Lukittu repeats it', async () => {
		trigger = await listen();
		const first = now;
		const answers: string[] = [];
		for (const minute of ATTEMPTS) {
			now = first + minute * MINUTE_MS;
			answers.push(await send());
		}
		expect(answers).toEqual([STARTED, REPEAT, REPEAT, REPEAT, REPEAT]);
		expect(started(trigger)).toHaveLength(1);
	});

	test.each([
		['24 hours, unless the user says otherwise', {}, 1440, REPEAT],
		['later', {}, 1440.1, STARTED],
		['a week, as the user says', { repeatWindow: 10_080 }, 10_080, REPEAT],
		['later than a week', { repeatWindow: 10_080 }, 10_080.1, STARTED],
		['30 minutes, as the user says', { repeatWindow: 30 }, 30, REPEAT],
		['later than that', { repeatWindow: 30 }, 30.1, STARTED],
		['1 minute', { repeatWindow: 1 }, 1, REPEAT],
		['later than a minute', { repeatWindow: 1 }, 1.1, STARTED],
		['any time, where the user says 0', { repeatWindow: 0 }, 0.1, STARTED],
	])('after %s', async (_, options, minutes, expected) => {
		trigger = await listen(options);
		await send();
		expect(await send('LICENSE_UPDATED', ENTITY, minutes)).toBe(expected);
	});

	test.each([
		['another event', 'LICENSE_DELETED', ENTITY],
		[
			'a later change back',
			'LICENSE_UPDATED',
			{ ...ENTITY, updatedAt: '2026-06-01T12:00:00.001Z' },
		],
		['other bytes of the same', 'LICENSE_UPDATED', JSON.stringify(ENTITY, null, 1)],
	])('%s is no repeat', async (_, event, entity) => {
		trigger = await listen();
		await send();
		expect(await send(event, entity, 0.01)).toBe(STARTED);
	});

	test('two workflows have each their own', async () => {
		trigger = await listen();
		await send();
		await trigger.close();
		trigger = await listen();
		expect(await send()).toBe(STARTED);
	});
});

describe('where the workflow does not start', () => {
	test('the repeat starts it', async () => {
		trigger = await listen();
		trigger.beforeStart = () => Promise.reject(new Error('The database is locked'));
		expect(await send()).toBe('500 The database is locked');
		expect(trigger.store.read()).toBe('{}');

		trigger.beforeStart = () => {};
		expect(await send('LICENSE_UPDATED', ENTITY, 1)).toBe(STARTED);
		expect(await send('LICENSE_UPDATED', ENTITY, 2)).toBe(REPEAT);
	});

	test('an event that starts none is not remembered as one that did', async () => {
		const store = memoryStore();
		const workflowId = 'changed';
		trigger = await listen({}, { store, workflowId }, ['PRODUCT_UPDATED']);
		expect(await send()).toBe('200 This event is not chosen in the workflow');
		await trigger.close();

		trigger = await listen({}, { store, workflowId }, ['LICENSE_UPDATED']);
		expect(await send('LICENSE_UPDATED', ENTITY, 1)).toBe(STARTED);
	});
});

describe('while the workflow is being started', () => {
	test('a repeat is asked to come again, and then known', async () => {
		trigger = await listen();
		const arrived = wait();
		const start = wait();
		trigger.beforeStart = async () => {
			arrived.release();
			await start.until;
		};
		const first = send();
		await arrived.until;
		expect(await send('LICENSE_UPDATED', ENTITY, 1)).toBe('503 The event is being started');

		start.release();
		expect(await first).toBe(STARTED);
		expect(await send('LICENSE_UPDATED', ENTITY, 1)).toBe(REPEAT);
		expect(started(trigger)).toHaveLength(1);
	});

	test.each([
		['started all the same: the repeat is dropped', false, REPEAT],
		['did not start: the repeat starts it', true, STARTED],
	])('Lukittu hung up, and it %s', async (_, fails, expected) => {
		trigger = await listen();
		const arrived = wait();
		const start = wait();
		trigger.beforeStart = async () => {
			arrived.release();
			await start.until;
			trigger.beforeStart = () => {};
			if (fails) throw new Error('The database is locked');
		};
		const request = delivery('LICENSE_UPDATED', ENTITY, { timestamp: now });
		await sendAndLeave(request, arrived.until);
		expect(await send('LICENSE_UPDATED', ENTITY, 0.1)).toBe('503 The event is being started');

		start.release();
		await new Promise((resolve) => setTimeout(resolve, 20));
		expect(await send('LICENSE_UPDATED', ENTITY, 1)).toBe(expected);
		expect(started(trigger)).toHaveLength(1);
	});
});

describe('Lukittu hung up before n8n came to ask the node', () => {
	/** Sends a delivery, of which the node learns only after the connection is broken. */
	async function sendTooEarly(request: Delivery): Promise<void> {
		const arrived = wait();
		trigger.beforeWebhook = async (incoming) => {
			trigger.beforeWebhook = () => {};
			arrived.release();
			await new Promise((resolve) => incoming.once('close', resolve));
		};
		await sendAndLeave(request, arrived.until);
		await new Promise((resolve) => setTimeout(resolve, 50));
	}

	test('the event starts the workflow, and the repeat is dropped', async () => {
		trigger = await listen();
		await sendTooEarly(delivery('LICENSE_UPDATED', ENTITY, { timestamp: now }));
		expect(started(trigger)).toMatchObject([{ event: 'LICENSE_UPDATED', data: ENTITY }]);
		expect(await send('LICENSE_UPDATED', ENTITY, 1)).toBe(REPEAT);
		expect(started(trigger)).toHaveLength(1);
	});

	test('not where it is not signed', async () => {
		trigger = await listen();
		await sendTooEarly(delivery('LICENSE_UPDATED', ENTITY, { timestamp: now, secret: 'other' }));
		expect(trigger.executions).toEqual([]);
		expect(await send('LICENSE_UPDATED', ENTITY, 1)).toBe(STARTED);
	});
});

describe('one request that comes again', () => {
	test.each([
		['as it was', 'LICENSE_UPDATED', { repeatWindow: 0 }],
		['as another event: the signature does not cover its name', 'LICENSE_DELETED', {}],
	])('%s: 401', async (_, event, options) => {
		trigger = await listen(options);
		const original = delivery('LICENSE_UPDATED', ENTITY, { timestamp: now });
		const again = { ...original, headers: { ...original.headers, 'X-Lukittu-Event': event } };
		expect((await post(trigger.url, original)).status).toBe(200);
		// As long as its timestamp is tolerated.
		for (const minutes of [0, 4.9]) {
			now += minutes * MINUTE_MS;
			expect((await post(trigger.url, again)).status).toBe(401);
		}
		expect(started(trigger)).toHaveLength(1);
	});

	test('also where the first one was of an event that is not chosen', async () => {
		trigger = await listen({}, {}, ['LICENSE_DELETED']);
		const original = delivery('LICENSE_UPDATED', ENTITY, { timestamp: now });
		const headers = { ...original.headers, 'X-Lukittu-Event': 'LICENSE_DELETED' };
		expect((await post(trigger.url, original)).status).toBe(200);
		expect((await post(trigger.url, { ...original, headers })).status).toBe(401);
		expect(trigger.executions).toEqual([]);
	});
});

describe('many at once', () => {
	test('200 events, each sent twice at once: each starts the workflow once', async () => {
		trigger = await listen();
		const requests = Array.from({ length: 200 }, (_, id) =>
			[0, 1].map((later) => delivery('LICENSE_CREATED', { id }, { timestamp: now + later })),
		).flat();
		const answers = await Promise.all(requests.map((request) => post(trigger.url, request)));

		const ids = started(trigger).map(({ data }) => (data as { id: number }).id);
		expect(ids.sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, id) => id));
		// A repeat while the first is being started comes again a minute later.
		const statuses = answers.map(({ status }) => status);
		expect(statuses.filter((status) => ![200, 503].includes(status))).toEqual([]);
		expect(await send('LICENSE_CREATED', { id: 0 }, 1)).toBe(REPEAT);
	});
});
