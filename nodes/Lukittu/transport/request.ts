import {
	sleep,
	type IAllExecuteFunctions,
	type IHttpRequestOptions,
	type IN8nHttpFullResponse,
	type ILoadOptionsFunctions,
} from 'n8n-workflow';
import { isTooDeep, objectFault } from '../checks/answers';
import { connectionOf, teamOf, type Connection } from '../checks/connection';
import {
	faultError,
	hasReachedLukittu,
	isAbsent,
	isLostAnswer,
	refusalError,
	transientOf,
	withEarlierTry,
} from '../errors/nodeErrors';
import type { LukittuRequest, RetryOptions } from '../types';
import { CanceledError, untilCanceled } from './cancellation';
import { lookUntil, lookUntilFor, mayCommitUntil } from './lostWrites';
import { withSlot, type Slot } from './requestLimiter';
import { retryDelay } from './retry';
import { mayHoldKey, withoutKey } from './secrets';

/** What a request needs of n8n: from a node that runs, or from a locator's list in the editor. */
export type RequestContext = Pick<ILoadOptionsFunctions, 'getCredentials' | 'getNode'> & {
	helpers: Pick<ILoadOptionsFunctions['helpers'], 'httpRequestWithAuthentication'>;
	getExecutionCancelSignal?: () => AbortSignal | undefined;
};

/** What n8n's own "Request Options" say of every request. */
export type HttpOptions = Pick<IHttpRequestOptions, 'proxy' | 'skipSslCertificateValidation'> & {
	/** Milliseconds, from 1. */
	timeout: number;
};

/** What the requests of one run know of each other. */
export interface RunState {
	/** Whether Lukittu has accepted one of them. */
	hasSucceeded: boolean;
}

/** What all requests of one item have in common. */
export interface RequestSettings {
	context: RequestContext;
	httpOptions: HttpOptions;
	retryOptions: RetryOptions;
	/** Shared by the requests of one run: the limiter lets runs take turns. */
	run: RunState;
	/** Ends every wait. */
	signal: AbortSignal;
	/** Called with a failure that ends the request, before the next request may start. */
	onFailure?: (failure: unknown) => void;
}

export interface LukittuAnswer<T> {
	data: T;
	/** The API key, where the server may have sent it back: it must not come out. */
	leakedKey?: string;
}

/** What became of one attempt. */
interface Attempt<T> {
	answer?: LukittuAnswer<T>;
	failure?: unknown;
	/** How long to wait before the next attempt; undefined where there is none. */
	delayMs?: number;
}

interface Envelope {
	data?: unknown;
	result?: { valid?: boolean; details?: string };
}

function isEnvelope(body: unknown): body is Envelope {
	return typeof body === 'object' && body !== null && 'data' in body && 'result' in body;
}

/** What a text holds where it is JSON, else the text itself. */
function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

function httpOptionsFor(
	{ method, url, qs, body }: LukittuRequest,
	{ httpOptions }: RequestSettings,
	{ baseUrl, teamId }: Connection,
): IHttpRequestOptions & HttpOptions {
	return {
		...httpOptions,
		method,
		baseURL: `${baseUrl}/api/v1/dev/teams/${teamId}`,
		url,
		qs,
		body,
		json: true,
		// The text is searched as a whole before it is parsed.
		encoding: 'text',
		returnFullResponse: true,
		// Lukittu's own words are in the body of a refusal, which n8n would throw away.
		ignoreHttpStatusErrors: true,
		// Lukittu sends unknown paths to its login page; following would end in HTML.
		disableFollowRedirect: true,
		// n8n lets a credential always be used for its own address, and there is no other one here.
		allowedDomains: undefined,
	};
}

/** The code of a fault where "Timeout" has passed. */
const TIMEOUT_FAULT = { code: 'ETIMEDOUT' };

/**
 * Sends a request with n8n's HTTP helper. Its own time-out counts from byte to byte, so that an
 * answer which trickles would never end; this one counts for the whole answer.
 */
