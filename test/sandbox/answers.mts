/** What a handler gives back; the server wraps it into the envelope. */
export interface Reply {
	status: number;
	details: string;
	data: unknown;
	/** The time of a remembered answer; default: now. */
	timestamp?: string;
}

/** What a handler of the client API gives back. */
export interface ClientReply extends Reply {
	/** `VALID`, or why not. */
	code: string;
	/** The signed challenge in hex; absent where none was sent, and on every refusal. */
	challengeResponse?: string;
}

/** An answer as it goes over the wire. */
export interface Answer {
	status: number;
	headers: Record<string, string>;
	body: string | Buffer;
}

/** Thrown by a handler to refuse a request. */
export class ApiError extends Error {
	constructor(
		readonly status: number,
		readonly details: string,
		readonly data: unknown = null,
	) {
		super(details);
	}
}

/** What the server says of a fault of its own, for want of anything better. */
export const SERVER_ERROR = 'Internal server error';

/** Where the server sends whoever asks for a path that it does not have. */
export const LOGIN_PATH = '/auth/login';

const LOGIN_PAGE_BYTES = 70_000;
const LOGIN_PAGE = loginPage();

/** A successful reply. */
export function success(details: string, data: unknown, status = 200): Reply {
	return { status, details, data };
}

/** The envelope. There is no `result.code`: the dev API never sends it. */
export function envelope(reply: Reply, now: Date): Answer {
	return jsonAnswer(reply.status, { data: reply.data, result: resultOf(reply, now) });
}

/** The envelope of the client API, which has a code. */
export function clientEnvelope(reply: ClientReply, now: Date): Answer {
	const { code, challengeResponse } = reply;
	const result = { ...resultOf(reply, now), code, challengeResponse };
	return jsonAnswer(reply.status, { data: reply.data, result });
}

/** Any JSON. */
export function jsonAnswer(status: number, body: unknown): Answer {
	return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function resultOf(reply: Reply, now: Date): Record<string, unknown> {
	return {
		timestamp: reply.timestamp ?? now.toISOString(),
		valid: reply.status < 400,
		details: reply.details,
	};
}

/** An HTML page, by default the dashboard's login page. */
export function htmlAnswer(status = 200, body = LOGIN_PAGE): Answer {
	return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

/** Any text. */
export function textAnswer(status: number, body: string): Answer {
	return { status, headers: { 'content-type': 'text/plain' }, body };
}

/** A redirect to the same place under another path; its body is the place, without a type. */
export function permanentRedirect(location: string): Answer {
	return { status: 308, headers: { location, refresh: `0;url=${location}` }, body: location };
}

/** What the server answers where it has no such path: the whole login page, with a redirect to it. */
export function loginRedirect(): Answer {
	const page = htmlAnswer(307);
	return {
		...page,
		headers: { ...page.headers, location: LOGIN_PATH, 'cache-control': 'no-store' },
	};
}

/** An answer without body, and therefore without Content-Type. */
export function emptyAnswer(status: number, headers: Record<string, string> = {}): Answer {
	return { status, headers, body: '' };
}

function loginPage(): string {
	const head = '<!DOCTYPE html><html lang="en"><head><title>Log in | Lukittu</title></head><body>';
	const tail = '</body></html>';
	const line = '<script>self.__next_f.push([1,"sandbox"])</script>\n';
	const lines = Math.ceil((LOGIN_PAGE_BYTES - head.length - tail.length) / line.length);
	return head + line.repeat(lines) + tail;
}
