import {
	NodeApiError,
	sleep,
	type IAllExecuteFunctions,
	type IDataObject,
	type IHttpRequestMethods,
	type IHttpRequestOptions,
	type IN8nHttpFullResponse,
} from 'n8n-workflow';
import { isTooDeep, objectFault, type AnswerCheck } from '../checks/answers';
import { connectionOf, type LukittuContext } from './connection';
import { Ending, NotSent } from './abort';
import { faultError, isLostAnswer, refusalError } from './errors';
import { throughGate, type Bearing, type Leave } from './gate';
import { USUAL_PATIENCE, type Patience } from './patience';
import { passingOf, waitBeforeRetry } from './retry';
import { mayHoldKey, withoutKey } from './secrets';

/** One request to Lukittu, below `/api/v1/dev/teams/{teamId}`. */
export interface LukittuRequest {
	method: IHttpRequestMethods;
	/** Path below the team, with values already checked, for example `/licenses/id/…`. */
	url: string;
	qs?: IDataObject;
	body?: IDataObject;
	/** Looks at the data of the answer; without it, any object is good. */
	faultOf?: AnswerCheck;
	/** What the request is about, as it stands in messages: "the license with the key …". */
	subject: string;
	/**
	 * Whether the item may be carried out again after an answer was lost. Without it, all but those
	 * with a POST may.
	 */
	isRepeatable?: boolean;
	/** Whether the item goes on where this does not work, so that it does not end the run. */
	isOptional?: boolean;
	/**
	 * For a POST whose answer was lost: looks for what it may have made. With it, the POST is sent
	 * again where nothing is found; without it, never.
	 */
	lookUp?: () => Promise<unknown>;
}

interface Envelope {
	data?: unknown;
	result?: { valid?: boolean; details?: string };
}

/** Sends one request and gives back the answer's data. */
export interface Send {
	<T>(request: LukittuRequest): Promise<T>;
	/** Ends every wait. */
	ending?: Ending;
}

/** A way to send what an item can do without: if that does not work, the item goes on. */
export function tolerant(send: Send): Send {
	const tolerantly: Send = async (request) => await send({ ...request, isOptional: true });
	tolerantly.ending = send.ending;
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
	answer: IN8nHttpFullResponse,
	baseUrl: string,
	apiKey: unknown,
): T {
	const response = isTooDeep(answer.body) ? { ...answer, body: '' } : answer;
	const body: unknown = response.body;
	const isSuccess = response.statusCode >= 200 && response.statusCode < 300;
	if (isSuccess && isEnvelope(body) && body.result?.valid !== false) {
		const { faultOf = objectFault } = request;
		if (faultOf(body.data) === undefined) return body.data as T;
	}
	// Its words go into messages.
	throw refusalError(context.getNode(), request, withoutKey(response, apiKey), baseUrl);
}

