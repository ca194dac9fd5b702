const lastInLine = new Map<string, Promise<unknown>>();

/**
 * Runs the tasks of one name one after the other, in the order they came. Lukittu replaces a
 * license or customer as a whole, so two updates that read the same state would lose the change of one.
 *
 * @param name what must not be changed by two at once: one license or customer of one team
 */
export async function inTurn<T>(name: string, task: () => Promise<T>): Promise<T> {
	const previous = lastInLine.get(name);
	const turn = Promise.allSettled([previous]).then(task);
	lastInLine.set(name, turn);
	try {
		return await turn;
	} finally {
		if (lastInLine.get(name) === turn) lastInLine.delete(name);
	}
}
