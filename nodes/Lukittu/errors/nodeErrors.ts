import {
	ExpressionError,
	NodeApiError,
	type IN8nHttpFullResponse,
	type INode,
	type JsonObject,
} from 'n8n-workflow';
import type { Explanation, LukittuRequest, Transient } from '../types';
import { explainFault, n8nRefusal } from './connectionFaults';
import { fieldsInUse } from '../fieldsInUse';
import { explainRefusal } from './refusals';

/** What the writes of each method do to their subject. */
const DONE: Record<string, string> = { POST: 'created', PUT: 'changed', DELETE: 'deleted' };

/** Makes an error with our words kept as they are. */
function wordedError(node: INode, { message, description }: Explanation, httpCode?: string) {
	const error = new NodeApiError(node, { message } as JsonObject, {
		message,
		description,
		httpCode,
	});
	// n8n replaces a message that contains the name of a system fault; a license key may (EPERM-…).
	error.message = message;
	return error;
}

/** Makes the error of a request, and tells where it is not known what became of it. */
function apiError(
	node: INode,
	request: LukittuRequest,
	{ message, description, mayHaveActed = false, isAbsent = false, transient }: Explanation,
	httpCode?: string,
): NodeApiError {
	const done = DONE[request.method];
	const isUnknown = mayHaveActed && done !== undefined;
	// A second POST makes a second license or customer; other writes may be repeated.
	const { isRepeatable = request.method !== 'POST' || request.lookUp !== undefined } = request;
	const advice =
		request.method === 'POST' && isRepeatable
			? 'Lukittu may still be working on it. Repeat this item in some minutes: nothing will be there twice.'
			: 'look it up in Lukittu before you repeat this. Lukittu may still be working on it for some minutes.';
	const look = `It is not known whether ${request.subject} was ${done}: ${advice}`;
	const words = isUnknown ? `${description} ${look}` : description;
	const error = wordedError(node, { message, description: words }, httpCode);
	error.context.outcomeUnknown = isUnknown;
	if (isUnknown) error.context.lostAt = Date.now();
	error.context.isAbsent = isAbsent;
	error.context.transient = transient;
	error.context.mustNotRepeat = isUnknown && !isRepeatable;
	return error;
}

/** Whether no answer came to a write, so that it may have been carried out. */
export function isLostAnswer(error: unknown): boolean {
	return error instanceof NodeApiError && error.context.outcomeUnknown === true;
}

/** When the answer to a write was lost, in milliseconds since 1970. */
export function lostAt(error: unknown): number {
	return error instanceof NodeApiError ? Number(error.context.lostAt ?? 0) : 0;
}

/**
 * Whether Lukittu may be working on a write for long after its answer was lost: nothing tells that
 * it has ended.
 */
export function mayStillRun(error: unknown): boolean {
	const isUnanswered = error instanceof NodeApiError && !error.httpCode;
	return transientOf(error)?.mayStillRun ?? isUnanswered;
}

/**
 * Whether a write whose answer was lost got as far as Lukittu, as far as one can tell: there was no
 * answer, it broke off, or a proxy waited for it in vain. With another status, a server on the way
 * may have refused it.
 */
export function hasReachedLukittu(lost: unknown): boolean {
	if (!(lost instanceof NodeApiError)) return false;
	const status = Number(lost.httpCode ?? 0);
	return status < 300 || transientOf(lost)?.mayStillRun === true;
}

/** Whether the server itself said that it does not know what the request was about. */
export function isAbsent(error: unknown): boolean {
	return error instanceof NodeApiError && error.context.isAbsent === true;
}

/** Adds to a failure that an earlier try of the same write got no answer of Lukittu's, if so. */
export function withEarlierTry(failure: unknown, lost: unknown): unknown {
	if (lost !== undefined && failure instanceof NodeApiError) {
		failure.description = `${failure.description ?? ''} An earlier try got no answer from Lukittu; it may have been carried out then.`;
	}
	return failure;
}

/** What is known of a failure that may be gone in a moment, or undefined. */
export function transientOf(error: unknown): Transient | undefined {
	return error instanceof NodeApiError ? (error.context.transient as Transient) : undefined;
}

/**
 * The error for an answer that is not a good one: a refusal, or no Lukittu answer at all.
 *
 * @param baseUrl the server's address, for the message
 */
export function refusalError(
	node: INode,
	request: LukittuRequest,
	response: IN8nHttpFullResponse,
	baseUrl: string,
): NodeApiError {
	const explanation = explainRefusal(request, response, baseUrl, fieldsInUse(node));
	return apiError(node, request, explanation, String(response.statusCode));
}

/**
 * The error for a request that got no answer. A refusal by n8n itself stays as it is.
 *
 * @param baseUrl the server's address, for the message
 * @param isProxied whether the request went through the proxy of n8n's "Request Options"
 */
export function faultError(
	node: INode,
	request: LukittuRequest,
	fault: unknown,
	baseUrl: string,
	isProxied: boolean,
): NodeApiError {
	const refusal = n8nRefusal(fault);
	if (refusal) return wordedError(node, refusal);
	return apiError(node, request, explainFault(fault, baseUrl, isProxied));
}

/** What n8n says of an expression that is none, in a UserError, as the node's own checks are. */
const SYNTAX = 'invalid syntax';

type Words = Pick<Error, 'message'> & { description?: string | null };

/** What an error says; n8n's own words about an expression do not tell that they are about one. */
function wordsOf(error: Words): Words {
	if (!(error instanceof ExpressionError) && error.message !== SYNTAX) return error;
	const { message, description } = error;
	const advice = 'Check the expressions in the fields of this node, with the data of this item.';
	return {
		message: `An expression could not be evaluated: ${message}`,
		description: [description, advice].filter(Boolean).join(' '),
	};
}

/**
 * The error an item ends with: what the transport threw as it is, anything else with its own
 * words. Always a NodeApiError: the engine would wrap any other, and replace a message that
 * contains the name of a system fault, even inside a user's value.
 *
 * @param clean takes out of the words what must not stand in them
 */
export function itemError(
	node: INode,
	error: unknown,
	clean: <T>(words: T) => T = (words) => words,
): NodeApiError {
	if (error instanceof NodeApiError) return error;
	const { message, description } = wordsOf(error as Words);
	return wordedError(node, clean({ message, description: description ?? '' }));
}
