import { setTimeout as sleep } from 'node:timers/promises';

/** So many requests use the database at once; with four, races end as they were seen to. */
const CONNECTIONS = 4;
/** Longer than simultaneous requests take to arrive. */
const WINDOW_MS = 100;

/** The connections to the database; whoever finds none free waits. */
export class ConnectionPool {
	private free = CONNECTIONS;
	private readonly waiting: Array<() => void> = [];

	/** Does the work while it holds a connection. */
	async use<T>(work: () => T | Promise<T>): Promise<T> {
		if (this.free > 0) this.free -= 1;
		else await new Promise<void>((resolve) => this.waiting.push(resolve));
		try {
			return await work();
		} finally {
			const next = this.waiting.shift();
			if (next) next();
			else this.free += 1;
		}
	}
}

/**
 * Lets others in between what a handler has checked and what it writes. Only to be awaited where
 * races are switched on: otherwise a handler runs to its end at once.
 */
export async function raceWindow(): Promise<void> {
	await sleep(WINDOW_MS);
}
