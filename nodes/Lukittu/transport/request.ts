import type {
	IDataObject,
	IHttpRequestMethods,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
} from 'n8n-workflow';
import { connectionOf, type LukittuContext } from './connection';
import { faultError, refusalError } from './errors';
import { throughGate } from './gate';

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
export type Send = <T>(request: LukittuRequest) => Promise<T>;

/** A way to send what an item can do without: if that does not work, the item goes on. */
export function tolerant(send: Send): Send {
	return async (request) => await send({ ...request, recovers: () => true });
}

/** Decides at its turn whether a request is sent, and sees what became of it. */
export type Guard = <T>(exchange: () => Promise<T>) => Promise<T>;

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

/**
 * The one way to Lukittu: waits for a place, sends one request, and opens the envelope.
 *
 * @param template what the engine prepared for every request of the node: timeout, proxy,
 *   certificate checks, allowed domains
 * @param guard wraps the request once it is its turn; if it throws first, nothing is sent
 * @returns the answer's data
 * @throws NodeApiError with what Lukittu answered, or why it could not be reached
 * @throws UserError if the credential's team ID or base URL is malformed
 */
export async function lukittuRequest<T>(
	context: LukittuContext,
	request: LukittuRequest,
	template: Partial<IHttpRequestOptions> = {},
	guard: Guard = async (task) => await task(),
): Promise<T> {
	const connection = connectionOf(await context.getCredentials('lukittuApi'));
	const { baseUrl, teamId } = connection;
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
	// The guard is inside the gate: what it learns is known before the next request gets the place.
	return await throughGate(`${baseUrl} ${teamId}`, async () => await guard(exchange));
}
