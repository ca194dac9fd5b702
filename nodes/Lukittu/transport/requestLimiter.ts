import { sleep } from 'n8n-workflow';
import { untilCanceled } from './cancellation';

/** Most requests in flight for one team on one server in one n8n process, unless the user says else. */
export const DEFAULT_IN_FLIGHT = 10;
/** Most that a user may ask for. */
export const MAX_IN_FLIGHT = 50;

/** How a request waits for a slot. */
export interface SlotRequest {
	/** Requests of one run wait in one line. The lines take turns. */
	run: object;
	/** Whether it goes ahead of the others in its line. */
	isUrgent: boolean;
	/** How many requests may be in flight with it, 1 to 50. */
	maxInFlight: number;
	/** For how long a pause may hold it, in milliseconds: no longer than its user wants to wait. */
	maxPauseMs: number;
	/** Ends the wait, and the pause that the request asks for. */
	signal: AbortSignal;
}

/** What a request holds while it is in flight. */
export interface Slot {
	/** Frees the slot before the task ends. Returns whether another request has taken it. */
	release(): boolean;
	/** Halves the number of requests in flight, and starts none for some milliseconds. */
	slowDown(pauseMs: number): void;
}

interface Waiter {
	request: SlotRequest;
	/** When a pause first held it. */
	heldSince?: number;
	start: () => void;
}

interface Line {
	urgent: Waiter[];
	others: Waiter[];
}

class RequestLimiter {
	/** How many requests the server takes at once. Below the maximum after a 429 or an outage. */
	private limit = MAX_IN_FLIGHT;

	private timesHalved = 0;

	/** Requests that went well since the limit last changed. */
	private successes = 0;

	private inFlight = 0;

	private readonly pauses = new Set<{ until: number }>();

	/** By run. The first line is the next to start a request. */
	private readonly lines = new Map<object, Line>();

	/** Whether nothing is lost if the limiter is dropped. */
	get isUnused(): boolean {
		return (
			this.inFlight === 0 &&
			this.lines.size === 0 &&
			this.pauses.size === 0 &&
			this.limit === MAX_IN_FLIGHT
		);
	}

	async acquire(request: SlotRequest): Promise<Slot> {
		let hasStarted = false;
		let start = () => {};
		const started = new Promise<void>((resolve) => {
			start = () => {
				hasStarted = true;
				resolve();
			};
		});
		const waiter: Waiter = { request, start };
		this.enqueue(waiter);
		this.startNext();
		const [wait] = await Promise.allSettled([untilCanceled(request.signal, started)]);
		if (wait.status === 'fulfilled') return this.slotFor(request.signal);
		if (hasStarted) this.free();
		else this.dequeue(waiter);
		throw wait.reason;
	}

	private slotFor(signal: AbortSignal): Slot {
		const { timesHalved } = this;
		let isReleased = false;
		let isSlowedDown = false;
		return {
			release: () => {
				if (isReleased) return false;
				isReleased = true;
				if (!isSlowedDown) this.countSuccess();
				return this.free();
			},
			slowDown: (pauseMs) => {
				isSlowedDown = true;
				// Of the requests that were in flight together, only the first that fails halves.
				if (timesHalved === this.timesHalved) this.halve();
				if (pauseMs > 0) void this.pause(pauseMs, signal);
			},
		};
	}

	private enqueue(waiter: Waiter): void {
		const { run, isUrgent } = waiter.request;
		const line = this.lines.get(run) ?? { urgent: [], others: [] };
		this.lines.set(run, line);
		(isUrgent ? line.urgent : line.others).push(waiter);
	}

	private dequeue(waiter: Waiter): void {
		const { run, isUrgent } = waiter.request;
		const line = this.lines.get(run);
		if (!line) return;
		const waiters = isUrgent ? line.urgent : line.others;
		waiters.splice(waiters.indexOf(waiter), 1);
		if (!headOf(line)) this.lines.delete(run);
		// The next in line may start where this one could not.
		this.startNext();
	}

	/** Returns whether another request has taken the slot. */
	private free(): boolean {
		const before = this.inFlight - 1;
		this.inFlight = before;
		this.startNext();
		return this.inFlight > before;
	}

	private halve(): void {
		this.limit = Math.max(1, Math.floor(Math.min(this.limit, this.inFlight) / 2));
		this.timesHalved += 1;
		this.successes = 0;
	}

	/** One more request at once after ten times the present number went well. */
	private countSuccess(): void {
		this.successes += 1;
		if (this.limit >= MAX_IN_FLIGHT || this.successes < this.limit * 10) return;
		this.limit += 1;
		this.successes = 0;
	}

	private async pause(pauseMs: number, signal: AbortSignal): Promise<void> {
		const pause = { until: Date.now() + pauseMs };
		this.pauses.add(pause);
		// A run that ends waits for nothing, so nobody else has to wait for it.
		await Promise.allSettled([untilCanceled(signal, sleep(pauseMs))]);
		this.pauses.delete(pause);
		this.startNext();
	}

	private startNext(): void {
		for (;;) {
			const next = this.next();
			if (!next || this.inFlight >= Math.min(this.limit, next.request.maxInFlight)) return;
			this.take(next);
			this.inFlight += 1;
			next.start();
		}
	}

	/** The request that is next to start; in a pause, only one that has been held long enough. */
	private next(): Waiter | undefined {
		if (this.pauses.size === 0) {
			const [line] = this.lines.values();
			return line && headOf(line);
		}
		const pausedUntil = Math.max(...[...this.pauses].map(({ until }) => until));
		const heads = [...this.lines.values()].map(headOf);
		return heads.find((waiter) => waiter && this.isHeldEnough(waiter, pausedUntil));
	}

	private isHeldEnough(waiter: Waiter, pausedUntil: number): boolean {
		const { maxPauseMs } = waiter.request;
		const now = Date.now();
		if (waiter.heldSince === undefined) {
			waiter.heldSince = now;
			// One millisecond more: a timer may come early by that much.
			if (now + maxPauseMs < pausedUntil) void sleep(maxPauseMs + 1).then(() => this.startNext());
		}
		return now - waiter.heldSince >= maxPauseMs;
	}

	/** Takes a request out of its line, which goes behind the other lines. */
	private take({ request: { run } }: Waiter): void {
		const line = this.lines.get(run) as Line;
		(line.urgent.length > 0 ? line.urgent : line.others).shift();
		this.lines.delete(run);
		if (headOf(line)) this.lines.set(run, line);
	}
}

function headOf({ urgent, others }: Line): Waiter | undefined {
	return urgent[0] ?? others[0];
}

const limiters = new Map<string, RequestLimiter>();

/**
 * Runs a task once there is a slot for it. Runs take turns, so that one with few requests does not
 * wait for one with many.
 *
 * @param name what shares the slots: one team on one server
 * @throws CanceledError if the signal aborts before there is a slot
 */
export async function withSlot<T>(
	name: string,
	request: SlotRequest,
	task: (slot: Slot) => Promise<T>,
): Promise<T> {
	const limiter = limiters.get(name) ?? new RequestLimiter();
	limiters.set(name, limiter);
	try {
		const slot = await limiter.acquire(request);
		try {
			return await task(slot);
		} finally {
			slot.release();
		}
	} finally {
		if (limiter.isUnused) limiters.delete(name);
	}
}
