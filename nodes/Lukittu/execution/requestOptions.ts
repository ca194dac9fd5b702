import { checkProxy } from '../checks/proxy';
import { checkWholeNumber } from '../checks/values';
import type { HttpOptions } from '../transport/request';
import type { ItemContext } from './itemContext';

/** n8n's own "Request Options", which it adds to every declarative node. */
interface RequestOptions {
	allowUnauthorizedCerts?: boolean;
	proxy?: string;
	timeout?: unknown;
}

/** One of them; an expression may have put anything into it. */
interface BatchingOption {
	batch?: { batchSize?: unknown; batchInterval?: unknown };
}

/** Which items start together. */
export interface Batching {
	/** How many, at least 1; infinite where all do. */
	size: number;
	/** How long the next ones wait, in milliseconds. */
	intervalMs: number;
}

/** The longest that a timer of Node.js can wait. */
const LONGEST_MS = 2_147_483_647;

/** As n8n has it where the user says nothing. */
const DEFAULT_TIMEOUT_MS = 300_000;

export const DEFAULT_HTTP_OPTIONS: HttpOptions = { timeout: DEFAULT_TIMEOUT_MS };

/**
 * Reads what "Request Options" say of every request.
 *
 * @throws UserError if the proxy is no web address, or the timeout no number
 */
export function readHttpOptions(context: ItemContext): HttpOptions {
	const { allowUnauthorizedCerts, proxy, timeout } = context.getNodeParameter(
		'requestOptions',
		{},
	) as RequestOptions;
	return {
		timeout: timeout ? checkWholeNumber(timeout, "'Timeout'", 1, LONGEST_MS) : DEFAULT_TIMEOUT_MS,
		...(allowUnauthorizedCerts && { skipSslCertificateValidation: true }),
		...(proxy && { proxy: checkProxy(proxy) }),
	};
}

/**
 * Reads how many items the user wants to start together.
 *
 * @param context that of the first item, for which n8n reads it too
 */
export function readBatching(context: ItemContext): Batching {
	// Not all of the options: the others may have expressions of each item's own.
	const option = context.getNodeParameter('requestOptions.batching', {}) as BatchingOption | null;
	const { batchSize = 1, batchInterval = 0 } = option?.batch ?? {};
	const size = Number(batchSize);
	const intervalMs = Number(batchInterval);
	// In n8n's words: -1 for disabled, 0 is treated as 1.
	const isOff = size < 0 || !(intervalMs > 0);
	return { size: isOff ? Infinity : Math.max(Math.ceil(size) || 1, 1), intervalMs };
}
