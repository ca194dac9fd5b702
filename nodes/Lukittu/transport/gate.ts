/** Most requests in flight for one team on one server in one n8n process. */
const MOST_AT_ONCE = 10;

/** Lets a limited number of tasks run at once; the others wait in the order they came. */
class Gate {
	private inFlight = 0;

	private readonly waiting: Array<() => void> = [];

	get isIdle(): boolean {
		return this.inFlight === 0 && this.waiting.length === 0;
	}

	async enter(): Promise<void> {
		if (this.inFlight < MOST_AT_ONCE) {
			this.inFlight += 1;
			return;
		}
		await new Promise<void>((resolve) => this.waiting.push(resolve));
	}

	leave(): void {
		const next = this.waiting.shift();
		// The place goes straight to the next in line, so nobody can slip in between.
		if (next) next();
		else this.inFlight -= 1;
	}
}

const gates = new Map<string, Gate>();

/**
 * Runs a task once there is a place for it among the tasks of the same name. n8n starts the
 * requests of all items at once; this is what spares the server.
 *
 * @param name what shares the places: one team on one server
 */
export async function throughGate<T>(name: string, task: () => Promise<T>): Promise<T> {
	const gate = gates.get(name) ?? new Gate();
	gates.set(name, gate);
	await gate.enter();
	try {
		return await task();
	} finally {
		gate.leave();
		if (gate.isIdle) gates.delete(name);
	}
}
