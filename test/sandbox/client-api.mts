import axios from 'axios';
import type { AxiosResponse } from 'axios';

import type { Sandbox } from './server.mts';

/** Where a request to the client API comes from, and to which team it goes. */
export interface ClientRequest {
	address?: string;
	headers?: Record<string, string>;
	teamId?: string;
}

export interface ClientApi {
	verify(body: unknown, request?: ClientRequest): Promise<AxiosResponse>;
	heartbeat(body: unknown, request?: ClientRequest): Promise<AxiosResponse>;
	classloader(query: object, request?: ClientRequest): Promise<AxiosResponse>;
}

/** A client for the client API of the first team, that shows every answer as it came. */
export function clientApiOf(sandbox: Sandbox): ClientApi {
	const api = axios.create({ maxRedirects: 0, validateStatus: () => true });
	const urlOf = (name: string, teamId = sandbox.teamId) =>
		`${sandbox.url}/api/v1/client/teams/${teamId}/verification/${name}`;
	const headersOf = ({ address = '192.0.2.1', headers }: ClientRequest) => ({
		'x-forwarded-for': address,
		...headers,
	});
	const post =
		(name: string) =>
		(body: unknown, request: ClientRequest = {}) =>
			api.post(urlOf(name, request.teamId), body, { headers: headersOf(request) });
	return {
		verify: post('verify'),
		heartbeat: post('heartbeat'),
		classloader: (query, request = {}) =>
			api.get(urlOf('classloader', request.teamId), {
				headers: headersOf(request),
				params: query,
			}),
	};
}

/** A clock that stands still until it is moved. */
export class TestClock {
	private time = new Date('2030-05-01T12:00:00.000Z');

	readonly now = (): Date => this.time;

	move(by: { minutes?: number; seconds?: number; milliseconds?: number }): void {
		const { minutes = 0, seconds = 0, milliseconds = 0 } = by;
		this.time = new Date(this.time.getTime() + (minutes * 60 + seconds) * 1000 + milliseconds);
	}
}
