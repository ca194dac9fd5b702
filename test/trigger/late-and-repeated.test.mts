/*
 * What Lukittu's server does on a small event table: each event is sent, but many of them are taken
 * for not sent, and sent again at least five minutes later, with each run of its cron, answered or
 * not; some are sent only then. Body and name stay, the timestamp is new each time.
 */
import { randomUUID } from 'node:crypto';
import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import { eventId, MAX_SEEN, openSeenEvents } from '../../nodes/LukittuTrigger/seenEvents.ts';
import { memoryStore, type RunningTrigger, type StaticDataStore } from '../engine/webhook.mts';
import { delivery, listen, post, started } from './support.mts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const STARTED = '200 Workflow was started';
const REPEAT = '200 This event was received before';

interface Entity extends IDataObject {
	id: string;
	updatedAt: string;
}

let trigger: RunningTrigger;
let store: StaticDataStore;
let now: number;

beforeEach(() => {
	store = memoryStore();
	now = Date.now();
	jest.spyOn(Date, 'now').mockImplementation(() => now);
});

afterEach(async () => {
	jest.restoreAllMocks();
	await trigger.close();
});

const range = (length: number) => Array.from({ length }, (_, index) => index);
const entity = (id: unknown): Entity => ({
	id: String(id),
	updatedAt: '2026-06-01T12:00:00.000Z',
});

async function send(event: string, body: unknown): Promise<string> {
	// Lukittu signs two events of one millisecond alike where their bodies are equal.
	now += 1;
	const answer = await post(trigger.url, delivery(event, body, { timestamp: now }));
	return `${answer.status} ${(JSON.parse(answer.body) as { message: string }).message}`;
}

const idsOf = (items: IDataObject[]) => items.map(({ data }) => (data as IDataObject).id);

describe('events that Lukittu sends again for hours, though they were answered', () => {
	test.each([
		['an execution each', {}, 0],
		['shared executions', { mostEvents: 20 }, 0],
		['n8n restarts in between', {}, 3],
		['n8n restarts in between, shared executions', { mostEvents: 20 }, 3],
	])('30 in fives, up to nine times each: %s', async (_, options, restartAt) => {
		trigger = await listen(options, { store });
		const ids: unknown[] = [];
		for (const burst of range(6)) {
			const some = range(5).map((index) => entity(burst * 5 + index));
			await Promise.all(some.map(async (one) => await send('LICENSE_CREATED', one)));
		}
		for (const run of range(8)) {
			now += run === 0 ? 5 * MINUTE_MS : 2 * HOUR_MS;
			if (restartAt > 0 && run === restartAt) {
				ids.push(...idsOf(started(trigger)));
				await trigger.close();
				trigger = await listen(options, { store, workflowId: randomUUID() });
			}
			const again = range(30).filter((id) => id % 8 >= run);
			const answers = await Promise.all(
				again.map(async (id) => await send('LICENSE_CREATED', entity(id))),
			);
			expect(new Set(answers)).toEqual(new Set([REPEAT]));
		}
		ids.push(...idsOf(started(trigger)));
		expect(ids.sort()).toEqual(range(30).map(String).sort());
	});
});

describe('events that Lukittu sends late', () => {
	test('23 of 60 come five minutes to six hours later, in reverse: each starts the workflow', async () => {
		trigger = await listen();
		const late = range(60).filter((id) => id % 60 < 23);
		for (const id of range(60).slice(23)) await send('LICENSE_CREATED', entity(id));
		now += 5 * MINUTE_MS;
		for (const id of late.reverse()) {
			now += 15 * MINUTE_MS;
			expect(await send('LICENSE_CREATED', entity(id))).toBe(STARTED);
		}
		expect(idsOf(started(trigger)).sort()).toEqual(range(60).map(String).sort());
	});

	test('a change comes after a later change and after the deletion', async () => {
		trigger = await listen();
		const [first, second] = [1, 2].map((hour) => ({
			...entity('a'),
			updatedAt: `2026-06-01T0${hour}:00:00.000Z`,
		}));
		const order: Array<[string, Entity]> = [
			['LICENSE_UPDATED', second],
			['LICENSE_DELETED', second],
			['LICENSE_UPDATED', first],
			['LICENSE_CREATED', first],
		];
		for (const [event, body] of order) {
			expect(await send(event, body)).toBe(STARTED);
			now += HOUR_MS;
		}
		for (const [event, body] of order) expect(await send(event, body)).toBe(REPEAT);
		// What Lukittu sent when, for the workflow to compare.
		expect(started(trigger)).toMatchObject(order.map(([event, data]) => ({ event, data })));
	});

	test('the time that counts is that of the attempt, not of the event', async () => {
		trigger = await listen();
		const request = delivery('LICENSE_CREATED', entity('a'), { timestamp: now });
		now += 6 * MINUTE_MS;
		expect((await post(trigger.url, request)).status).toBe(401);
		expect(await send('LICENSE_CREATED', entity('a'))).toBe(STARTED);
	});
});

