import type { INodeProperties } from 'n8n-workflow';
import { retryOptions } from '../execution/retryOptions';

/** Fields in the order in which n8n wants them to stand in a collection. */
export function inOrder(fields: INodeProperties[]): INodeProperties[] {
	return fields.sort((a, b) => a.displayName.localeCompare(b.displayName));
}

/**
 * The collection "Options" of operations: their own, and how requests are sent.
 *
 * @param own options of their own
 */
export function operationOptions(
	resource: string,
	operations: string[],
	own: INodeProperties[] = [],
): INodeProperties {
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		displayOptions: { show: { resource: [resource], operation: operations } },
		options: inOrder([...own, ...retryOptions]),
	};
}
