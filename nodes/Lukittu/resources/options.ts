import type { INodeProperties } from 'n8n-workflow';
import { patienceOptions } from '../transport/patience';

/** Fields in the order in which n8n wants them to stand in a collection. */
export function inOrder(fields: INodeProperties[]): INodeProperties[] {
	return fields.sort((a, b) => a.displayName.localeCompare(b.displayName));
}

/**
 * The collection "Options" of an operation: its own, and how requests are sent.
 *
 * @param own options of its own
 */
export function operationOptions(
	resource: string,
	operation: string,
	own: INodeProperties[] = [],
): INodeProperties {
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		displayOptions: { show: { resource: [resource], operation: [operation] } },
		options: inOrder([...own, ...patienceOptions]),
	};
}
