/** The request limiter by itself: which request starts when. */
import { setTimeout as pause } from 'node:timers/promises';

import {
	withSlot,
	type Slot,
	type SlotRequest,
} from '../../nodes/Lukittu/transport/requestLimiter.ts';

type Task = (slot: Slot) => Promise<unknown>;

const never = new Promise<void>(() => {});
/** Lets everything happen that waits for nothing. */
const settled = async () => await pause(20);

const uniqueName = () => `test ${Math.random()}`;

const ONE_RUN = {};

function slotRequest(fields: Partial<SlotRequest> = {}): SlotRequest {
	const { signal } = new AbortController();
	return { run: ONE_RUN, isUrgent: false, maxInFlight: 1, maxPauseMs: 60_000, signal, ...fields };
}

/** Sends some tasks through a limiter of their own, and notes which have started. */
function send(tasks: Task[], fields: Partial<SlotRequest> = {}) {
	const started: number[] = [];
	const name = uniqueName();
	const all = tasks.map(async (task, index) => {
		await withSlot(name, slotRequest(fields), async (slot) => {
			started.push(index);
			await task(slot);
		});
	});
	return { name, started, all };
}

test('a task keeps its slot until it ends', async () => {
	const { started } = send([async () => await never, async () => {}]);
	await settled();
	expect(started).toEqual([0]);
});

test('a task that releases its slot lets the next one start', async () => {
	let isTaken: boolean | undefined;
	const releases: Task = async (slot) => {
		isTaken = slot.release();
		await never;
	};
	const { started } = send([releases, async () => await never, async () => {}]);
	await settled();
	expect(started).toEqual([0, 1]);
	expect(isTaken).toBe(true);
});

test('a slot that nobody waits for stays free', async () => {
	let isTaken: boolean | undefined;
	const { all } = send([
		async (slot) => {
			isTaken = slot.release();
		},
	]);
	await Promise.all(all);
	expect(isTaken).toBe(false);
});

test('a slot is released once, also where the task ends later', async () => {
	let end = () => {};
	const releases: Task = async (slot) => {
		slot.release();
		slot.release();
		await new Promise<void>((resolve) => {
			end = resolve;
		});
	};
	const { started, all } = send([releases, async () => await never, async () => {}]);
	await settled();
	expect(started).toEqual([0, 1]);
	end();
	await all[0];
	await settled();
	expect(started).toEqual([0, 1]);
});

test('ten start at once, in order, also after a task that threw', async () => {
	let most = 0;
	let now = 0;
	const tasks = Array.from({ length: 35 }, (_, n) => async () => {
		now += 1;
		most = Math.max(most, now);
		await pause(2);
		now -= 1;
		if (n % 3 === 0) throw new Error('refused');
	});
	const { started, all } = send(tasks, { maxInFlight: 10 });
	const results = await Promise.allSettled(all);
	expect(most).toBe(10);
	expect(started).toEqual(started.map((_, n) => n));
	expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(12);
});

test('limiters of different names do not wait for each other', async () => {
	send([async () => await never]);
	const { all } = send([async () => {}]);
	await Promise.all(all);
});

