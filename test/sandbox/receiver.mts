import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A webhook call as it came over the wire. */
export interface Call {
	path: string;
	headers: IncomingHttpHeaders;
	body: string;
	at: number;
}

export interface Receiver {
	url: string;
	calls: Call[];
	/** Says what becomes of the calls from now on: a status, or anything with the response. */
	answer: number | ((response: ServerResponse, call: Call) => void);
	/** Called for each connection, whether a call follows or not. */
	onConnection?: () => void;
	close(): Promise<void>;
}

/** A server of webhooks on 127.0.0.1, which answers 200 until another answer is set. */
export async function startReceiver(): Promise<Receiver> {
	const server = createServer(async (request, response) => {
		const at = Date.now();
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const body = Buffer.concat(chunks).toString('utf8');
		const call = { path: request.url ?? '', headers: request.headers, body, at };
		receiver.calls.push(call);
		const { answer } = receiver;
		if (typeof answer === 'number') response.writeHead(answer).end();
		else answer(response, call);
	});
	server.on('connection', () => receiver.onConnection?.());
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const receiver: Receiver = {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		calls: [],
		answer: 200,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
	return receiver;
}
