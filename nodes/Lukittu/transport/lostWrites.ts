import { sleep, type IDataObject } from 'n8n-workflow';
import { lostAt, mayStillRun } from '../errors/nodeErrors';
import { untilCanceled } from './cancellation';

/**
 * For so long after an answer was lost, the request may still be carried out: its connection broke,
 * or a server on the way gave up, while Lukittu went on. Lukittu's own transactions end sooner.
 */
export const LATE_COMMIT_MS = 15_000;

/** The same where no answer came in time: Lukittu was slow then, and may be for a while. */
export const LATE_COMMIT_AFTER_TIMEOUT_MS = 120_000;

/** So long after a lost answer it is looked for, even where "Keep Trying For" is over: four times. */
const LEAST_LOOKING_MS = 7_000;

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 16_000;

/** A write whose answer was lost, while Lukittu may still carry it out. */
export interface LostWrite {
	/** When that is not expected any more, in milliseconds since 1970. */
	until: number;
	/** What an update sent. */
	body?: IDataObject;
	/** To be called where it has shown: nobody has to wait for it any more. */
	forget: () => void;
}

const lostWrites = new Map<string, LostWrite>();

/** Until when a request whose answer was lost may still be carried out. */
export function mayCommitUntil(lost: unknown): number {
	return lostAt(lost) + (mayStillRun(lost) ? LATE_COMMIT_AFTER_TIMEOUT_MS : LATE_COMMIT_MS);
}

/**
 * Until when to look for what a request created whose answer was lost.
 *
 * @param giveUpAt when "Keep Trying For" is over
 * @param triesOnce whether the user wants no waiting at all
 */
export function lookUntilFor(lost: unknown, giveUpAt: number, triesOnce: boolean): number {
	if (triesOnce) return 0;
	return Math.min(mayCommitUntil(lost), Math.max(giveUpAt, lostAt(lost) + LEAST_LOOKING_MS));
}

/** Remembers that a write got no answer; `name` is what it writes to, with server and team. */
export function rememberLost(name: string, lost: unknown, body: IDataObject | undefined): void {
	const now = Date.now();
	for (const [known, { until }] of lostWrites) if (until <= now) lostWrites.delete(known);
	const forget = () => lostWrites.delete(name);
	lostWrites.set(name, { until: mayCommitUntil(lost), body, forget });
}

/** The last write to this whose fate is still open. */
export function lostWriteTo(name: string): LostWrite | undefined {
	const lost = lostWrites.get(name);
	return lost && lost.until > Date.now() ? lost : undefined;
}

/**
 * Looks at once, and after 1, 2, 4, 8 and 16 seconds, then every 16, and a last time at the end.
 *
 * @param look gives undefined where there is nothing yet
 * @param until when the last look is, in milliseconds since 1970; with 0 there is one
 * @returns what was found, or undefined
 * @throws CanceledError if the signal aborts before a look
 */
export async function lookUntil<T>(
	look: () => Promise<T | undefined>,
	until: number,
	signal: AbortSignal,
): Promise<T | undefined> {
	for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
		// Before the look: one that began too early may miss what came at the end.
		const isLast = Date.now() >= until;
		const found = await look();
		if (found !== undefined || isLast) return found;
		const leftMs = Math.max(until - Date.now(), 0);
		// One millisecond more: a timer may come early by that much.
		await untilCanceled(signal, sleep(Math.min(pause, leftMs) + 1));
	}
}
