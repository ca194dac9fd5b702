import { untilCanceled } from './cancellation';

const lastTurns = new Map<string, Promise<unknown>>();

/**
 * Runs the tasks of one name one after the other, in the order of the calls. Lukittu replaces a
 * license or customer as a whole, so two updates that read the same state would lose one change.
 *
 * @param name what must not be changed by two tasks at once, with the server and the team
 * @param signal ends the wait
 * @throws CanceledError if the signal aborts while the task waits
 */
export async function runExclusive<T>(
	name: string,
	signal: AbortSignal,
	task: () => Promise<T>,
): Promise<T> {
	const previous = Promise.allSettled([lastTurns.get(name)]);
	let release = () => {};
	const released = new Promise<void>((resolve) => {
		release = resolve;
	});
	// A task that is canceled while it waits must not let the next one run beside the one before.
	const turn = previous.then(async () => await released);
	lastTurns.set(name, turn);
	void turn.then(() => {
		if (lastTurns.get(name) === turn) lastTurns.delete(name);
	});
	try {
		await untilCanceled(signal, previous);
		return await task();
	} finally {
		release();
	}
}
