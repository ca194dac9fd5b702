import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type NodeApiError,
	type UserError,
} from 'n8n-workflow';
import { Ending, NotSent } from './abort';
import type { ItemContext } from './context';
import type { Batching } from './settings';

/** What the items of one run of the node know of each other. */
export class Run {
	/** How many items the run has. */
	readonly total: number;

	/** What each finished item gave. */
	readonly results: Map<number, INodeExecutionData[]>;

	/** Items of which it is not known what became of them: no answer came. */
	readonly doubtful: Set<number>;

	/** Those of them that must not be sent again, with their words, the report of the run left out. */
	readonly unrepeatable: Map<number, UserError>;

	/** Items whose requests are under way, also those of a try that the engine has given up. */
	readonly underWay: Map<number, Promise<unknown>>;

	/** Which items start together, once it was read. */
	batching?: Batching;

	private readonly joined = new Set<number>();

	private active = 0;

	private whenSettled: Array<() => void> = [];

	private waitingForAll: Array<() => void> = [];

	/** Ends every wait. */
	readonly ending: Ending;

	/** @param earlier the try before this one, of which everything stays known */
	constructor(total: number, canceled?: AbortSignal, earlier?: Run) {
		this.total = total;
		this.ending = new Ending(canceled);
		this.results = earlier?.results ?? new Map<number, INodeExecutionData[]>();
		this.doubtful = earlier?.doubtful ?? new Set<number>();
		this.underWay = earlier?.underWay ?? new Map<number, Promise<unknown>>();
		this.unrepeatable = earlier?.unrepeatable ?? new Map<number, UserError>();
	}

	private get haveAllJoined(): boolean {
		return this.joined.size >= this.total;
	}

	has(itemIndex: number): boolean {
		return this.joined.has(itemIndex);
	}

	/** Notes that an item's parameters are being read. */
	join(itemIndex: number): void {
		this.joined.add(itemIndex);
		if (this.haveAllJoined) this.waitingForAll.splice(0).forEach((resolve) => resolve());
	}

	/** Resolves when all items have joined; never, where the engine gave up on one of them. */
	async whenAllJoined(): Promise<void> {
		if (this.haveAllJoined) return;
		await new Promise<void>((resolve) => this.waitingForAll.push(resolve));
	}

	/** Runs the requests of one item, and remembers what became of it. */
	async track(
		itemIndex: number,
		task: () => Promise<INodeExecutionData[]>,
	): Promise<PromiseSettledResult<INodeExecutionData[]>> {
		this.active += 1;
		const settling = Promise.allSettled([task()]);
		this.underWay.set(itemIndex, settling);
		const [outcome] = await settling;
		this.underWay.delete(itemIndex);
		if (outcome.status === 'fulfilled') {
			this.results.set(itemIndex, outcome.value);
			this.doubtful.delete(itemIndex);
		} else if ((outcome.reason as Partial<NodeApiError>).context?.outcomeUnknown) {
			this.doubtful.add(itemIndex);
		}
		this.active -= 1;
		if (this.active === 0) this.whenSettled.splice(0).forEach((resolve) => resolve());
		return outcome;
	}

	/** Resolves when no item of the run has a request in flight. */
	async settled(): Promise<void> {
		if (this.active === 0) return;
		await new Promise<void>((resolve) => this.whenSettled.push(resolve));
	}

	/** Ends the run: nothing more of it will be sent. */
	stop(): void {
		this.ending.end();
	}

	/** Throws NotSent once the run has been stopped or canceled. */
	check(): void {
		if (this.ending.isHere) throw new NotSent();
	}
}

const runs = new WeakMap<object, Run>();

/** Whether an agent calls the node as its tool, lending it the agent's own execute data. */
function isToolCall(context: ItemContext): boolean {
	return context.getExecuteData().node.name !== context.getNode().name;
}

/**
 * What all items of one run share, its retries included, and no other run has; the engine frees it
 * with the run. For a tool call that is its arguments: all calls share the agent's execute data.
 */
function keyOf(context: ItemContext): object {
	return isToolCall(context)
		? context.getInputData(0, NodeConnectionTypes.AiTool).json
		: context.getExecuteData();
}

function itemCount(context: ItemContext): number {
	// With "Execute Once", the execute data still holds the items that are left out.
	if (isToolCall(context) || context.getNode().executeOnce) return 1;
	return Object.values(context.getExecuteData().data)[0]?.[0]?.length ?? 0;
}

/** The run that is under way, once an item of it has joined. */
export function runOf(context: IExecuteFunctions): Run | undefined {
	return runs.get(context.getExecuteData());
}

/**
 * Gives the run an item belongs to. "Retry On Fail" sends every item through again: the new try
 * starts afresh but keeps what is known, so that what was carried out is not carried out twice.
 */
export function joinRun(context: ItemContext): Run {
	const key = keyOf(context);
	const itemIndex = context.getItemIndex();
	let run = runs.get(key);
	if (!run || run.has(itemIndex)) {
		run = new Run(itemCount(context), context.getExecutionCancelSignal(), run);
		runs.set(key, run);
	}
	run.join(itemIndex);
	return run;
}
