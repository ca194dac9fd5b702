import { sleep } from 'n8n-workflow';

/** Thrown in place of sending, once the run is going to end. */
export class NotSent extends Error {}

/**
 * Waits for a promise, but no longer than until the run ends or is canceled.
 *
 * @throws NotSent if it ends first
 */
export async function unlessAborted<T>(promise: Promise<T>, signals: AbortSignal[]): Promise<T> {
	if (signals.some(({ aborted }) => aborted)) throw new NotSent();
	let onAbort: (() => void) | undefined;
	const aborted = new Promise<never>((_, reject) => {
		onAbort = () => reject(new NotSent());
		for (const signal of signals) signal.addEventListener('abort', onAbort);
	});
	try {
		return await Promise.race([promise, aborted]);
	} finally {
		for (const signal of signals) if (onAbort) signal.removeEventListener('abort', onAbort);
	}
}

/**
 * Waits some milliseconds, but no longer than until the run ends or is canceled.
 *
 * @throws NotSent if it ends first
 */
export async function pause(milliseconds: number, signals: AbortSignal[]): Promise<void> {
	await unlessAborted(sleep(milliseconds), signals);
}
