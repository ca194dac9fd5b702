import {
	NodeApiError,
	type IDataObject,
	type IHttpRequestMethods,
	type IHttpRequestOptions,
	type IN8nHttpFullResponse,
} from 'n8n-workflow';
import { connectionOf, type LukittuContext } from './connection';
import { pause } from './abort';
import { faultError, isLostAnswer, refusalError } from './errors';
import { throughGate, type Bearing } from './gate';
import { USUAL_PATIENCE, type Patience } from './patience';
import { passingOf, waitBeforeRetry } from './retry';

/** One request to Lukittu, below `/api/v1/dev/teams/{teamId}`. */
export interface LukittuRequest {
	method: IHttpRequestMethods;
	/** Path below the team, with values already checked, for example `/licenses/id/…`. */
	url: string;
	qs?: IDataObject;
	body?: IDataObject;
	/** What the request is about, as it stands in messages: "the license with the key …". */
	subject: string;
	/**
	 * Whether the item may be carried out again after an answer was lost. Without it, all but those
	 * with a POST may.
	 */
	isRepeatable?: boolean;
	/** Whether the operation goes on after this failure; it then does not end the run. */
	recovers?: (failure: unknown) => boolean;
}

interface Envelope {
	data?: unknown;
	result?: { valid?: boolean; details?: string };
}

/** Sends one request and gives back the answer's data. */
export interface Send {
	<T>(request: LukittuRequest): Promise<T>;
	/** Ends every wait, where the execution is canceled. */
	signal?: AbortSignal;
}

/** A way to send what an item can do without: if that does not work, the item goes on. */
export function tolerant(send: Send): Send {
	const tolerantly: Send = async (request) => await send({ ...request, recovers: () => true });
	tolerantly.signal = send.signal;
	return tolerantly;
}

/**
 * Decides at its turn whether a request is sent, and sees what became of it.
 *
 * @param goesOn whether a failure is not the end of the request
 */
export type Guard = <T>(
	exchange: () => Promise<T>,
	goesOn: (failure: unknown) => boolean,
) => Promise<T>;

function isEnvelope(body: unknown): body is Envelope {
	return typeof body === 'object' && body !== null && 'data' in body && 'result' in body;
}

function openEnvelope<T>(
	context: LukittuContext,
	request: LukittuRequest,
	response: IN8nHttpFullResponse,
	baseUrl: string,
): T {
	const body: unknown = response.body;
	const isSuccess = response.statusCode >= 200 && response.statusCode < 300;
	if (isSuccess && isEnvelope(body) && body.result?.valid !== false && body.data !== null) {
		return body.data as T;
	}
	throw refusalError(context.getNode(), request, response, baseUrl);
}

async function httpExchange(
	context: LukittuContext,
	request: LukittuRequest,
	options: IHttpRequestOptions,
	baseUrl: string,
): Promise<IN8nHttpFullResponse> {
	try {
		return (await context.helpers.httpRequestWithAuthentication.call(
			context,
			'lukittuApi',
			options,
		)) as IN8nHttpFullResponse;
	} catch (error) {
		throw faultError(context.getNode(), request, error, baseUrl);
	}
}

/** What a request is sent under; all of it may be left out. */
export interface Conditions {
	/**
	 * What the engine prepared for every request of the node: timeout, proxy, certificate checks,
	 * allowed domains.
	 */
	template?: Partial<IHttpRequestOptions>;
	/** Wraps the request once it is its turn; if it throws first, nothing is sent. */
	guard?: Guard;
	patience?: Patience;
	/** Ends every wait. */
	signal?: AbortSignal;
}

/** What became of one try. */
interface Try<T> extends Bearing {
	outcome: PromiseSettledResult<T>;
	/** How long to wait before the next one; undefined where there is none. */
	waitMs?: number;
}

/** Whether a delete found nothing because an earlier try of it, without an answer, had worked. */
function isDeletedBefore({ method }: LukittuRequest, failure: unknown, wasLost: boolean): boolean {
	return (
		wasLost && method === 'DELETE' && failure instanceof NodeApiError && failure.httpCode === '404'
	);
}

/**
 * The one way to Lukittu: waits for a place, sends one request, again where that may help and does
 * no harm, and opens the envelope.
 *
 * @returns the answer's data
 * @throws NodeApiError with what Lukittu answered, or why it could not be reached
 * @throws UserError if the credential's team ID or base URL is malformed
 * @throws NotSent if the execution is canceled while the request waits
 */
export async function lukittuRequest<T>(
	context: LukittuContext,
	request: LukittuRequest,
	conditions: Conditions = {},
): Promise<T> {
	const { template, guard = async (task) => await task(), signal } = conditions;
	const { mostAtOnce, keepTryingMs } = conditions.patience ?? USUAL_PATIENCE;
	const { baseUrl, teamId } = connectionOf(await context.getCredentials('lukittuApi'));
	const options: IHttpRequestOptions = {
		...template,
		method: request.method,
		baseURL: `${baseUrl}/api/v1/dev/teams/${teamId}`,
		url: request.url,
		qs: request.qs,
		body: request.body,
		json: true,
		returnFullResponse: true,
		// Lukittu's own words are in the body of a refusal, which n8n would throw away.
		ignoreHttpStatusErrors: true,
		// Lukittu sends unknown paths to its login page; following would end in HTML.
		disableFollowRedirect: true,
	};
	const exchange = async () => {
		const response = await httpExchange(context, request, options, baseUrl);
		return openEnvelope<T>(context, request, response, baseUrl);
	};
	const lastTryAt = Date.now() + keepTryingMs;
	let wasLost = false;

	for (let tries = 1; ; tries += 1) {
		const waiter = { mostAtOnce, isAgain: tries > 1, signal };
		// The guard is inside the gate: what it learns is known before the next request gets the place.
		const { outcome, waitMs, slowDownMs } = await throughGate(
			`${baseUrl} ${teamId}`,
			waiter,
			async (): Promise<Try<T>> => {
				let waitMs: number | undefined;
				const goesOn = (failure: unknown) => {
					waitMs = waitBeforeRetry(request, failure, tries, lastTryAt - Date.now());
					return waitMs !== undefined || isDeletedBefore(request, failure, wasLost);
				};
				const [outcome] = await Promise.allSettled([guard(exchange, goesOn)]);
				const isTooMany = outcome.status === 'rejected' && passingOf(outcome.reason)?.isTooMany;
				return { outcome, waitMs, slowDownMs: isTooMany ? (waitMs ?? 0) : undefined };
			},
		);
		if (outcome.status === 'fulfilled') return outcome.value;
		if (isDeletedBefore(request, outcome.reason, wasLost)) return {} as T;
		if (waitMs === undefined) throw outcome.reason;
		wasLost ||= isLostAnswer(outcome.reason);
		// After a 429, the gate itself waits, with all requests.
		if (slowDownMs === undefined) await pause(waitMs, signal);
	}
}
