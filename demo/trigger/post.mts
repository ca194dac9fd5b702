import { createHmac } from 'node:crypto';

import { webhookHeaders } from '../../test/sandbox/webhooks.mts';

import { SECRET } from './workflows.mts';

/** A request to the trigger, as somebody may send it. */
export interface Post {
	headers: Record<string, string>;
	body: string | Uint8Array;
	/** Sends the body without telling its length. */
	inPieces?: boolean;
}

/** A request that is Lukittu's, unless something is changed. */
export function genuine(
	event: string,
	entity: unknown,
	timestamp = Date.now(),
	secret = SECRET,
): Post {
	const body = typeof entity === 'string' ? entity : JSON.stringify(entity);
	return { body, headers: webhookHeaders(secret, event, body, timestamp) };
}

/** The same request without one of its headers. */
export function without(header: string, { headers, body }: Post): Post {
	const { [header]: _, ...others } = headers;
	return { headers: others, body };
}

/** The same request with bytes that are no text, signed. */
export function withBytes(bytes: Uint8Array, { headers }: Post): Post {
	const signature = createHmac('sha256', SECRET)
		.update(`${headers['X-Lukittu-Timestamp']}.`)
		.update(bytes)
		.digest('hex');
	return { headers: { ...headers, 'X-Lukittu-Signature': signature }, body: bytes };
}

/** Sends a request and returns the status and the body of the answer. */
export async function post(
	url: string,
	{ headers, body, inPieces }: Post,
): Promise<[number, string]> {
	const whole = body as RequestInit['body'];
	const response = await fetch(url, {
		method: 'POST',
		headers,
		...(inPieces ? { body: new Response(whole).body, duplex: 'half' } : { body: whole }),
	} as RequestInit);
	return [response.status, await response.text()];
}
