import type { IExecuteFunctions, INodeExecutionData, NodeApiError } from 'n8n-workflow';
import { itemContext, type ItemContext } from './context';
import { runOf } from './run';
import { readBatching, type Batching } from './settings';

/** Which items start together; where that cannot be read, no item can, and each says so itself. */
function batchingOf(context: IExecuteFunctions): Batching {
	try {
		return readBatching(itemContext(context, 0));
	} catch {
		return { size: Infinity, intervalMs: 0 };
	}
}

/**
 * Carries an operation out for all items of a run, as n8n's routing does, which evaluates each
 * expression three times for every item, or more.
 *
 * @param carryOutItem carries it out for one item; rejects only where the whole run ends
 * @returns what the node puts out, in the order of the items
 * @throws what the first item that ends the run rejects with
 */
export async function carryOutItems(
	context: IExecuteFunctions,
	carryOutItem: (item: ItemContext) => Promise<INodeExecutionData[]>,
): Promise<INodeExecutionData[][]> {
	const { size, intervalMs } = batchingOf(context);
	const outputs: Array<Promise<INodeExecutionData[]>> = [];
	for (let item = 0; item < context.getInputData().length; item += 1) {
		const isNextBatch = item > 0 && item % size === 0;
		if (isNextBatch) await Promise.allSettled([runOf(context)?.ending.orPassed(intervalMs)]);
		outputs.push(carryOutItem(itemContext(context, item)));
	}
	const outcomes = await Promise.allSettled(outputs);
	for (const [itemIndex, outcome] of outcomes.entries()) {
		if (outcome.status === 'fulfilled') continue;
		const error = outcome.reason as NodeApiError;
		const { $runIndex: runIndex } = context.getWorkflowDataProxy(itemIndex);
		// For the editor, which shows them.
		Object.assign(error.context, { itemIndex, runIndex });
		throw error;
	}
	return [(await Promise.all(outputs)).flat()];
}
