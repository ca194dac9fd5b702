import { sleep } from 'n8n-workflow';
import type { Ending } from './abort';

/** Most requests in flight for one team on one server in one n8n process, unless the user says else. */
export const USUAL_AT_ONCE = 10;
/** Most that a user may ask for. */
export const MOST_AT_ONCE = 50;

/** One who waits for a place. */
interface Waiter {
	/** How many may be in flight with it. */
	mostAtOnce: number;
	enter: () => void;
}

/** Lets a limited number of tasks run at once; the others wait in the order they came. */
class Gate {
	/** How many tasks the server bears; it lies below what users ask for only after a 429. */
	private limit = MOST_AT_ONCE;

	/** How often the limit was halved. */
	private timesHalved = 0;

	/** Tasks that went well since the limit was last changed. */
	private wentWell = 0;

	private inFlight = 0;

	private resumeAt = 0;

	private isPausing = false;

	private waiting: Waiter[] = [];

	/** Those that go ahead of the others. */
	private ahead: Waiter[] = [];

	get isIdle(): boolean {
		return this.inFlight + this.ahead.length + this.waiting.length === 0;
	}

	/** What a server was found not to bear is worth remembering for a while. */
	get isAsNew(): boolean {
		return this.limit === MOST_AT_ONCE && this.resumeAt <= Date.now();
	}

	/**
	 * Waits for a place.
	 *
	 * @param goesAhead whether the task goes ahead of those that do not
	 * @returns how often the limit had been halved by then, for `slowDown`
	 */
	async enter(mostAtOnce: number, goesAhead: boolean, ending: Ending): Promise<number> {
		const line = goesAhead ? this.ahead : this.waiting;
		let hasEntered = false;
		let waiter: Waiter | undefined;
		const turn = new Promise<number>((resolve) => {
			waiter = {
				mostAtOnce,
				enter: () => {
					hasEntered = true;
					resolve(this.timesHalved);
				},
			};
			line.push(waiter);
		});
		this.letIn();
		let isIn = false;
		try {
			const since = await ending.orDone(turn);
			isIn = true;
			return since;
		} finally {
			if (!isIn && hasEntered) this.leave();
			else if (!isIn && waiter) line.splice(line.indexOf(waiter), 1);
		}
	}

	/** @returns whether another one has taken the place */
	leave(): boolean {
		const before = this.inFlight - 1;
		this.inFlight = before;
		this.letIn();
		return this.inFlight > before;
	}

	/**
	 * Halves the number of tasks at once and lets nobody in for a while.
	 *
	 * @param since what `enter` gave the task: of those that were in flight together, only the first
	 *   that is refused halves the number
	 */
	slowDown(milliseconds: number, since: number): void {
		if (since === this.timesHalved) {
			this.limit = Math.max(1, Math.floor(Math.min(this.limit, this.inFlight) / 2));
			this.timesHalved += 1;
			this.wentWell = 0;
		}
		this.resumeAt = Math.max(this.resumeAt, Date.now() + milliseconds);
	}

	/** Lets one more task in at once after as many went well as ten times the present number. */
	speedUp(): void {
		this.wentWell += 1;
		if (this.limit >= MOST_AT_ONCE || this.wentWell < this.limit * 10) return;
		this.limit += 1;
		this.wentWell = 0;
	}

	private letIn(): void {
		const pause = this.resumeAt - Date.now();
		if (pause > 0) {
			if (this.isPausing) return;
			this.isPausing = true;
			void sleep(pause).then(() => {
				this.isPausing = false;
				this.letIn();
			});
			return;
		}
		for (;;) {
			const line = this.ahead.length > 0 ? this.ahead : this.waiting;
			if (this.inFlight >= Math.min(this.limit, line[0]?.mostAtOnce ?? 0)) return;
			this.inFlight += 1;
			line.shift()?.enter();
		}
	}
}

const gates = new Map<string, Gate>();

/** What a task tells of how the server bore it. */
export type Bearing = { slowDownMs?: number };

/** Gives a task's place free before it ends, and tells whether another one has taken it. */
export type Leave = () => boolean;

/**
 * Runs a task once there is a place for it among the tasks of the same name. n8n starts the
 * requests of all items at once; this is what spares the server.
 *
 * @param name what shares the places: one team on one server
 * @param waiter how many may be in flight with it (1 to 50), whether it goes ahead of others, and what
 *   ends the wait
 * @param task its result tells whether the server asked for fewer requests, and for how long
 * @throws NotSent if the run ends or is canceled before there is a place
 */
export async function throughGate<T extends Bearing>(
	name: string,
	waiter: { mostAtOnce: number; goesAhead: boolean; ending: Ending },
	task: (leave: Leave) => Promise<T>,
): Promise<T> {
	const gate = gates.get(name) ?? new Gate();
	gates.set(name, gate);
	const since = await gate.enter(waiter.mostAtOnce, waiter.goesAhead, waiter.ending);
	let hasLeft = false;
	const leave = () => {
		if (hasLeft) return false;
		hasLeft = true;
		return gate.leave();
	};
	try {
		const result = await task(leave);
		if (result.slowDownMs === undefined) gate.speedUp();
		else gate.slowDown(result.slowDownMs, since);
		return result;
	} finally {
		leave();
		if (gate.isIdle && gate.isAsNew) gates.delete(name);
	}
}
