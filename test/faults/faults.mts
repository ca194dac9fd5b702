import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IDataObject } from 'n8n-workflow';

import type { FaultKind } from '../sandbox/types.mts';

/** Long enough for any answer of the sandbox on a busy machine. */
const TIMEOUT_MS = 1500;

/** A create that Lukittu may still be at is looked for until this is over. */
const LOOKS_SHORTLY = { options: { keepTryingFor: 10 } };

/** What goes wrong once, with the request that an operation is about. */
export interface FaultCase {
	/** What happens, for the table. */
	name: string;
	kind: (elsewhere: string) => FaultKind;
	/** Parameters of the node that the fault needs. */
	parameters?: IDataObject;
	/** How long it asks to wait before the next try. */
	waitsMs?: number;
	/** How long until the server has done all that it is going to do. */
	settlesMs?: number;
}

const dateIn = (ms: number) => new Date(Date.now() + ms).toUTCString();

export const FAULTS: FaultCase[] = [
	{
		name: '429 with `Retry-After` in seconds',
		waitsMs: 1000,
		kind: () => ({ status: 429, headers: { 'retry-after': '1' } }),
	},
	{
		name: '429 with `Retry-After` as a date',
		kind: () => ({ status: 429, headers: { 'retry-after': dateIn(1000) } }),
	},
	{
		name: '429 without `Retry-After`',
		kind: () => ({ status: 429, details: 'Too many requests' }),
	},
	{
		name: '503 with `Retry-After`',
		waitsMs: 1000,
		kind: () => ({ status: 503, headers: { 'retry-after': '1' } }),
	},
	{ name: '503 without `Retry-After`', kind: () => ({ status: 503, details: 'Maintenance' }) },
	{ name: '502 with a page of HTML', kind: () => ({ status: 502, html: true }) },
	{
		name: '504 with a page of HTML',
		kind: () => ({ status: 504, html: true }),
		parameters: LOOKS_SHORTLY,
	},
	{ name: '500', kind: () => ({ status: 500, details: 'Something broke' }) },
	{ name: 'Connection cut before Lukittu acted', kind: () => 'resetBefore' },
	{ name: 'Connection cut after Lukittu acted', kind: () => 'resetAfter' },
	{ name: 'Answer that breaks off, after Lukittu acted', kind: () => 'truncate' },
	{ name: 'Answer that is no JSON, after Lukittu acted', kind: () => 'invalidJson' },
	{ name: 'Redirect to the login page', kind: () => ({ redirect: '/auth/login', status: 307 }) },
	{
		name: 'Redirect to another host',
		kind: (elsewhere) => ({ redirect: `${elsewhere}/api`, status: 308 }),
	},
	{ name: '401', kind: () => ({ status: 401, details: 'Invalid API key' }) },
	{
		name: 'No answer within the timeout of the node',
		kind: () => 'hang',
		parameters: { ...LOOKS_SHORTLY, requestOptions: { timeout: TIMEOUT_MS } },
	},
	{
		name: 'Answer later than the timeout of the node',
		kind: () => ({ delayMs: 2 * TIMEOUT_MS }),
		parameters: { ...LOOKS_SHORTLY, requestOptions: { timeout: TIMEOUT_MS } },
		settlesMs: 3 * TIMEOUT_MS,
	},
];

/** A server that is not Lukittu, and records what it gets. */
export interface Elsewhere {
	url: string;
	got: IncomingMessage[];
	close: () => Promise<void>;
}

/** Starts a second server on the loopback address. */
export async function startElsewhere(): Promise<Elsewhere> {
	const got: IncomingMessage[] = [];
	const server = createServer((request, response) => {
		got.push(request);
		response.end('{}');
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const close = async () => {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	};
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got, close };
}
