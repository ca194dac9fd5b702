import { sleep, type INodeExecutionData } from 'n8n-workflow';
import type { Answer } from './seenEvents';

/** How often an answer is looked at. */
const POLL_INTERVAL_MS = 20;

/**
 * For how long later events wait for n8n to answer. It may never do so: an execution can be stopped
 * while it waits for n8n's limit of concurrent executions.
 */
const MAX_WAIT_MS = 600_000;

/** An event that is to start the workflow. */
export interface Start {
	/** Its ID among the seen events. */
	event: string;
	item: INodeExecutionData;
	answer: Answer;
}

/** Events that start the workflow in one execution: the request of the first does it for all. */
interface Batch {
	starts: Start[];
	isOpen: boolean;
	hasStarted: Promise<boolean>;
}

/** The latest batch of each trigger, until n8n has started the workflow with it. */
const latestBatches = new Map<string, Batch>();

/** Whether n8n starts the workflow. It sets its answer also where the sender has hung up. */
async function isStarted(answer: Answer): Promise<boolean> {
	const end = Date.now() + MAX_WAIT_MS;
	while (!answer.writableEnded && Date.now() < end) await sleep(POLL_INTERVAL_MS);
	return answer.writableEnded && answer.statusCode < 300;
}

/**
 * Adds an event to the batch that waits while n8n is starting the workflow for earlier events, or
 * begins a batch. One execution with many items takes n8n hardly longer than one with one item.
 *
 * @param trigger the ID of the trigger
 * @param max how many events a batch has at most
 * @returns the batch, where this event's request has to start the workflow with it; else whether
 *   another request has started the workflow with this event
 */
export async function startInBatch(
	trigger: string,
	start: Start,
	max: number,
): Promise<Start[] | boolean> {
	const latest = latestBatches.get(trigger);
	if (latest?.isOpen && latest.starts.length < max) {
		latest.starts.push(start);
		return await latest.hasStarted;
	}
	const previousEnded = Promise.resolve(latest?.hasStarted).then(() => void (batch.isOpen = false));
	const batch: Batch = {
		starts: [start],
		isOpen: true,
		hasStarted: previousEnded.then(async () => await isStarted(start.answer)),
	};
	latestBatches.set(trigger, batch);
	void batch.hasStarted.then(
		() => latestBatches.get(trigger) === batch && latestBatches.delete(trigger),
	);
	await previousEnded;
	return batch.starts;
}
