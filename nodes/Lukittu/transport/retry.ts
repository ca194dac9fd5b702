import { NodeApiError } from 'n8n-workflow';
import { isLostAnswer } from './errors';
import type { Passing } from './explanation';
import type { LukittuRequest } from './request';

/** Waits grow from here, doubled at each try, up to the longest. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 16_000;
const MOST_TRIES = 12;

/** What is known of a failure that may pass, or undefined. */
export function passingOf(failure: unknown): Passing | undefined {
	return failure instanceof NodeApiError ? (failure.context.passing as Passing) : undefined;
}

/**
 * How long to wait before a request is sent again, up to half of it by chance, so that many do not
 * come back at the same moment.
 *
 * @param tries how often it was sent, from 1
 * @param leftMs how much of the time for trying is left
 * @returns milliseconds, or undefined where it is not to be sent again
 */
export function waitBeforeRetry(
	{ method, lookUp }: LukittuRequest,
	failure: unknown,
	tries: number,
	leftMs: number,
): number | undefined {
	const passing = passingOf(failure);
	if (!passing) return undefined;
	// A second POST makes a second license: it is sent again only if the first was not carried out.
	const isHarmless = method !== 'POST' || !isLostAnswer(failure) || (lookUp && !passing.isSlow);
	if (!isHarmless) return undefined;
	if (tries >= (passing.mostTries ?? MOST_TRIES)) return undefined;
	const full = Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), LONGEST_WAIT_MS);
	const wait = Math.max(passing.retryAfterMs ?? 0, full * (0.5 + Math.random() / 2));
	return wait <= leftMs ? wait : undefined;
}
