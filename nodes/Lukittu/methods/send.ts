import type { ILoadOptionsFunctions } from 'n8n-workflow';
import { lukittuRequest, type Send } from '../transport/request';
import { withoutKey } from '../transport/secrets';

/** The way to Lukittu for a list in the editor; the API key stays out of what the list shows. */
export function sendFor(context: ILoadOptionsFunctions): Send {
	return async (request) => {
		const { apiKey } = await context.getCredentials('lukittuApi');
		return withoutKey(await lukittuRequest(context, request), apiKey);
	};
}