async function sendHttp(
	context: RequestContext,
	options: IHttpRequestOptions & HttpOptions,
): Promise<IN8nHttpFullResponse> {
	const timeout = AbortSignal.timeout(options.timeout);
	const canceled = context.getExecutionCancelSignal?.();
	const signal = canceled ? AbortSignal.any([timeout, canceled]) : timeout;
	// The helper takes the signal from its context, and overwrites one in the options.
	const withTimeout = Object.assign(Object.create(context) as RequestContext, {
		getExecutionCancelSignal: () => signal,
	});
	try {
		return (await context.helpers.httpRequestWithAuthentication.call(
			withTimeout as IAllExecuteFunctions,
			'lukittuApi',
			options,
		)) as IN8nHttpFullResponse;
	} catch (error) {
		throw timeout.aborted && !canceled?.aborted ? TIMEOUT_FAULT : error;
	}
}

/** From so many characters on, an answer takes as long to read as a request to be sent. */
const LARGE_ANSWER = 10_000;

/**
 * Lets the next request start before a large answer is read, and its connection come about: n8n
 * opens one for each request, which takes two turns of the event loop.
 */
async function startNextRequest(slot: Slot): Promise<void> {
	if (!slot.release()) return;
	await sleep(0);
	await sleep(0);
}

/** Sends one request and opens the envelope of the answer. */
async function exchange<T>(
	settings: RequestSettings,
	request: LukittuRequest,
	connection: Connection,
	slot: Slot,
): Promise<LukittuAnswer<T>> {
	const { context } = settings;
	const { baseUrl, apiKey } = connection;
	const options = httpOptionsFor(request, settings, connection);
	const [sent] = await Promise.allSettled([sendHttp(context, options)]);
	if (sent.status === 'rejected') {
		const isProxied = options.proxy !== undefined;
		throw faultError(context.getNode(), request, sent.reason, baseUrl, isProxied);
	}
	const { statusCode } = sent.value;
	const text = String(sent.value.body);
	const isLargeRead = request.method === 'GET' && statusCode === 200 && text.length >= LARGE_ANSWER;
	if (isLargeRead) await startNextRequest(slot);

	const json = parsed(text);
	const body = isTooDeep(json) ? '' : json;
	const isSuccess = statusCode >= 200 && statusCode < 300;
	if (isSuccess && isEnvelope(body) && body.result?.valid !== false) {
		const { faultOf = objectFault } = request;
		if (faultOf(body.data) === undefined) {
			const leakedKey = mayHoldKey(text, apiKey) ? apiKey : undefined;
			return { data: body.data as T, leakedKey };
		}
	}
	// Its words go into messages.
	const answer = { ...sent.value, body } as IN8nHttpFullResponse;
	throw refusalError(context.getNode(), request, withoutKey(answer, apiKey), baseUrl);
}

/**
 * Looks for what a POST created whose answer was lost. Lukittu may carry it out seconds later, so
 * it looks several times.
 *
 * @param until when the last look is, in milliseconds since 1970
 * @returns undefined where nothing came up
 * @throws the failure if it may still come up, or the last look brought no answer: as long as it is
 *   not known, nothing may be created again
 */
async function lookUpLost(
	lost: unknown,
	lookUp: () => Promise<unknown>,
	until: number,
	signal: AbortSignal,
): Promise<unknown> {
	let isKnown = false;
	const look = async () => {
		const [found] = await Promise.allSettled([lookUp()]);
		isKnown = found.status === 'fulfilled';
		return found.status === 'fulfilled' ? found.value : undefined;
	};
	const found = await lookUntil(look, until, signal);
	if (found === undefined && (!isKnown || until < mayCommitUntil(lost))) throw lost;
	return found;
}

