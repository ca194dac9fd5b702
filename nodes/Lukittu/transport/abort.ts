import { sleep } from 'n8n-workflow';

/** Thrown in place of sending, once the run is going to end. */
export class NotSent extends Error {}

/**
 * Waits for a promise, but no longer than until the execution is canceled.
 *
 * @throws NotSent if it is canceled first
 */
export async function unlessAborted<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
	if (!signal) return await promise;
	if (signal.aborted) throw new NotSent();
	let onAbort: (() => void) | undefined;
	const aborted = new Promise<never>((_, reject) => {
		onAbort = () => reject(new NotSent());
		signal.addEventListener('abort', onAbort, { once: true });
	});
	try {
		return await Promise.race([promise, aborted]);
	} finally {
		if (onAbort) signal.removeEventListener('abort', onAbort);
	}
}

/**
 * Waits some milliseconds, but no longer than until the execution is canceled.
 *
 * @throws NotSent if it is canceled first
 */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
	await unlessAborted(sleep(milliseconds), signal);
}
