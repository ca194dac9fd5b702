import {
	UserError,
	type DeclarativeRestApiSettings,
	type IDataObject,
	type IExecutePaginationFunctions,
	type IHttpRequestOptions,
	type INodeExecutionData,
	type NodeApiError,
} from 'n8n-workflow';
import { operationError } from './errors';
import { lukittuRequest, type Guard, type Send } from './request';
import { joinRun, NotSent, type Run } from './run';

/** Sends what an item needs and gives back its output, one object an output item. */
export type CarryOut = (send: Send) => Promise<IDataObject[]>;

/**
 * Reads and checks the parameters of one item, at once and without sending anything, and gives
 * back what is to be done.
 *
 * @throws UserError if a parameter is not as it must be
 */
export type Prepare = (context: IExecutePaginationFunctions) => CarryOut;

type PaginationFunction = (
	this: IExecutePaginationFunctions,
	requestData: DeclarativeRestApiSettings.ResultOptions,
) => Promise<INodeExecutionData[]>;

function itemCount(context: IExecutePaginationFunctions): number {
	return Object.values(context.getExecuteData().data)[0]?.[0]?.length ?? 0;
}

function isBatched(context: IExecutePaginationFunctions): boolean {
	const options = context.getNode().parameters.requestOptions as IDataObject | undefined;
	return options?.batching !== undefined;
}

/**
 * Whether the engine has given up on a later item, for example because an expression in it could
 * not be evaluated. It prepares all items before any request can start, throws, and forgets the
 * items before: their requests must not go out behind the user's back.
 */
function isAbandoned(context: IExecutePaginationFunctions, run: Run): boolean {
	return !isBatched(context) && !context.continueOnFail() && run.joined.size < itemCount(context);
}

/**
 * What a failed item gives where the node is set to continue. Without n8n's own `error` beside
 * it, which would make the engine drop the input's data from the error output; with no other
 * keys, which the engine would not take for an error.
 */
function errorJson({ message, description }: NodeApiError): IDataObject {
	return { error: message, ...(description && { details: description }) };
}

/** The ID of what an item created or changed, for the message that ends a run. */
function idOf(result: INodeExecutionData[]): string {
	const json = result[0]?.json;
	return String(json?.id ?? json?.licenseId ?? json?.licenseKey ?? 'done');
}

/** Tells what a run had carried out before it ended, so that nothing done stays unknown. */
function withReport(error: NodeApiError, run: Run, total: number) {
	if (total < 2) return error;
	const done = [...run.results].sort(([a], [b]) => a - b);
	const list = done.map(([item, result]) => `item ${item}: ${idOf(result)}`).join(', ');
	const report =
		done.length === 0
			? `None of the ${total} items was carried out.`
			: `${done.length} of ${total} items had been carried out and stay so (counted from 0): ${list}.`;
	error.description = [error.description, report].filter(Boolean).join('\n\n');
	return error;
}

/**
 * The door through which every operation goes: the engine calls it where a node may bring a
 * pagination function, once an item. Ends the run at the first failed item unless the node is
 * set to continue, and pairs every output item with its input.
 *
 * @param prepare reads one item's parameters; called for all items before anything is sent
 * @param isRead whether the operation changes nothing, so that there is nothing to report
 */
export function throughDoor(prepare: Prepare, isRead = false): PaginationFunction {
	return async function (requestData) {
		const run = joinRun(this);
		const itemIndex = this.getItemIndex();
		const pairedItem = { item: itemIndex };
		const earlier = run.results.get(itemIndex);
		if (earlier) return earlier;

		const guard: Guard = async (exchange) => {
			run.check();
			if (this.getExecutionCancelSignal()?.aborted) throw new NotSent();
			let isAnswered = false;
			try {
				const answer = await exchange();
				isAnswered = true;
				return answer;
			} finally {
				if (!isAnswered && !this.continueOnFail()) run.stop();
			}
		};
		const template = requestData.options as Partial<IHttpRequestOptions>;
		const send: Send = async (request) => await lukittuRequest(this, request, template, guard);

		try {
			const unknown = run.unknown.get(itemIndex);
			if (unknown) throw unknown;
			const carryOut = prepare(this);
			return await run.track(itemIndex, async () => {
				// Every item is checked before the first request starts.
				await Promise.resolve();
				if (isAbandoned(this, run)) throw new NotSent();
				run.check();
				return (await carryOut(send)).map((json) => ({ json, pairedItem }));
			});
		} catch (error) {
			// The item that failed rejects; the engine takes the first rejection, so this one must not.
			if (error instanceof NotSent) return [];
			const failure = operationError(this.getNode(), error);
			if (failure.context.mustNotRepeat) {
				const { message, description } = failure;
				run.unknown.set(
					itemIndex,
					new UserError(message, { description: description ?? undefined }),
				);
			}
			if (this.continueOnFail()) {
				return [{ json: errorJson(failure), pairedItem }];
			}
			run.stop();
			await run.settled();
			throw isRead ? failure : withReport(failure, run, itemCount(this));
		}
	};
}
