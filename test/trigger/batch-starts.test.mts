import { request as httpRequest } from 'node:http';

import { memoryStore, type RunningTrigger } from '../engine/webhook.mts';
import { delivery, listen, post, started, type Delivery } from './support.mts';

const MOST = 20;
const EVENT = 'LICENSE_CREATED';
const idOf = (item: unknown) => (item as { data: { id: number } }).data.id;
const ids = (from: number, to: number) =>
	Array.from({ length: to - from + 1 }, (_, index) => from + index);

let trigger: RunningTrigger;

afterEach(async () => await trigger.close());

async function send(id: number): Promise<string> {
	const { status, body } = await post(trigger.url, delivery(EVENT, { id }));
	return `${status} ${(JSON.parse(body) as { message: string }).message}`;
}

/** Waits until the node has got all requests that were sent before. */
async function allArrived(): Promise<void> {
	for (let index = 0; index < 3; index++) {
		const { status } = await post(trigger.url, { ...delivery(EVENT, {}), body: 'not signed' });
		expect(status).toBe(401);
	}
}

/** Holds the first start of the workflow until it is released or failed. */
async function holdFirst(): Promise<{ first: Promise<string>; end(fault?: Error): void }> {
	let end: (fault?: Error) => void = () => {};
	const held = new Promise<void>((resolve, reject) => {
		end = (fault) => (fault ? reject(fault) : resolve());
	});
	const arrived = new Promise<void>((resolve) => {
		trigger.beforeStart = () => {
			trigger.beforeStart = () => {};
			resolve();
			return held;
		};
	});
	const first = send(1);
	await arrived;
	return { first, end };
}

const sizes = () => trigger.executions.map(({ items }) => items.length);
const STARTED = '200 Workflow was started';
const REPEAT = '200 This event was received before';

test.each([
	['each has an execution of its own', {}, [1, 1, 1, 1, 1]],
	['those that come during a start have one together', { mostEvents: MOST }, [1, 4]],
	['no more than the user says', { mostEvents: 2 }, [1, 2, 2]],
	['without looking at repeats, too', { mostEvents: MOST, repeatWindow: 0 }, [1, 4]],
])('five events at once: %s', async (_, options, expected) => {
	trigger = await listen(options);
	const { first, end } = await holdFirst();
	const others = ids(2, 5).map(send);
	await allArrived();
	end();

	expect(await Promise.all([first, ...others])).toEqual(ids(1, 5).map(() => STARTED));
	expect(sizes()).toEqual(expected);
	expect(started(trigger).map(idOf)).toEqual(expect.arrayContaining(ids(1, 5)));
	// What comes later starts at once.
	expect(await send(6)).toBe(STARTED);
	expect(sizes().at(-1)).toBe(1);
});

test('each of them is known when it comes again, also after a restart', async () => {
	const store = memoryStore();
	trigger = await listen({ mostEvents: MOST }, { store });
	const { first, end } = await holdFirst();
	const others = ids(2, 10).map(send);
	await allArrived();
	expect(await send(5)).toBe('503 The event is being started');
	end();
	await Promise.all([first, ...others]);
	expect(await Promise.all(ids(1, 10).map(send))).toEqual(ids(1, 10).map(() => REPEAT));
	await trigger.close();

	// Another ID, since the process itself remembers the first.
	trigger = await listen({ mostEvents: MOST }, { store, workflowId: 'after a restart' });
	expect(await Promise.all(ids(1, 10).map(send))).toEqual(ids(1, 10).map(() => REPEAT));
	expect(sizes()).toEqual([]);
});

test('where n8n cannot start the workflow, none of them is lost or taken for a repeat', async () => {
	trigger = await listen({ mostEvents: MOST });
	const { first, end } = await holdFirst();
	const others = ids(2, 5).map(send);
	await allArrived();
	trigger.beforeStart = () => {
		trigger.beforeStart = () => {};
		throw new Error('The database is locked');
	};
	end();
	expect(await first).toBe(STARTED);
	expect((await Promise.all(others)).sort()).toEqual([
		'500 The database is locked',
		...[1, 2, 3].map(() => '503 n8n could not start the workflow'),
	]);
	expect(sizes()).toEqual([1]);

	expect(await Promise.all(ids(1, 5).map(send))).toEqual([REPEAT, ...ids(2, 5).map(() => STARTED)]);
	expect(started(trigger).map(idOf).sort()).toEqual(ids(1, 5));
});

/** Sends a delivery and hangs up once the node has it. */
async function sendAndLeave({ body, headers }: Delivery): Promise<void> {
	const leaving = httpRequest(trigger.url, { method: 'POST', headers, agent: false });
	leaving.on('error', () => {});
	leaving.end(body);
	await allArrived();
	const left = new Promise((resolve) => leaving.once('close', resolve));
	leaving.destroy();
	await left;
}

test('whoever hangs up while waiting holds up nobody, and the event starts the workflow', async () => {
	trigger = await listen({ mostEvents: MOST });
	const { first, end } = await holdFirst();
	// The first to wait is the one whose request starts the workflow for all that wait.
	await sendAndLeave(delivery(EVENT, { id: 2 }));
	const others = ids(3, 5).map(send);
	await allArrived();
	end();

	expect(await Promise.all([first, ...others])).toEqual([1, 3, 4, 5].map(() => STARTED));
	expect(sizes()).toEqual([1, 4]);
	expect(await send(2)).toBe(REPEAT);
});

test('500 at once: each is among the items once', async () => {
	trigger = await listen({ mostEvents: 100 });
	const answers = await Promise.all(ids(1, 500).map(send));

	expect(new Set(answers)).toEqual(new Set([STARTED]));
	expect(
		started(trigger)
			.map(idOf)
			.sort((one, other) => one - other),
	).toEqual(ids(1, 500));
	expect(Math.max(...sizes())).toBeLessThanOrEqual(100);
	expect(trigger.executions.length).toBeLessThan(500);
}, 30_000);
