import { createHash } from 'crypto';
import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';
import { MAX_REPEAT_WINDOW_MS } from './settings';

/** Most entries of one trigger that this process remembers; a delivery makes two. */
export const MOST_REMEMBERED = 20_000;
/** Most of them that go into the workflow's static data, which n8n reads and writes each time. */
export const MOST_SAVED = 1_000;

/** n8n's answer to a delivery: what became of the workflow shows in it. */
export interface Answer {
	statusCode: number;
	writableEnded: boolean;
	once(event: 'close', listener: () => void): unknown;
}

interface Starting {
	answer: Answer;
	at: number;
}

/** What one trigger has received, in this process. */
interface Memory {
	usedAt: number;
	/** When something was received last, by its name, in this order. */
	received: Map<string, number>;
	/** Deliveries of which n8n has not said yet whether their workflow started. */
	starting: Map<string, Starting>;
}

const memories = new Map<string, Memory>();

/** A name for what was received: short, since many are kept. */
function named(kind: 'event' | 'signature', ...parts: Array<string | Uint8Array>): string {
	const hash = createHash('sha256').update(kind);
	for (const part of parts) hash.update('\n').update(part);
	return hash.digest('base64url').slice(0, 22);
}

/** Names a delivery: the same for each repeat of it, since only its headers change. */
export const deliveryName = (event: string, body: Uint8Array) => named('event', event, body);

/** Names one request: Lukittu signs each with a time of its own. */
export const requestName = (signature: string) => named('signature', signature);

function note(received: Map<string, number>, name: string, at: number): void {
	received.delete(name);
	received.set(name, at);
}

/** Takes over what n8n has answered by now: 2xx only where the workflow has started. */
function settle({ received, starting }: Memory): void {
	for (const [name, { answer, at }] of starting) {
		if (!answer.writableEnded) continue;
		starting.delete(name);
		if (answer.statusCode < 300) note(received, name, at);
	}
}

/** Forgets what is older than `since`, and the oldest where there is too much. */
function forget({ received, starting }: Memory, since: number): void {
	for (const [name, at] of received) {
		if (at >= since && received.size <= MOST_REMEMBERED) break;
		received.delete(name);
	}
	for (const [name, { at }] of starting) if (at < since) starting.delete(name);
}

/** What was saved in the workflow's static data, by this process or another. */
function readSaved(data: IDataObject, since: number): Array<[string, number]> {
	return Object.entries((data.received ?? {}) as Record<string, unknown>).filter(
		(entry): entry is [string, number] => typeof entry[1] === 'number' && entry[1] >= since,
	);
}

/** Names a trigger among all that this process runs. */
export const triggerName = (context: IWebhookFunctions) =>
	`${context.getWorkflow().id} ${context.getNode().id}`;

/** The memory of one trigger; those of triggers that are used no more go. */
function memoryOf(trigger: string, now: number): Memory {
	for (const [other, { usedAt }] of memories) {
		if (usedAt < now - MAX_REPEAT_WINDOW_MS) memories.delete(other);
	}
	const memory = memories.get(trigger) ?? { usedAt: now, received: new Map(), starting: new Map() };
	memory.usedAt = now;
	memories.set(trigger, memory);
	return memory;
}

/** Takes over what another process has saved, or this one before it was restarted. */
function takeOver({ received }: Memory, data: IDataObject, since: number): void {
	for (const [name, at] of readSaved(data, since)) {
		if ((received.get(name) ?? -Infinity) < at) note(received, name, at);
	}
}

/** The newest of what was received, as it is saved. */
function newestOf(received: Map<string, number>, most: number): Record<string, number> {
	const newest: Record<string, number> = {};
	let older = received.size - most;
	for (const [name, at] of received) if (--older < 0) newest[name] = at;
	return newest;
}

/** A trigger's memory of what it has received, in this process and in others. */
export interface Recollection {
	/** Whether it was received since then. */
	has(name: string, since: number): boolean;
	/** Whether n8n has not said yet whether it started the workflow for this. */
	isStarting(name: string): boolean;
	/** Remembers it. What is there already is renewed. */
	add(...names: string[]): void;
	/** Remembers it if n8n starts the workflow, which its answer will show. */
	addIfStarted(name: string, answer: Answer): void;
	/** Has n8n save what is remembered, and with it what n8n saves only if the workflow starts. */
	save(...starting: string[]): void;
}

/**
 * Recalls what a trigger has received since a time.
 *
 * The process remembers it by itself, where no two requests get into each other's way. n8n's static
 * data keeps it for a restart and for other processes: n8n reads it before a request and writes it
 * once the workflow has started, so that the last of several requests at once decides what is in
 * it. Each therefore writes all that this process knows, once, since n8n is slow with static data.
 */
export function recall(context: IWebhookFunctions, since: number, now: number): Recollection {
	const memory = memoryOf(triggerName(context), now);
	const data = context.getWorkflowStaticData('node');
	const { received, starting } = memory;
	settle(memory);
	forget(memory, since);
	takeOver(memory, data, since);
	return {
		has: (name, from) => (received.get(name) ?? -Infinity) >= from,
		isStarting: (name) => starting.has(name),
		add(...names) {
			for (const name of names) note(received, name, now);
		},
		addIfStarted(name, answer) {
			starting.set(name, { answer, at: now });
			answer.once('close', () => settle(memory));
		},
		save(...names) {
			const newest = newestOf(received, MOST_SAVED - names.length);
			for (const name of names) newest[name] = now;
			data.received = newest;
		},
	};
}
