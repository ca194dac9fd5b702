import { isLostAnswer, transientOf } from '../errors/nodeErrors';
import type { LukittuRequest } from '../types';

/** Delays grow from here, doubled at each attempt, up to the longest. */
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 16_000;

/**
 * The retry policy: whether a request is sent again, and after how long. Up to half of the delay is
 * left to chance, so that many requests do not come back at the same moment.
 *
 * @param attempt how often it was sent, from 1
 * @param leftMs how much of "Keep Trying For" is left
 * @param hasSucceeded whether Lukittu has accepted a request of the run
 * @returns milliseconds, or undefined where it is not sent again
 */
export function retryDelay(
	{ method, lookUp }: LukittuRequest,
	failure: unknown,
	attempt: number,
	leftMs: number,
	hasSucceeded: boolean,
): number | undefined {
	const transient = transientOf(failure);
	if (!transient) return undefined;
	// A second POST makes a second license, unless it is known that there is no first one.
	const isHarmless =
		method !== 'POST' || !isLostAnswer(failure) || (lookUp && !transient.mayStillRun);
	if (!isHarmless) return undefined;
	// A wrong key or a wrong address does not get right by waiting.
	const { attemptsBeforeSuccess = Infinity } = transient;
	if (!hasSucceeded && attempt >= attemptsBeforeSuccess) return undefined;
	const backoff = Math.min(FIRST_DELAY_MS * 2 ** (attempt - 1), LONGEST_DELAY_MS);
	const delay = Math.max(transient.retryAfterMs ?? 0, backoff * (0.5 + Math.random() / 2));
	return delay <= leftMs ? delay : undefined;
}