/**
 * The one way to Lukittu: waits for a slot, sends the request, sends it again where that may help
 * and does no harm, and opens the envelope.
 *
 * @param isUrgent whether it goes ahead of the run's requests that have not been sent yet
 * @throws NodeApiError with what Lukittu answered, or why it could not be reached
 * @throws UserError if the credential's team ID or base URL is malformed
 * @throws CanceledError if the signal aborts before the request is sent
 */
export async function lukittuRequest<T>(
	settings: RequestSettings,
	request: LukittuRequest,
	isUrgent = false,
): Promise<LukittuAnswer<T>> {
	const { context, retryOptions, run, signal } = settings;
	const { keepTryingMs, maxInFlight } = retryOptions;
	const connection = connectionOf(await context.getCredentials('lukittuApi'));
	// Counted from the first attempt: the last of a thousand items waits long before it.
	let giveUpAt: number | undefined;
	// The last failure after which it is not known whether Lukittu carried the request out.
	let lost: unknown;

	const leftMs = () => (giveUpAt === undefined ? keepTryingMs : giveUpAt - Date.now());
	const wasDeletedBefore = (failure: unknown) =>
		hasReachedLukittu(lost) && request.method === 'DELETE' && isAbsent(failure);

	// Runs in the slot: what it decides holds before the next request may start.
	const attemptOnce = async (attempt: number, slot: Slot): Promise<Attempt<T>> => {
		if (signal.aborted) throw new CanceledError();
		giveUpAt ??= Date.now() + keepTryingMs;
		const [outcome] = await Promise.allSettled([exchange<T>(settings, request, connection, slot)]);
		if (outcome.status === 'fulfilled') {
			run.hasSucceeded = true;
			return { answer: outcome.value };
		}
		const failure: unknown = outcome.reason;
		const delayMs = retryDelay(request, failure, attempt, leftMs(), run.hasSucceeded);
		const { isTooMany, isOutage } = transientOf(failure) ?? {};
		// In an outage fewer requests try, but nobody waits for the delay of another run.
		if (isTooMany || isOutage) slot.slowDown(isTooMany ? (delayMs ?? 0) : 0);
		const canLookUp = request.lookUp !== undefined && isLostAnswer(failure);
		const isFinal = delayMs === undefined && !canLookUp && !wasDeletedBefore(failure);
		const isExpected = request.isOptional || (request.mayBeAbsent && isAbsent(failure));
		if (isFinal && !isExpected) settings.onFailure?.(failure);
		return { failure, delayMs };
	};

	/** Waits; where the wait is canceled after a lost answer, the user must hear of that. */
	const waitFor = async <R>(wait: Promise<R>): Promise<R> => {
		const [outcome] = await Promise.allSettled([wait]);
		if (outcome.status === 'fulfilled') return outcome.value;
		throw lost ?? outcome.reason;
	};

	for (let attempt = 1; ; attempt += 1) {
		const slotRequest = {
			run,
			isUrgent: isUrgent || attempt > 1,
			maxInFlight,
			maxPauseMs: leftMs(),
			signal,
		};
		const { answer, failure, delayMs } = await waitFor(
			withSlot(teamOf(connection), slotRequest, async (slot) => await attemptOnce(attempt, slot)),
		);
		if (answer) return answer;
		if (wasDeletedBefore(failure)) return { data: {} as T };
		if (isLostAnswer(failure)) lost = failure;
		if (isLostAnswer(failure) && request.lookUp) {
			const until = lookUntilFor(failure, Date.now() + leftMs(), keepTryingMs === 0);
			const found = await waitFor(lookUpLost(failure, request.lookUp, until, signal));
			if (found !== undefined) return { data: found as T };
			if (delayMs === undefined || leftMs() <= 0) throw failure;
			continue;
		}
		if (delayMs === undefined)
			throw isAbsent(failure) ? withEarlierTry(failure, lost) : (lost ?? failure);

		// After a 429, the limiter pauses, for all requests of the team.
		const isPaused = transientOf(failure)?.isTooMany === true;
		if (!isPaused) await waitFor(untilCanceled(signal, sleep(delayMs)));
	}
}
