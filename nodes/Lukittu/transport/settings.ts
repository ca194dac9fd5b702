import { UserError, type IExecuteFunctions, type IHttpRequestOptions } from 'n8n-workflow';
import type { ItemContext } from './context';

/** n8n's own "Request Options", which it adds to every declarative node. */
interface RequestOptions {
	allowUnauthorizedCerts?: boolean;
	batching?: { batch?: { batchSize?: number; batchInterval?: number } };
	proxy?: string;
	timeout?: number;
}

/** What they say of every request. */
export type Template = Pick<
	IHttpRequestOptions,
	'proxy' | 'skipSslCertificateValidation' | 'timeout'
>;

/** Which items they let start together. */
export interface Batching {
	/** How many, at least 1; infinite where all do. */
	size: number;
	/** How long the next ones wait, in milliseconds. */
	intervalMs: number;
}

/** As n8n has it where the user says nothing. */
const USUAL_TIMEOUT_MS = 300_000;
const USUAL_PORTS: Record<string, number> = { 'http:': 80, 'https:': 443 };

function proxyOf(address: string): Template['proxy'] {
	const url = URL.canParse(address) ? new URL(address) : undefined;
	if (!url || !(url.protocol in USUAL_PORTS)) {
		throw new UserError("'Proxy' is not the address of a proxy", {
			description: "Open 'Request Options' and write it as in http://proxy.example.com:3128.",
		});
	}
	const { protocol, hostname, port, username, password } = url;
	const auth = {
		username: decodeURIComponent(username),
		password: decodeURIComponent(password),
	};
	return {
		protocol: protocol.slice(0, -1),
		host: hostname,
		port: Number(port) || USUAL_PORTS[protocol],
		...(username && { auth }),
	};
}

/**
 * Reads how the user wants requests to be sent.
 *
 * @throws UserError if the proxy is no web address
 */
export function readTemplate(context: ItemContext): Template {
	const { allowUnauthorizedCerts, proxy, timeout } = context.getNodeParameter(
		'requestOptions',
		{},
	) as RequestOptions;
	return {
		timeout: timeout || USUAL_TIMEOUT_MS,
		...(allowUnauthorizedCerts && { skipSslCertificateValidation: true }),
		...(proxy && { proxy: proxyOf(proxy) }),
	};
}

/** Reads how many items the user wants to start together. */
export function readBatching(run: IExecuteFunctions): Batching {
	const { batching } = run.getNodeParameter('requestOptions', 0, {}) as RequestOptions;
	const { batchSize = 1, batchInterval = 0 } = batching?.batch ?? {};
	// In n8n's words: -1 for disabled, 0 is treated as 1.
	const isOff = batchSize < 0 || !(batchInterval > 0);
	return { size: isOff ? Infinity : Math.max(batchSize, 1), intervalMs: batchInterval };
}
