import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { RequestRecord } from '../sandbox/types.mts';

export const TEAM_ID = '11111111-1111-4111-8111-111111111111';
/** With characters that are written otherwise in a URL. */
export const API_KEY = 'lukittu_0123456789+abcdef/0123456789=abcdef';

/** What the server is to answer: a body for JSON or as it is, and what goes with it. */
export interface HostileAnswer {
	status?: number;
	statusText?: string;
	headers?: Record<string, string>;
	body: unknown;
	/** Whether the connection is cut in place of an answer, or in the middle of it. */
	cut?: 'before' | 'within';
}

export type Answerer = (request: RequestRecord, raw: IncomingMessage) => HostileAnswer;

export interface HostileServer {
	url: string;
	requests: RequestRecord[];
	credentials: ICredentialDataDecryptedObject;
	answerWith: (answerer: Answerer) => void;
	close: () => Promise<void>;
}

/** An answer as Lukittu would wrap it. */
export function enveloped(data: unknown, details = 'ok', valid = true): unknown {
	return { data, result: { timestamp: new Date().toISOString(), details, valid } };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
	let text = '';
	for await (const chunk of request) text += String(chunk);
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

/** Starts a server that answers whatever a test wants, on 127.0.0.1. */
export async function startHostileServer(): Promise<HostileServer> {
	const requests: RequestRecord[] = [];
	let answerer: Answerer = () => ({ body: enveloped(null) });
	const server = createServer((request, response) => {
		void bodyOf(request).then((body) => {
			const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
			const record: RequestRecord = {
				method: request.method ?? '',
				path: pathname,
				query: Object.fromEntries(searchParams),
				body,
				headers: request.headers,
				at: Date.now(),
			};
			requests.push(record);
			const answer = answerer(record, request);
			const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
			if (answer.cut === 'before') return response.destroy();
			response.writeHead(answer.status ?? 200, answer.statusText, {
				'Content-Type': 'application/json',
				...(answer.cut && { 'Content-Length': text.length + 1 }),
				...answer.headers,
			});
			if (!answer.cut) return response.end(text);
			return response.write(text, () => response.destroy());
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	return {
		url,
		requests,
		credentials: { apiKey: API_KEY, teamId: TEAM_ID, baseUrl: url },
		answerWith: (next) => {
			requests.length = 0;
			answerer = next;
		},
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
