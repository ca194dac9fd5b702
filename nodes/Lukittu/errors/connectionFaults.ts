import type { Explanation, Transient } from '../types';
import { CHECK_CREDENTIAL } from './refusals';

const UNTRUSTED = 'its certificate is not trusted';

/** What the codes of connection faults mean. */
const FAULTS: Record<string, string> = {
	CERT_HAS_EXPIRED: 'its certificate has expired',
	DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
	EAI_AGAIN: 'its name could not be looked up',
	ECONNABORTED: 'the answer took too long',
	ECONNREFUSED: 'nothing answers there',
	ECONNRESET: 'the connection was closed before the answer came',
	EHOSTUNREACH: 'there is no way to it',
	ENETUNREACH: 'there is no way to it',
	ENOTFOUND: 'there is no server of that name',
	EPIPE: 'the connection was closed before the answer came',
	EPROTO: 'it does not answer over HTTPS, perhaps it wants http://',
	ERR_BAD_RESPONSE: 'the answer broke off',
	ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
	ETIMEDOUT: 'the answer took too long',
	SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
};

/** How axios calls a request that was stopped with the execution. */
const CANCELED = 'ERR_CANCELED';

/** System calls and codes of faults that come before a request is sent. */
const BEFORE_SENDING = [
	'connect',
	'getaddrinfo',
	'CERT_HAS_EXPIRED',
	'DEPTH_ZERO_SELF_SIGNED_CERT',
	'EPROTO',
	'ERR_INVALID_CHAR',
	'ERR_INVALID_URL',
	'ERR_TLS_CERT_ALTNAME_INVALID',
	'SELF_SIGNED_CERT_IN_CHAIN',
	'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];

interface Fault {
	message?: string;
	code?: unknown;
	syscall?: unknown;
	cause?: Fault;
}

/** Faults of a connection that may work in a moment. */
const TRANSIENT = [
	'EAI_AGAIN',
	'ECONNABORTED',
	'ECONNREFUSED',
	'ECONNRESET',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'ENOTFOUND',
	'EPIPE',
	'ERR_BAD_RESPONSE',
	'ETIMEDOUT',
];

/** Those where the server may still be working on the request. */
const TIMED_OUT = ['ECONNABORTED', 'ETIMEDOUT'];

/** Where no connection came about, the address may be wrong: the user is not kept waiting. */
const ATTEMPTS_TO_CONNECT = 3;

function transientOf(code: string, isBeforeSending: boolean): Transient | undefined {
	if (!TRANSIENT.includes(code)) return undefined;
	return isBeforeSending
		? { maxAttempts: ATTEMPTS_TO_CONNECT }
		: { mayStillRun: TIMED_OUT.includes(code) };
}

/** The system's own fault at the bottom of what n8n and axios wrapped around it. */
function rootOf(fault: Fault): Fault {
	return fault.cause?.code === undefined ? fault : rootOf(fault.cause);
}

/**
 * Explains why a request got no answer: the server is down, the connection broke, or it took too
 * long. From the fault's code alone: the fault itself carries the request's headers, and the API
 * key with them.
 *
 * @param baseUrl the server's address
 * @param isProxied whether the request went through the proxy of n8n's "Request Options"
 */
export function explainFault(fault: unknown, baseUrl: string, isProxied: boolean): Explanation {
	const { code, syscall, message } = rootOf(fault as Fault);
	if (code === CANCELED) {
		return {
			message: 'The execution was canceled before Lukittu answered',
			description: 'What had been sent by then may have been carried out.',
			mayHaveActed: true,
		};
	}
	const reason = FAULTS[String(code)] ?? `the connection did not work (${String(code ?? message)})`;
	const isBefore = [code, syscall].some((name) => BEFORE_SENDING.includes(String(name)));
	return {
		message: `Could not get an answer from ${baseUrl}: ${reason}`,
		description: isProxied
			? "The request goes through the proxy that 'Request Options' names. Check 'Proxy' there, that the proxy can be reached from n8n, and that it lets n8n through to the server."
			: `${CHECK_CREDENTIAL} 'Base URL', and that the server is running and can be reached from n8n.`,
		mayHaveActed: !isBefore,
		transient: transientOf(String(code), isBefore),
	};
}
