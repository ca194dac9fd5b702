import type { IWebhookFunctions } from 'n8n-workflow';

/** Lukittu's largest entities have some ten thousand bytes. */
const MAX_BODY_BYTES = 1024 * 1024;

const EVENT = /^[A-Z]+(_[A-Z]+)+$/;

/** The part of n8n's request that the node uses. */
interface WebhookRequest {
	rawBody?: Uint8Array;
	readRawBody(): Promise<void>;
	/** Whether the connection is closed, and whether the whole request had arrived before. */
	destroyed: boolean;
	complete: boolean;
	read(): Uint8Array | null;
}

/** The headers of a delivery; an empty text where one is missing or malformed. */
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
 * @returns `'too large'` above the limit, without reading it where its length is announced;
 *   undefined where it cannot be read, as with a wrong `Content-Encoding`
 */
export async function readBody(
	context: IWebhookFunctions,
): Promise<Uint8Array | 'too large' | undefined> {
	if (Number(context.getHeaderData()['content-length']) > MAX_BODY_BYTES) return 'too large';
	const request = context.getRequestObject() as unknown as WebhookRequest;
	// Lukittu hangs up after 5 seconds, and a busy n8n may call the node later. n8n does not read the
	// body then, although it has arrived, so the event and each repeat of it would be lost.
	if (request.destroyed && request.complete) request.rawBody ??= request.read() ?? undefined;
	try {
		await request.readRawBody();
	} catch (error) {
		// n8n has a limit of its own, far above this one.
		return (error as { status?: number }).status === 413 ? 'too large' : undefined;
	}
	const body = request.rawBody ?? new Uint8Array();
	return body.length > MAX_BODY_BYTES ? 'too large' : body;
}
