import type { IWebhookFunctions } from 'n8n-workflow';

/** Lukittu's largest entities have some ten thousand bytes. */
const MOST_BYTES = 1024 * 1024;

const EVENT = /^[A-Z]+(_[A-Z]+)+$/;

/** The part of n8n's request that the node uses. */
interface WebhookRequest {
	rawBody?: Uint8Array;
	readRawBody(): Promise<void>;
	/** Whether the sender has hung up, and whether all that it sent had arrived before. */
	destroyed: boolean;
	complete: boolean;
	read(): Uint8Array | null;
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
	// Lukittu hangs up after 5 seconds, and a busy n8n may ask the node later. It reads no body then,
	// although all of it is there; and each repeat would fare alike.
	if (request.destroyed && request.complete) request.rawBody ??= request.read() ?? undefined;
	try {
		await request.readRawBody();
	} catch (fault) {
		// n8n has a limit of its own, far above this one.
		return (fault as { status?: number }).status === 413 ? 'too large' : undefined;
	}
	const body = request.rawBody ?? new Uint8Array();
	return body.length > MOST_BYTES ? 'too large' : body;
}
