import {
	UserError,
	type IDataObject,
	type IExecuteFunctions,
	type IExecutePaginationFunctions,
	type INodeExecutionData,
	type INodePropertyRouting,
	type NodeApiError,
} from 'n8n-workflow';
import { operationError } from './errors';
import { NotSent } from './abort';
import type { ItemContext } from './context';
import { carryOutItems } from './items';
import { readPatience, type Patience } from './patience';
import { lukittuRequest, type Guard, type Send } from './request';
import { joinRun, type Run } from './run';
import { withoutKey } from './secrets';
import { readBatching, readTemplate, type Template } from './settings';

/** Sends what an item needs and gives back its output, one object an output item. */
export type CarryOut = (send: Send) => Promise<IDataObject[]>;

/**
 * Reads and checks the parameters of one item, at once and without sending anything, and gives
 * back what is to be done.
 *
 * @throws UserError if a parameter is not as it must be
 */
export type Prepare = (context: ItemContext) => CarryOut;

/** The last item that n8n's routing prepares together with this one, before any request starts. */
function lastOfBatch(context: ItemContext, run: Run): number {
	const { size } = (run.batching ??= readBatching(context));
	if (size === Infinity) return run.total - 1;
	return Math.min((Math.floor(context.getItemIndex() / size) + 1) * size, run.total) - 1;
}

/**
 * Whether n8n's routing has given up on a later item of the batch, for example because an
 * expression in it could not be evaluated. It prepares the batch before any request can start,
 * throws, and forgets the items before: their requests must not go out behind the user's back.
 */
function isAbandoned(context: ItemContext, run: Run): boolean {
	if (context.isOwnRun || context.continueOnFail()) return false;
	return !run.has(lastOfBatch(context, run));
}

/**
 * What a failed item gives where the node is set to continue. Without n8n's own `error` beside
 * it, which would make the engine drop the input's data from the error output; with no other
 * keys, which the engine would not take for an error.
 */
function errorJson({ message, description }: NodeApiError): IDataObject {
	return { error: message, ...(description && { details: description }) };
}

/** Tells what a run had carried out before it ended, so that nothing done stays unknown. */
function withReport(error: NodeApiError, { results, doubtful, total }: Run): NodeApiError {
	if (total < 2) return error;
	const done = [...results]
		.sort(([a], [b]) => a - b)
		.map(([item, [output]]) => {
			const { id, customerId, licenseId, licenseKey } = output?.json ?? {};
			return `item ${item}: ${String(id ?? customerId ?? licenseId ?? licenseKey)}`;
		});
	const unknown = [...doubtful].sort((a, b) => a - b).map((item) => `item ${item}`);
	const report = [
		done.length > 0 &&
			`${done.length} of ${total} items had been carried out and stay so (counted from 0): ${done.join(', ')}.`,
		unknown.length > 0 &&
			`Not known, because no answer came: ${unknown.join(', ')}. Look them up in Lukittu.`,
	].filter(Boolean);
	if (report.length === 0) report.push(`None of the ${total} items was carried out.`);
	error.description = [error.description, ...report].filter(Boolean).join('\n\n');
	return error;
}

/** What one item needs. */
interface Prepared {
	carryOut: CarryOut;
	patience: Patience;
	template: Template;
}

/** Prepares one item; a parameter that is not as it must be ends the run before anything is sent. */
function prepareItem(context: ItemContext, run: Run, prepare: Prepare): Prepared {
	const unrepeatable = run.unrepeatable.get(context.getItemIndex());
	let prepared: Prepared | undefined;
	try {
		if (unrepeatable) throw unrepeatable;
		prepared = {
			carryOut: prepare(context),
			patience: readPatience(context),
			template: readTemplate(context),
		};
		return prepared;
	} finally {
		if (!prepared && !context.continueOnFail()) run.stop();
	}
}

/** What is learned on an item's way. */
interface Fate {
	/** What ended the run, where it was this item. */
	failure?: unknown;
	/** The key, where the server may have sent it back: it must not come out. */
	apiKey?: unknown;
}

