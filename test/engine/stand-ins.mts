import type {
	EngineResponse,
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	NodeOutput,
} from 'n8n-workflow';

/**
 * Makes a node type for tests out of an execute function.
 *
 * @param execute what the node does; as in n8n, `this` is the execution context, and an agent gets
 * what became of the tools that it had asked n8n to run
 * @param outputs the number of main outputs
 */
export function standIn(
	execute: (this: IExecuteFunctions, response?: EngineResponse) => Promise<NodeOutput>,
	outputs = 1,
): INodeType {
	return {
		description: {
			displayName: 'Stand-in',
			name: 'standIn',
			group: ['transform'],
			version: 1,
			description: 'Takes the place of another node in a test',
			defaults: { name: 'Stand-in' },
			inputs: ['main'],
			outputs: Array.from({ length: outputs }, () => 'main' as const),
			properties: [],
		},
		execute,
	};
}

/** A node that returns its input as it is. */
export function passThrough(): INodeType {
	return standIn(async function () {
		return [this.getInputData()];
	});
}

/** A node that returns the given items, whatever comes in. */
export function staticItems(items: INodeExecutionData[]): INodeType {
	// Copies, because the engine writes `pairedItem` into what a node returns.
	return standIn(async () => [items.map((item) => ({ ...item }))]);
}
