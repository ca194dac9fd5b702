import { NodeConnectionTypes, type INodeExecutionData, type UserError } from 'n8n-workflow';
import type { ItemContext } from './itemContext';

/**
 * What is known of the items of one execution of the node. n8n's "Retry On Fail" sends all items
 * again; what was carried out must not be carried out twice.
 */
export interface ExecutionRecord {
	/** How many items there are. */
	total: number;
	/** The output of each item that was carried out. */
	results: Map<number, INodeExecutionData[]>;
	/** Items of which it is not known whether they were carried out: no answer came. */
	unknown: Set<number>;
	/** Those of them that must not be sent again, with what the user reads. */
	unrepeatable: Map<number, UserError>;
	/** Items that n8n's routing calls the node for, one by one. */
	routed: {
		items: Set<number>;
		/** Start the items that wait until n8n has called for all. */
		waiting: Array<() => void>;
		hasFailed: boolean;
		/** Resolves when those called for so far have ended. */
		last: Promise<void>;
	};
}

const records = new WeakMap<object, ExecutionRecord>();

/** Whether an agent calls the node as its tool, lending it the agent's own execute data. */
function isToolCall(context: ItemContext): boolean {
	return context.getExecuteData().node.name !== context.getNode().name;
}

function itemCount(context: ItemContext): number {
	// With "Execute Once", the execute data still holds the items that are left out.
	if (isToolCall(context) || context.getNode().executeOnce) return 1;
	return Object.values(context.getExecuteData().data)[0]?.[0]?.length ?? 0;
}

/** The record of the execution that an item belongs to; n8n frees it with the execution. */
export function recordOf(context: ItemContext): ExecutionRecord {
	// All calls of a tool share the agent's execute data, but not their arguments.
	const key = isToolCall(context)
		? context.getInputData(0, NodeConnectionTypes.AiTool).json
		: context.getExecuteData();
	const known = records.get(key);
	if (known) return known;
	const record: ExecutionRecord = {
		total: itemCount(context),
		results: new Map(),
		unknown: new Set(),
		unrepeatable: new Map(),
		routed: { items: new Set(), waiting: [], hasFailed: false, last: Promise.resolve() },
	};
	records.set(key, record);
	return record;
}
