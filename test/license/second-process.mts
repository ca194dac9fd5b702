/*
 * An n8n of its own for tests with several processes: says when it is ready, takes one order, and
 * answers with what each item came to.
 */
import type { ICredentialDataDecryptedObject, IDataObject, INodeParameters } from 'n8n-workflow';

import { loadPackage, runNode } from '../engine/index.mts';

/** What the process is to create. */
export interface Order {
	credentials: ICredentialDataDecryptedObject;
	items: IDataObject[];
	parameters: IDataObject;
}

process.once('message', (order: Order) => void runOrder(order));
await loadPackage();
process.send?.('ready');

async function runOrder({ parameters, ...options }: Order): Promise<void> {
	const { error, items } = await runNode({
		...options,
		parameters: { resource: 'license', operation: 'create', ...parameters } as INodeParameters,
	});
	process.send?.(error ? [{ error: error.message }] : items.map(({ json }) => json));
	process.disconnect();
}
