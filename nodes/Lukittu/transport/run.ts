import type {
	IExecuteData,
	IExecuteSingleFunctions,
	INodeExecutionData,
	UserError,
} from 'n8n-workflow';

/** Thrown in place of sending, once the run is going to end. */
export class NotSent extends Error {}

/** What the items of one run of the node know of each other. */
export class Run {
	/** Items whose parameters have been read. */
	readonly joined = new Set<number>();

	/** What each finished item gave. */
	readonly results: Map<number, INodeExecutionData[]>;

	/** Items that must not be sent again, with the reason: what became of them is not known. */
	readonly unknown: Map<number, UserError>;

	private isStopped = false;

	private active = 0;

	private whenSettled: Array<() => void> = [];

	/** @param earlier the try before this one, whose outcome stays known */
	constructor(earlier?: Run) {
		this.results = earlier?.results ?? new Map<number, INodeExecutionData[]>();
		this.unknown = earlier?.unknown ?? new Map<number, UserError>();
	}

	/** Runs the requests of one item, and remembers what they gave. */
	async track(
		itemIndex: number,
		task: () => Promise<INodeExecutionData[]>,
	): Promise<INodeExecutionData[]> {
		this.active += 1;
		try {
			const result = await task();
			this.results.set(itemIndex, result);
			return result;
		} finally {
			this.active -= 1;
			if (this.active === 0) this.whenSettled.splice(0).forEach((resolve) => resolve());
		}
	}

	/** Resolves when no item of the run has a request in flight. */
	async settled(): Promise<void> {
		if (this.active === 0) return;
		await new Promise<void>((resolve) => this.whenSettled.push(resolve));
	}

	/** Ends the run: nothing more of it will be sent. */
	stop(): void {
		this.isStopped = true;
	}

	/** Throws NotSent once the run has been stopped. */
	check(): void {
		if (this.isStopped) throw new NotSent();
	}
}

// The engine hands the same object to all items of a run, and frees it with the run.
const runs = new WeakMap<IExecuteData, Run>();

/**
 * Gives the run an item belongs to. "Retry On Fail" sends every item through again, with the same
 * object: the new try starts afresh but keeps what is known, so that what was carried out is not
 * carried out twice.
 */
export function joinRun(context: IExecuteSingleFunctions): Run {
	const key = context.getExecuteData();
	const itemIndex = context.getItemIndex();
	let run = runs.get(key);
	if (!run || run.joined.has(itemIndex)) {
		run = new Run(run);
		runs.set(key, run);
	}
	run.joined.add(itemIndex);
	return run;
}
