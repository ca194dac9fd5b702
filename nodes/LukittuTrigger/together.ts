import { sleep, type INodeExecutionData } from 'n8n-workflow';
import type { Answer } from './repeats';

/** How often an answer is looked at, and for how long. */
const PAUSE_MS = 20;
const PATIENCE_MS = 300_000;

/** An event that is to start the workflow. */
export interface Start {
	/** Its name among what was received. */
	delivery: string;
	item: INodeExecutionData;
	answer: Answer;
}

/** Events that start the workflow together: the request of the first one does it for all. */
interface Group {
	starts: Start[];
	isOpen: boolean;
	hasStarted: Promise<boolean>;
}

/** The newest group of each trigger, until n8n has started the workflow for it. */
const newest = new Map<string, Group>();

/** Whether n8n starts the workflow: its answer tells, even where nobody is there to get it. */
async function isStarted(answer: Answer): Promise<boolean> {
	for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += PAUSE_MS) {
		if (answer.writableEnded) return answer.statusCode < 300;
		await sleep(PAUSE_MS);
	}
	return false;
}

/**
 * Lets events that come while n8n is starting the workflow for others wait for that, and then start
 * it together: one execution with many items takes n8n hardly longer than one with one.
 *
 * @param trigger where the events came
 * @param most how many events start the workflow together at most
 * @returns the events with which this one's request has to start the workflow; or whether another
 *   request has started it with this event
 */
export async function startTogether(
	trigger: string,
	start: Start,
	most: number,
): Promise<Start[] | boolean> {
	const before = newest.get(trigger);
	if (before?.isOpen && before.starts.length < most) {
		before.starts.push(start);
		return await before.hasStarted;
	}
	const turn = Promise.resolve(before?.hasStarted).then(() => void (group.isOpen = false));
	const group: Group = {
		starts: [start],
		isOpen: true,
		hasStarted: turn.then(async () => await isStarted(start.answer)),
	};
	newest.set(trigger, group);
	void group.hasStarted.then(() => newest.get(trigger) === group && newest.delete(trigger));
	await turn;
	return group.starts;
}
