import {
	createServer,
	request as httpRequest,
	type IncomingMessage,
	type Server,
	type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

import type { Sandbox } from '../sandbox/types.mts';
import { CERT, KEY } from './self-signed.mts';

/** What a proxy was asked for. */
export interface Passage {
	/** The whole address, or host and port where it is to let everything through. */
	target: string;
	authorization?: string;
}

export interface Proxy {
	port: number;
	passages: Passage[];
	close(): Promise<void>;
}

async function listening(server: Server, host: string): Promise<Omit<Proxy, 'passages'>> {
	// Those that were let through are not among the server's own any more.
	const sockets = new Set<Duplex>();
	server.on('connection', (socket: Duplex) => sockets.add(socket));
	await new Promise<void>((resolve) => server.listen(0, host, resolve));
	const { port } = server.address() as AddressInfo;
	const close = async () =>
		await new Promise<void>((resolve) => {
			server.close(() => resolve());
			for (const socket of sockets) socket.destroy();
		});
	return { port, close };
}

/** Passes a request on as it is, and its answer back. */
function passOn(request: IncomingMessage, response: ServerResponse, target: string): void {
	const { method, headers } = request;
	const onward = httpRequest(target, { method, headers }, (answer) => {
		response.writeHead(answer.statusCode ?? 502, answer.headers);
		answer.pipe(response);
	});
	onward.on('error', () => response.destroy());
	request.pipe(onward);
}

/** Lets everything through to a host, for HTTPS. */
function tunnel(socket: Duplex, target: string): void {
	const [host, port] = target.split(':');
	const onward = connect(Number(port), host, () => {
		socket.write('HTTP/1.1 200 OK\r\n\r\n');
		socket.pipe(onward).pipe(socket);
	});
	onward.on('error', () => socket.destroy());
	socket.on('error', () => onward.destroy());
}

/**
 * Starts a proxy on this machine.
 *
 * @param refusal what it answers in place of passing anything on
 */
export async function startProxy(host = '127.0.0.1', refusal?: number): Promise<Proxy> {
	const passages: Passage[] = [];
	const note = ({ url = '', headers }: IncomingMessage) => {
		passages.push({ target: url, authorization: headers['proxy-authorization'] });
		return url;
	};
	const server = createServer((request, response) => {
		const target = note(request);
		if (refusal === undefined) passOn(request, response, target);
		else response.writeHead(refusal, { 'content-type': 'text/html' }).end('<h1>No</h1>');
	});
	server.on('connect', (request: IncomingMessage, socket: Duplex) => tunnel(socket, note(request)));
	return { ...(await listening(server, host)), passages };
}

/** Starts an HTTPS server before the sandbox, with a certificate that nobody trusts. */
export async function startTls(sandbox: Sandbox): Promise<Omit<Proxy, 'passages'>> {
	const server = createTlsServer({ key: KEY, cert: CERT }, (request, response) =>
		passOn(request, response, `${sandbox.url}${request.url ?? ''}`),
	);
	return await listening(server, '127.0.0.1');
}