/** What a text holds where it is JSON, else the text itself. */
function dataIn(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

async function httpExchange(
	context: LukittuContext,
	request: LukittuRequest,
	options: IHttpRequestOptions,
	baseUrl: string,
): Promise<IN8nHttpFullResponse> {
	try {
		return (await context.helpers.httpRequestWithAuthentication.call(
			context as IAllExecuteFunctions,
			'lukittuApi',
			options,
		)) as IN8nHttpFullResponse;
	} catch (error) {
		const isByProxy = options.proxy !== undefined;
		throw faultError(context.getNode(), request, error, { baseUrl, isByProxy });
	}
}

/** What a request is sent under; all of it may be left out. */
export interface Conditions {
	/**
	 * What the engine prepared for every request of the node: timeout, proxy, certificate checks.
	 */
	template?: Partial<IHttpRequestOptions>;
	/** Wraps the request once it is its turn; if it throws first, nothing is sent. */
	guard?: Guard;
	patience?: Patience;
	/** Ends every wait. */
	ending?: Ending;
	/** Whether the request goes ahead of those that have not been sent yet. */
	isUrgent?: boolean;
	/** Learns the API key where it may have been sent back: it must not come out. */
	seeKey?: (apiKey: unknown) => void;
}

/** From so many characters on, an answer takes as long to read as a request to be sent. */
const LARGE_ANSWER = 10_000;

/** Whether the next request need not wait until this answer has been read: it changed nothing. */
function isLargeRead({ method }: LukittuRequest, statusCode: number, text: string): boolean {
	return method === 'GET' && statusCode === 200 && text.length >= LARGE_ANSWER;
}

/**
 * Lets waiting requests start and their connections come about, so that Lukittu is at work while an
 * answer is read. n8n opens a connection for each request, which takes two turns of the event loop.
 */
async function othersStart(): Promise<void> {
	await sleep(0);
	await sleep(0);
}

/** What became of one try. */
interface Try<T> extends Bearing {
	outcome: PromiseSettledResult<T>;
	/** How long to wait before the next one; undefined where there is none. */
	waitMs?: number;
}

/** Whether a delete found nothing because an earlier try of it, without an answer, had worked. */
function isDeletedBefore({ method }: LukittuRequest, failure: unknown, loss: unknown): boolean {
	if (loss === undefined || method !== 'DELETE') return false;
	return failure instanceof NodeApiError && failure.context.isAbsent === true;
}

/** Looks for what a POST made whose answer was lost; undefined where nothing is there. */
async function foundAfter(loss: unknown, { lookUp }: LukittuRequest): Promise<unknown> {
	if (!lookUp) return undefined;
	const [found] = await Promise.allSettled([lookUp()]);
	// As long as it is not known, nothing may be made again.
	if (found.status === 'rejected') throw loss;
	return found.value;
}

/**
 * The one way to Lukittu: waits for a place, sends one request, again where that may help and does
 * no harm, and opens the envelope.
 *
 * @returns the answer's data
 * @throws NodeApiError with what Lukittu answered, or why it could not be reached
 * @throws UserError if the credential's team ID or base URL is malformed
 * @throws NotSent if the run ends or is canceled before the request is sent
 */
export async function lukittuRequest<T>(
	context: LukittuContext,
	request: LukittuRequest,
	conditions: Conditions = {},
): Promise<T> {
	const {
		template,
		guard = async (task) => await task(),
		ending = new Ending(),
		isUrgent,
	} = conditions;
	const { mostAtOnce, keepTryingMs } = conditions.patience ?? USUAL_PATIENCE;
	const credentials = await context.getCredentials('lukittuApi');
	const { baseUrl, teamId } = connectionOf(credentials);
	const { apiKey } = credentials;
	const options: IHttpRequestOptions = {
		...template,
		method: request.method,
		baseURL: `${baseUrl}/api/v1/dev/teams/${teamId}`,
		url: request.url,
		qs: request.qs,
		body: request.body,
		json: true,
		// The text is looked through as a whole before it is taken apart.
		encoding: 'text',
		returnFullResponse: true,
		// Lukittu's own words are in the body of a refusal, which n8n would throw away.
		ignoreHttpStatusErrors: true,
		// Lukittu sends unknown paths to its login page; following would end in HTML.
		disableFollowRedirect: true,
		// n8n lets a credential always be used for its own address, and there is no other one here.
		allowedDomains: undefined,
	};
	const exchange = async (leave: Leave) => {
		const response = await httpExchange(context, request, options, baseUrl);
		const text = String(response.body);
		if (isLargeRead(request, response.statusCode, text) && leave()) await othersStart();
		if (mayHoldKey(text, apiKey)) conditions.seeKey?.(apiKey);
		const answer = { ...response, body: dataIn(text) as IDataObject };
		return openEnvelope<T>(context, request, answer, baseUrl, apiKey);
	};
	/** Counted from the first try: the last of a thousand items waits long before it. */
	let lastTryAt: number | undefined;
	/** The failure of the last try after which it is not known what became of it. */
	let loss: unknown;

	const tryOnce = async (tries: number, leave: Leave): Promise<Try<T>> => {
		const until = (lastTryAt ??= Date.now() + keepTryingMs);
		let waitMs: number | undefined;
		const goesOn = (failure: unknown) => {
			waitMs = waitBeforeRetry(request, failure, tries, until - Date.now());
			const canLookUp = request.lookUp !== undefined && isLostAnswer(failure);
			return waitMs !== undefined || canLookUp || isDeletedBefore(request, failure, loss);
		};
		const [outcome] = await Promise.allSettled([guard(async () => await exchange(leave), goesOn)]);
		const isTooMany = outcome.status === 'rejected' && passingOf(outcome.reason)?.isTooMany;
		return { outcome, waitMs, slowDownMs: isTooMany ? (waitMs ?? 0) : undefined };
	};

	for (let tries = 1; ; tries += 1) {
		const waiter = { mostAtOnce, goesAhead: tries > 1 || isUrgent === true, ending };
		// The guard is inside the gate: what it learns is known before the next request gets the place,
		// but for a large answer to a read.
		const turn = throughGate(
			`${baseUrl} ${teamId}`,
			waiter,
			async (leave) => await tryOnce(tries, leave),
		);
		const [attempt] = await Promise.allSettled([turn]);
		if (attempt.status === 'rejected') throw loss ?? attempt.reason;
		const { outcome, waitMs, slowDownMs } = attempt.value;
		if (outcome.status === 'fulfilled') return outcome.value;
		const failure: unknown = outcome.reason;
		if (isDeletedBefore(request, failure, loss)) return {} as T;
		if (failure instanceof NotSent) throw loss ?? failure;
		if (isLostAnswer(failure)) loss = failure;

		// After a 429, the gate itself waits, with all requests.
		if (waitMs !== undefined && slowDownMs === undefined) {
			const [waited] = await Promise.allSettled([ending.orPassed(waitMs)]);
			if (waited.status === 'rejected') throw loss ?? waited.reason;
		}
		const found = isLostAnswer(failure) ? await foundAfter(failure, request) : undefined;
		if (found !== undefined) return found as T;
		if (waitMs === undefined) throw loss ?? failure;
	}
}
