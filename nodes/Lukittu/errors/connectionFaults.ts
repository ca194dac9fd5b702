import { NodeOperationError, OperationalError, UserError } from 'n8n-workflow';
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
	UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
	UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
};

/** How axios calls a request that was stopped with the execution. */
const CANCELED = 'ERR_CANCELED';

/**
 * Faults that can come after a request was sent: the time-outs, the connection that breaks, and
 * answers that cannot be read (HPE: Node's parser, Z: decompression). Any other comes before.
 */
const AFTER_SENDING =
	/^(ECONNABORTED|ECONNRESET|EPIPE|ERR_BAD_RESPONSE|ERR_CANCELED|ERR_STREAM_PREMATURE_CLOSE|ETIMEDOUT|(HPE|Z)_.*)$/;
/** System calls on a connection that exists, whatever the code. */
const ON_CONNECTION = ['read', 'write'];
/** A server without TLS, which Node notices while it writes. */
const NO_TLS = 'EPROTO';
/** Those that make one. */
const TO_CONNECT = ['connect', 'getaddrinfo'];
/** Node's words where a connection breaks while TLS begins; the code is that of any broken one. */
const DURING_TLS = /before secure TLS connection was established/;

/** Faults of a connection that may work in a moment. */
const TRANSIENT =
	/^(EAI_AGAIN|ECONNABORTED|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EPIPE|ERR_BAD_RESPONSE|ETIMEDOUT)$/;
/** Those where the server may still be working on the request. */
const TIMED_OUT = ['ECONNABORTED', 'ETIMEDOUT'];
/** A name that does not exist is probably misspelled: the user is not kept waiting. */
const UNKNOWN_NAME = 'ENOTFOUND';
const ATTEMPTS_TO_FIND_NAME = 3;

interface Fault {
	message?: string;
	code?: unknown;
	syscall?: unknown;
	cause?: Fault;
	/** Where a name has several addresses: what each of them came to. */
	errors?: Fault[];
}

/** A fault and what n8n and axios wrapped it around, the outermost first. */
function chainOf(fault: Fault | undefined, levels = 10): Fault[] {
	if (typeof fault !== 'object' || fault === null || levels === 0) return [];
	return [fault, ...chainOf(fault.cause, levels - 1)];
}

/** The system's own fault at the bottom; of several addresses, that of the first. */
function rootOf(fault: Fault): Fault {
	const withCode = chainOf(fault).filter(({ code }) => code !== undefined);
	const root = withCode.at(-1) ?? fault;
	return root.errors?.[0] ?? root;
}

function wasSent({ code, message = '', syscall }: Fault): boolean {
	if (TO_CONNECT.includes(String(syscall)) || DURING_TLS.test(message) || code === NO_TLS) {
		return false;
	}
	if (ON_CONNECTION.includes(String(syscall))) return true;
	return AFTER_SENDING.test(String(code));
}

function transientOf(code: string, isSent: boolean): Transient | undefined {
	if (!TRANSIENT.test(code)) return undefined;
	if (isSent) return { mayStillRun: TIMED_OUT.includes(code) };
	return {
		isOutage: true,
		...(code === UNKNOWN_NAME && { attemptsBeforeSuccess: ATTEMPTS_TO_FIND_NAME }),
	};
}

/**
 * What n8n itself says where it does not let a request go out, such as by its protection against
 * requests to internal addresses; undefined where it is none of that.
 */
export function n8nRefusal(
	fault: unknown,
): Pick<Explanation, 'message' | 'description'> | undefined {
	const own = chainOf(fault as Fault).find(
		(error) =>
			error instanceof UserError ||
			error instanceof OperationalError ||
			error instanceof NodeOperationError,
	) as (Error & { description?: string | null }) | undefined;
	return own && { message: own.message, description: own.description ?? '' };
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
	const root = rootOf(fault as Fault);
	const { code, message } = root;
	if (code === CANCELED) {
		return {
			message: 'The execution was canceled before Lukittu answered',
			description: 'What had been sent by then may have been carried out.',
			mayHaveActed: true,
		};
	}
	const reason = FAULTS[String(code)] ?? `the connection did not work (${String(code ?? message)})`;
	const isSent = wasSent(root);
	return {
		message: `Could not get an answer from ${baseUrl}: ${reason}`,
		description: isProxied
			? "The request goes through the proxy that 'Request Options' names. Check 'Proxy' there, that the proxy can be reached from n8n, and that it lets n8n through to the server."
			: `${CHECK_CREDENTIAL} 'Base URL', and that the server is running and can be reached from n8n.`,
		mayHaveActed: isSent,
		transient: transientOf(String(code), isSent),
	};
}
