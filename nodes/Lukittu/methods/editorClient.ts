import type { ILoadOptionsFunctions } from 'n8n-workflow';
import { DEFAULT_HTTP_OPTIONS } from '../execution/requestOptions';
import { ItemClient, type Client } from '../transport/client';
import { DEFAULT_IN_FLIGHT } from '../transport/requestLimiter';
import { withoutKey } from '../transport/secrets';

/** Somebody waits for the list to open. */
const KEEP_TRYING_MS = 3000;

/** The client for a list in the editor; the API key stays out of what the list shows. */
export function editorClient(context: ILoadOptionsFunctions): Client {
	const { signal } = new AbortController();
	const client = new ItemClient(
		{
			context,
			httpOptions: DEFAULT_HTTP_OPTIONS,
			retryOptions: { maxInFlight: DEFAULT_IN_FLIGHT, keepTryingMs: KEEP_TRYING_MS },
			run: { hasSucceeded: false },
			signal,
		},
		{ earlier: Promise.resolve(), next: () => {} },
		() => {},
	);
	return {
		send: async (request) => withoutKey(await client.send(request), client.leakedKey),
		runExclusive: async (name, task) => await client.runExclusive(name, task),
		lookUntil: async (look, until) => await client.lookUntil(look, until),
	};
}
