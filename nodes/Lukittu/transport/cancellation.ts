/** Thrown in place of a wait or a request that a canceled or ended run no longer needs. */
export class CanceledError extends Error {}

const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/** What to call when a signal aborts. One listener for all: Node warns of a leak at eleven. */
function callbacksOf(signal: AbortSignal): Set<() => void> {
	const known = waiting.get(signal);
	if (known) return known;
	const callbacks = new Set<() => void>();
	waiting.set(signal, callbacks);
	signal.addEventListener('abort', () => callbacks.forEach((cancel) => cancel()));
	return callbacks;
}

/**
 * Waits for a promise, but no longer than until a signal aborts.
 *
 * @throws CanceledError if the signal aborts first
 */
export async function untilCanceled<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
	if (signal.aborted) throw new CanceledError();
	const callbacks = callbacksOf(signal);
	let cancel = () => {};
	const canceled = new Promise<never>((_, reject) => {
		cancel = () => reject(new CanceledError());
	});
	callbacks.add(cancel);
	try {
		return await Promise.race([promise, canceled]);
	} finally {
		callbacks.delete(cancel);
	}
}
