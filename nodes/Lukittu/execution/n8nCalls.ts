import {
	UserError,
	type IExecuteFunctions,
	type IExecutePaginationFunctions,
	type INodeExecutionData,
	type INodeType,
} from 'n8n-workflow';
import { shown } from '../checks/ids';
import { recordOf, type ExecutionRecord } from './executionRecord';
import { itemContext, type ItemContext } from './itemContext';
import type { Operation, Operations } from './operation';
import { readBatching, type Batching } from './requestOptions';
import { runItems } from './run';

/** Which items start together; where that cannot be read, no item can, and each says so itself. */
function batchingOf(first: ItemContext): Batching | undefined {
	try {
		return readBatching(first);
	} catch {
		return undefined;
	}
}

/** n8n looks operations up by name: "toString" of every object must not pass for one. */
function withoutPrototype<T>(entries: Array<[string, T]>): Record<string, T> {
	return Object.assign(Object.create(null) as Record<string, T>, Object.fromEntries(entries));
}

/**
 * The operations as n8n's `customOperations`: n8n calls one for all items of a run. Its routing
 * would evaluate each expression three times for every item.
 */
export function customOperationsOf(
	operations: Operations,
): NonNullable<INodeType['customOperations']> {
	const runAll = (operation: Operation) =>
		async function (this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
			const contexts = this.getInputData().map((_, item) => itemContext(this, item));
			const batching = contexts[0] && batchingOf(contexts[0]);
			return [await runItems(contexts, operation, batching)];
		};
	return withoutPrototype(
		Object.entries(operations).map(([resource, ofResource]) => [
			resource,
			withoutPrototype(
				Object.entries(ofResource).map(([name, operation]) => [name, runAll(operation)]),
			),
		]),
	);
}

/** Stands for an operation that the node does not have: sends nothing, and says so. */
const unknownOperation: Operation = {
	isReadOnly: true,
	prepare: (context) => {
		const operation = shown(context.getNodeParameter('operation', ''));
		const resource = shown(context.getNodeParameter('resource', ''));
		throw new UserError(`The node has no operation ${operation} for the resource ${resource}`, {
			description:
				'Nothing was sent. Choose a resource and an operation of the node. If the workflow was made with a newer version of n8n-nodes-lukittu, update the package.',
		});
	},
};

function operationOf(context: ItemContext, operations: Operations): Operation {
	const resource = String(context.getNodeParameter('resource', ''));
	const operation = String(context.getNodeParameter('operation', ''));
	const isKnown =
		Object.hasOwn(operations, resource) && Object.hasOwn(operations[resource], operation);
	return isKnown ? operations[resource][operation] : unknownOperation;
}

/**
 * Waits until n8n's routing has called for all items. Where it cannot evaluate an expression of a
 * later item, it throws without a call for that one, and the items before it must not be carried out
 * behind the user's back: their wait never ends. With "Batching", or set to continue, n8n goes on.
 */
async function untilAllCalled(context: ItemContext, { routed, total }: ExecutionRecord) {
	const hasPauses = (batchingOf(context)?.intervalMs ?? 0) > 0;
	const called = new Promise<void>((resolve) => routed.waiting.push(resolve));
	if (routed.items.size >= total || hasPauses || context.continueOnFail()) {
		for (const start of routed.waiting.splice(0)) start();
	}
	await called;
}

/**
 * The operations as the node's pagination function: n8n's routing calls it once an item, where it
 * does not use `customOperations`: for an agent's own tool call, in an old n8n, and for a resource or
 * operation that is unknown. Several items run one after the other.
 */
export function paginationOf(operations: Operations) {
	return async function (this: IExecutePaginationFunctions): Promise<INodeExecutionData[]> {
		const record = recordOf(this);
		const { routed } = record;
		const item = this.getItemIndex();
		// "Retry On Fail" starts over.
		if (routed.items.has(item)) {
			routed.items.clear();
			routed.waiting = [];
			routed.hasFailed = false;
		}
		routed.items.add(item);
		await untilAllCalled(this, record);
		const run = routed.last.then(async () => {
			// n8n throws the failure of the first item itself.
			if (routed.hasFailed) return [];
			return await runItems([this], operationOf(this, operations));
		});
		routed.last = run.then(
			() => {},
			() => {
				routed.hasFailed = true;
			},
		);
		return await run;
	};
}