/** The way to Lukittu for one item: closed once the run has ended, and ending it at a refusal. */
function sendFor(
	context: ItemContext,
	run: Run,
	{ patience, template }: Prepared,
	fate: Fate,
): Send {
	const { ending } = run;
	let hasSent = false;
	const send: Send = async (request) => {
		const guard: Guard = async (exchange, goesOn) => {
			run.check();
			const [outcome] = await Promise.allSettled([exchange()]);
			if (outcome.status === 'fulfilled') return outcome.value;
			const isEnd = !goesOn(outcome.reason) && !request.isOptional;
			if (isEnd && !context.continueOnFail()) {
				fate.failure ??= outcome.reason;
				run.stop();
			}
			throw outcome.reason;
		};
		// What was read is written back before others are read, so that it is still true then.
		const isUrgent = hasSent && request.method === 'PUT';
		hasSent = true;
		const seeKey = (apiKey: unknown) => {
			fate.apiKey = apiKey;
		};
		const conditions = { template, guard, patience, ending, isUrgent, seeKey };
		return await lukittuRequest(context, request, conditions);
	};
	send.ending = ending;
	return send;
}

/** Ends an item that failed: with an error item, or with the whole run and the report of it. */
async function endItem(
	context: ItemContext,
	run: Run,
	failure: NodeApiError,
	isRead: boolean,
): Promise<INodeExecutionData[]> {
	const item = context.getItemIndex();
	const { message, description } = failure;
	if (failure.context.mustNotRepeat) {
		run.unrepeatable.set(item, new UserError(message, { description: description ?? undefined }));
	}
	if (run.doubtful.has(item) && failure.httpCode === '404') {
		failure.description = `${description ?? ''} An earlier try of this item got no answer; it may have been carried out then.`;
	}
	if (context.continueOnFail()) return [{ json: errorJson(failure), pairedItem: { item } }];

	run.stop();
	await run.settled();
	// n8n's routing looks at rejections only once it has prepared all items.
	if (isAbandoned(context, run)) return [];
	await run.whenAllJoined();
	throw isRead ? failure : withReport(failure, run);
}

/** Carries an operation out for one item: its output, or the end of the whole run. */
async function carryOutItem(
	context: ItemContext,
	prepare: Prepare,
	isRead: boolean,
): Promise<INodeExecutionData[]> {
	const run = joinRun(context);
	const item = context.getItemIndex();
	// A try before this one may still be at it, where n8n's routing gave up on a later batch.
	const underWay = run.underWay.get(item);
	if (underWay) await underWay;
	const earlier = run.results.get(item);
	if (earlier) return earlier;

	const fate: Fate = {};
	const outcome = await run.track(item, async () => {
		const prepared = prepareItem(context, run, prepare);
		// Every item is prepared before the first request starts.
		await Promise.resolve();
		if (isAbandoned(context, run)) throw new NotSent();
		run.check();
		const outputs = await prepared.carryOut(sendFor(context, run, prepared, fate));
		return outputs.map((json) => {
			return { json: withoutKey(json, fate.apiKey), pairedItem: { item } };
		});
	});
	if (outcome.status === 'fulfilled') return outcome.value;
	// Of an item's pages, those that were not sent any more may end first.
	const reason: unknown = outcome.reason instanceof NotSent ? fate.failure : outcome.reason;
	// The run ends with the first rejection, which must be that of the item that failed.
	if (reason === undefined) return [];
	const failure = operationError(context.getNode(), reason, fate.apiKey);
	return await endItem(context, run, failure, isRead);
}

/** The two ways in which n8n calls an operation. */
export interface Operation {
	/**
	 * For n8n's routing, which calls the pagination function of an operation once an item. It is how
	 * an AI agent calls a tool by itself.
	 */
	routing: INodePropertyRouting;
	/** For n8n's `customOperations`, which it calls in place of its routing once a run. */
	carryOutAll: (this: IExecuteFunctions) => Promise<INodeExecutionData[][]>;
}

/**
 * The door through which every operation goes. Ends the run at the first failed item unless the
 * node is set to continue, and pairs every output item with its input.
 *
 * @param prepare reads one item's parameters; called for all items before anything is sent
 * @param isRead whether the operation changes nothing, so that there is nothing to report
 */
export function throughDoor(prepare: Prepare, isRead = false): Operation {
	async function pagination(this: IExecutePaginationFunctions): Promise<INodeExecutionData[]> {
		return await carryOutItem(this, prepare, isRead);
	}
	return {
		routing: { send: { paginate: true }, operations: { pagination } },
		async carryOutAll() {
			return await carryOutItems(this, async (item) => await carryOutItem(item, prepare, isRead));
		},
	};
}

/** A resource's operations as n8n's `customOperations` has them. */
export function allItemsOf(
	operations: Record<string, Operation>,
): Record<string, Operation['carryOutAll']> {
	return Object.fromEntries(
		Object.entries(operations).map(([name, { carryOutAll }]) => [name, carryOutAll]),
	);
}
