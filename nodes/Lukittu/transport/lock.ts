import { Ending } from './abort';

const lastInLine = new Map<string, Promise<unknown>>();

/**
 * Runs the tasks of one name one after the other, in the order they came. Lukittu replaces a
 * license or customer as a whole, so two updates that read the same state would lose the change of one.
 *
 * @param name what must not be changed by two at once: one license or customer of one team
 * @param ending ends the wait
 * @throws NotSent if the run ends or is canceled while the task waits
 */
export async function inTurn<T>(
	name: string,
	task: () => Promise<T>,
	ending = new Ending(),
): Promise<T> {
	const previous = Promise.allSettled([lastInLine.get(name)]);
	let release = () => {};
	const released = new Promise<void>((resolve) => {
		release = resolve;
	});
	// Who gives up waiting still leaves the place in line to the one before.
	const turn = previous.then(async () => await released);
	lastInLine.set(name, turn);
	void turn.then(() => {
		if (lastInLine.get(name) === turn) lastInLine.delete(name);
	});
	try {
		await ending.orDone(previous);
		return await task();
	} finally {
		release();
	}
}