describe('runs take turns', () => {
	/** Adds requests while the only slot is taken, and tells in which order they start. */
	async function startOrder(requests: Array<[string, Partial<SlotRequest>]>) {
		const name = uniqueName();
		const started: string[] = [];
		let free = () => {};
		const busy = withSlot(name, slotRequest({ run: {} }), async () => {
			await new Promise<void>((resolve) => {
				free = resolve;
			});
		});
		const all = requests.map(
			async ([label, fields]) =>
				await withSlot(name, slotRequest(fields), async () => {
					started.push(label);
					await pause(1);
				}),
		);
		await settled();
		free();
		await Promise.all([busy, ...all]);
		return started;
	}

	const many = {};
	const manyRequests = Array.from({ length: 10 }, (_, n): [string, Partial<SlotRequest>] => [
		`many ${n}`,
		{ run: many },
	]);

	test('a run with one request waits for one of another run, not for all', async () => {
		const started = await startOrder([...manyRequests, ['one', { run: {} }]]);
		expect(started.indexOf('one')).toBe(1);
	});

	test('three runs go round', async () => {
		const requests = ['a', 'b', 'c'].flatMap((label) => {
			const run = {};
			return [1, 2, 3].map((n): [string, Partial<SlotRequest>] => [`${label}${n}`, { run }]);
		});
		expect(await startOrder(requests)).toEqual([
			'a1',
			'b1',
			'c1',
			'a2',
			'b2',
			'c2',
			'a3',
			'b3',
			'c3',
		]);
	});

	test('an urgent request goes ahead of its own run, not of others', async () => {
		const [a, b] = [{}, {}];
		const started = await startOrder([
			['b1', { run: b }],
			['a1', { run: a }],
			['a2', { run: a }],
			['b2', { run: b }],
			['a urgent', { run: a, isUrgent: true }],
		]);
		expect(started).toEqual(['b1', 'a urgent', 'b2', 'a1', 'a2']);
	});
});

describe('a pause', () => {
	/** Has one run ask for a pause, and tells when requests of other runs start after it. */
	async function startAfterPause(pauseMs: number, others: Array<Partial<SlotRequest>>) {
		const name = uniqueName();
		const asking = new AbortController();
		await withSlot(name, slotRequest({ run: {}, signal: asking.signal }), async (slot) => {
			slot.slowDown(pauseMs);
		});
		const from = Date.now();
		const starts = others.map(
			async (fields) =>
				await withSlot(name, slotRequest({ run: {}, ...fields }), async () => Date.now() - from),
		);
		return { starts, asking };
	}

	test('holds a request for the whole of it where its user waits as long', async () => {
		const { starts } = await startAfterPause(300, [{ maxPauseMs: 1000 }]);
		expect(await starts[0]).toBeGreaterThanOrEqual(290);
	});

	test.each([0, 100])('holds a request for %i ms where its user waits no longer', async (ms) => {
		const { starts } = await startAfterPause(900, [{ maxPauseMs: 5000 }, { maxPauseMs: ms }]);
		const startedAfter = await starts[1];
		expect(startedAfter).toBeGreaterThanOrEqual(ms);
		expect(startedAfter).toBeLessThan(ms + 500);
		expect(await starts[0]).toBeGreaterThanOrEqual(890);
	});

	test('ends with the run that asked for it', async () => {
		const { starts, asking } = await startAfterPause(1500, [{}]);
		await pause(50);
		asking.abort();
		expect(await starts[0]).toBeLessThan(800);
	});

	test('of another run goes on where one of the two ends', async () => {
		const name = uniqueName();
		const [a, b] = [new AbortController(), new AbortController()];
		for (const { signal } of [a, b]) {
			await withSlot(name, slotRequest({ run: {}, signal, maxPauseMs: 0 }), async (slot) => {
				slot.slowDown(300);
			});
		}
		const from = Date.now();
		a.abort();
		await withSlot(name, slotRequest(), async () => {});
		expect(Date.now() - from).toBeGreaterThanOrEqual(250);
	});
});

test('a request that is canceled while it waits lets the next one start', async () => {
	const name = uniqueName();
	let free = () => {};
	const busy = withSlot(
		name,
		slotRequest(),
		async () =>
			await new Promise<void>((resolve) => {
				free = resolve;
			}),
	);
	const canceled = new AbortController();
	const waiting = withSlot(name, slotRequest({ signal: canceled.signal }), async () => 'started');
	const last = withSlot(name, slotRequest(), async () => 'last');
	canceled.abort();
	await expect(waiting).rejects.toThrow();
	free();
	await busy;
	expect(await last).toBe('last');
});
