import {
	sleep,
	UserError,
	type IDataObject,
	type INodeExecutionData,
	type NodeApiError,
} from 'n8n-workflow';
import { itemError } from '../errors/nodeErrors';
import { CanceledError, untilCanceled } from '../transport/cancellation';
import { ItemClient, type ItemOrder } from '../transport/client';
import type { HttpOptions, RunState } from '../transport/request';
import { withoutKey } from '../transport/secrets';
import type { RetryOptions } from '../types';
import { recordOf, type ExecutionRecord } from './executionRecord';
import type { ItemContext } from './itemContext';
import type { ItemTask, Operation } from './operation';
import { addReport } from './report';
import { readHttpOptions, type Batching } from './requestOptions';
import { readRetryOptions } from './retryOptions';

const ALL_AT_ONCE: Batching = { size: Infinity, intervalMs: 0 };

/** What the items of one run share. */
class Run implements RunState {
	hasSucceeded = false;

	/** By item. Only the first failed item ends the run, but others may fail while they end. */
	readonly failures = new Map<number, NodeApiError>();

	/** Aborts when an item has failed, or the execution is canceled. */
	readonly signal: AbortSignal;

	private readonly end = new AbortController();

	private lastInOrder = Promise.resolve();

	constructor(
		readonly record: ExecutionRecord,
		canceled: AbortSignal | undefined,
	) {
		this.signal = AbortSignal.any([this.end.signal, ...(canceled ? [canceled] : [])]);
	}

	/** Sends nothing more. */
	stop(): void {
		this.end.abort();
	}

	/** The place of the next item in the order of the items. */
	nextInOrder(): ItemOrder {
		const earlier = this.lastInOrder;
		let next = () => {};
		const passed = new Promise<void>((resolve) => {
			next = resolve;
		});
		this.lastInOrder = earlier.then(async () => await passed);
		return { earlier, next };
	}
}

/** An item whose parameters were read. */
interface PreparedItem {
	context: ItemContext;
	task: ItemTask;
	retryOptions: RetryOptions;
	httpOptions: HttpOptions;
}

/** Reads what an item needs. Nothing is sent before this has gone well for the whole batch. */
function prepareItem(context: ItemContext, { prepare }: Operation, { record }: Run): PreparedItem {
	const unrepeatable = record.unrepeatable.get(context.getItemIndex());
	if (unrepeatable) throw unrepeatable;
	return {
		context,
		task: prepare(context),
		retryOptions: readRetryOptions(context),
		httpOptions: readHttpOptions(context),
	};
}

/**
 * What a failed item puts out where the node is set to continue. Without n8n's own `error` beside
 * it, which would make the engine drop the input's data from the error output; with no other keys,
 * which the engine would not take for an error.
 */
function errorJson({ message, description }: NodeApiError): IDataObject {
	return { error: message, ...(description && { details: description }) };
}

/** Ends an item that failed: with an error item, or with the whole run. */
function failItem(context: ItemContext, run: Run, failure: NodeApiError): INodeExecutionData[] {
	const item = context.getItemIndex();
	const { record } = run;
	const { message, description } = failure;
	if (failure.context.mustNotRepeat) {
		const words = { description: description ?? undefined };
		record.unrepeatable.set(item, new UserError(message, words));
	}
	if (record.unknown.has(item) && failure.httpCode === '404') {
		failure.description = `${description ?? ''} An earlier try of this item got no answer; it may have been carried out then.`;
	}
	if (failure.context.outcomeUnknown) record.unknown.add(item);
	if (context.continueOnFail()) return [{ json: errorJson(failure), pairedItem: { item } }];
	// For the editor, which shows them.
	const { $runIndex: runIndex } = context.getWorkflowDataProxy(item);
	Object.assign(failure.context, { itemIndex: item, runIndex });
	run.failures.set(item, failure);
	run.stop();
	return [];
}

/** Carries one item out, unless an earlier try of the run already did. */
async function runItem(prepared: PreparedItem, run: Run): Promise<INodeExecutionData[]> {
	const { context, task, retryOptions, httpOptions } = prepared;
	const item = context.getItemIndex();
	const known = run.record.results.get(item);
	if (known) return known;

	const itemEnd = new AbortController();
	const order = run.nextInOrder();
	const client = new ItemClient(
		{
			context,
			httpOptions,
			retryOptions,
			run,
			signal: AbortSignal.any([run.signal, itemEnd.signal]),
		},
		order,
		// At once, so that no other item starts a request in between.
		() => {
			if (!context.continueOnFail()) run.stop();
		},
	);
	const [outcome] = await Promise.allSettled([task(client)]);
	// An item that has ended needs no more of the pages it asked for.
	itemEnd.abort();
	order.next();

	if (outcome.status === 'fulfilled') {
		const output = outcome.value.map((json) => ({
			json: withoutKey(json, client.leakedKey),
			pairedItem: { item },
		}));
		run.record.results.set(item, output);
		run.record.unknown.delete(item);
		return output;
	}
	// Of an item's pages, those that are canceled may end before the one that failed.
	const reason: unknown = outcome.reason instanceof CanceledError ? client.failure : outcome.reason;
	if (reason === undefined) return [];
	const clean = <T>(words: T) => withoutKey(words, client.leakedKey);
	return failItem(context, run, itemError(context.getNode(), reason, clean));
}

/** For so long, expressions are evaluated before other executions of the process get their turn. */
const LONGEST_BLOCK_MS = 25;

/** Starts the items of one batch, in their order, once the parameters of all of them were read. */
async function startBatch(
	contexts: ItemContext[],
	operation: Operation,
	run: Run,
): Promise<Array<Promise<INodeExecutionData[]>>> {
	const starts: Array<() => Promise<INodeExecutionData[]>> = [];
	let begun = Date.now();
	for (const context of contexts) {
		if (Date.now() - begun > LONGEST_BLOCK_MS) {
			await sleep(0);
			begun = Date.now();
		}
		try {
			const prepared = prepareItem(context, operation, run);
			starts.push(async () => await runItem(prepared, run));
		} catch (error) {
			const output = failItem(context, run, itemError(context.getNode(), error));
			// A value that is not as it must be leaves nothing done for the others.
			if (run.signal.aborted) return [];
			starts.push(async () => await Promise.resolve(output));
		}
	}
	return starts.map(async (start) => await start());
}

/**
 * Carries an operation out for some items, all at once or in n8n's batches. The first item that
 * fails ends the run, unless the node is set to continue.
 *
 * @param contexts one an item
 * @returns the output of all items in their order, each paired with its input
 * @throws NodeApiError of the first item that failed, with what had been carried out
 */
export async function runItems(
	contexts: ItemContext[],
	operation: Operation,
	{ size, intervalMs }: Batching = ALL_AT_ONCE,
): Promise<INodeExecutionData[]> {
	const [first] = contexts;
	if (!first) return [];
	const run = new Run(recordOf(first), first.getExecutionCancelSignal());
	let running: Array<Promise<INodeExecutionData[]>> = [];
	for (let from = 0; from < contexts.length && !run.signal.aborted; from += size) {
		if (from > 0) await Promise.allSettled([untilCanceled(run.signal, sleep(intervalMs))]);
		if (run.signal.aborted) break;
		const batch = contexts.slice(from, from + size);
		running = running.concat(await startBatch(batch, operation, run));
	}
	const outputs = await Promise.all(running);
	const [item] = [...run.failures.keys()].sort((a, b) => a - b);
	const failure = run.failures.get(item);
	if (!failure) return outputs.flat();

	if (!operation.isReadOnly) addReport(failure, run.record);
	throw failure;
}