describe('events that are no repeats of each other', () => {
	test.each([
		['the name', 'LICENSE_DELETED', entity('a')],
		['the ID', 'LICENSE_UPDATED', entity('b')],
		[
			'updatedAt, by a millisecond',
			'LICENSE_UPDATED',
			{ ...entity('a'), updatedAt: '2026-06-01T12:00:00.001Z' },
		],
		['a customer of the license', 'LICENSE_UPDATED', { ...entity('a'), customers: [{ id: 'c' }] }],
	])('they differ in %s', async (_, event, body) => {
		trigger = await listen();
		await send('LICENSE_UPDATED', entity('a'));
		expect(await send(event, body)).toBe(STARTED);
	});
});

describe(`more than ${MAX_SEEN} events in the window`, () => {
	/** Writes static data as a trigger does that has seen so many events. */
	function fill(count: number): void {
		const data: IDataObject = {};
		const context = {
			getWorkflow: () => ({ id: randomUUID() }),
			getNode: () => ({ id: '1' }),
			getWorkflowStaticData: () => data,
		} as unknown as IWebhookFunctions;
		const windows = { eventsMs: 24 * HOUR_MS, requestsMs: 10 * MINUTE_MS };
		const seen = openSeenEvents(context, windows, now);
		for (const id of range(count)) {
			seen.addEvent(eventId('LICENSE_CREATED', Buffer.from(JSON.stringify(entity(id)))));
			seen.addRequest(eventId('request', Buffer.from(String(id))));
		}
		seen.save();
		store.write(JSON.stringify({ global: data }));
	}

	test('the oldest fall out first, and what is saved stays below 500 kB', async () => {
		fill(2 * MAX_SEEN);
		trigger = await listen({}, { store });
		expect(await send('LICENSE_CREATED', entity(MAX_SEEN))).toBe(REPEAT);
		expect(await send('LICENSE_CREATED', entity(2 * MAX_SEEN - 1))).toBe(REPEAT);
		expect(await send('LICENSE_CREATED', entity(MAX_SEEN - 1))).toBe(STARTED);
		// It took the place of the oldest, which is not the one that came again above.
		expect(await send('LICENSE_CREATED', entity(MAX_SEEN))).toBe(REPEAT);
		expect(await send('LICENSE_CREATED', entity(MAX_SEEN + 1))).toBe(STARTED);
		expect(store.read().length).toBeLessThan(500_000);
	});

	test('also after a restart, with the newest kept', async () => {
		fill(MAX_SEEN);
		trigger = await listen({}, { store });
		for (const id of range(20)) await send('LICENSE_UPDATED', entity(id));
		await trigger.close();
		trigger = await listen({}, { store, workflowId: randomUUID() });
		for (const id of range(20)) expect(await send('LICENSE_UPDATED', entity(id))).toBe(REPEAT);
		expect(await send('LICENSE_CREATED', entity(MAX_SEEN - 1))).toBe(REPEAT);
		expect(await send('LICENSE_CREATED', entity(19))).toBe(STARTED);
	});

	test('what is older than the window goes, and nothing of it stays in static data', async () => {
		fill(MAX_SEEN);
		trigger = await listen({}, { store });
		now += 25 * HOUR_MS;
		expect(await send('LICENSE_CREATED', entity('new'))).toBe(STARTED);
		expect(store.read().length).toBeLessThan(300);
		expect(await send('LICENSE_CREATED', entity(MAX_SEEN - 1))).toBe(STARTED);
	});
});
