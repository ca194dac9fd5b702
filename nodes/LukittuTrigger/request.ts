import type { IWebhookFunctions } from 'n8n-workflow';

/** Lukittu's largest entities have some ten thousand bytes. */
const MOST_BYTES = 1024 * 1024;

const EVENT = /^[A-Z]+(_[A-Z]+)+$/;

/** The part of n8n's request that the node uses. */
interface WebhookRequest {
	rawBody?: Uint8Array;
	readRawBody(): Promise<void>;
}

/** What Lukittu says of a delivery beside its body; empty where it is missing or malformed. */
export interface DeliveryHeaders {
	event: string;
	timestamp: string;
	signature: string;
}

/** Reads the three headers of a delivery. */
export function readHeaders(context: IWebhookFunctions): DeliveryHeaders {
	const headers = context.getHeaderData();
	const text = (name: string) => {
		const value = headers[`x-lukittu-${name}`];
		return typeof value === 'string' ? value : '';
	};
	const event = text('event');
	return {
		event: EVENT.test(event) ? event : '',
		timestamp: text('timestamp'),
		signature: text('signature'),
	};
}

/**
 * Reads the body as it came, byte for byte.
 *
 * @returns `'too large'` above the limit, before all of it is read where its length is announced;
 *   undefined where it cannot be read, as when its encoding is not what it says
 */
export async function readBody(
	context: IWebhookFunctions,
): Promise<Uint8Array | 'too large' | undefined> {
	if (Number(context.getHeaderData()['content-length']) > MOST_BYTES) return 'too large';
	const request = context.getRequestObject() as unknown as WebhookRequest;
	try {
		await request.readRawBody();
	} catch (fault) {
		// n8n has a limit of its own, far above this one.
		return (fault as { status?: number }).status === 413 ? 'too large' : undefined;
	}
	const body = request.rawBody ?? new Uint8Array();
	return body.length > MOST_BYTES ? 'too large' : body;
}
