import type { ILoadOptionsFunctions } from 'n8n-workflow';
import { DEFAULT_HTTP_OPTIONS } from '../execution/requestOptions';
import { DEFAULT_RETRY_OPTIONS } from '../execution/retryOptions';
import { ItemClient, type Client } from '../transport/client';
import { withoutKey } from '../transport/secrets';

/** The client for a list in the editor; the API key stays out of what the list shows. */
export function editorClient(context: ILoadOptionsFunctions): Client {
	const { signal } = new AbortController();
	const client = new ItemClient(
		{
			context,
			httpOptions: DEFAULT_HTTP_OPTIONS,
			retryOptions: DEFAULT_RETRY_OPTIONS,
			run: {},
			signal,
		},
		{ earlier: Promise.resolve(), next: () => {} },
		() => {},
	);
	return {
		send: async (request) => withoutKey(await client.send(request), client.leakedKey),
		runExclusive: async (name, task) => await client.runExclusive(name, task),
	};
}
