import { createHash, randomUUID } from 'crypto';
import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';
import { isObject } from '../Lukittu/checks/answers';
import { MAX_REPEAT_WINDOW_MS } from './settings';

/**
 * How many events of one trigger are remembered at most, and as many requests. n8n reads and writes
 * them with each event, as static data of up to 240 kB for each of the two.
 */
export const MAX_SEEN = 10_000;

/** The name in the workflow's global static data under which all of its triggers are saved. */
const STATIC_DATA_KEY = 'lukittuTrigger';

const ID_LENGTH = 16;
const TIME_LENGTH = 8;

/** n8n's answer to a delivery: it shows whether the workflow was started. */
export interface Answer {
	statusCode: number;
	writableEnded: boolean;
	once(event: 'close', listener: () => void): unknown;
}

/** A short ID for something received, since many are stored. */
function hashId(kind: 'event' | 'request', ...parts: Array<string | Uint8Array>): string {
	const hash = createHash('sha256').update(kind);
	for (const part of parts) hash.update('\n').update(part);
	return hash.digest('base64url').slice(0, ID_LENGTH);
}

/**
 * Identifies an event. Lukittu sends no ID; each repeat has the same name and body. Two events never
 * share both: a change moves the entity's `updatedAt`, and an ID is created and deleted once.
 */
export const eventId = (event: string, body: Uint8Array) => hashId('event', event, body);

/** Identifies one request: Lukittu signs each with a new timestamp. */
export const requestId = (signature: string) => hashId('request', signature);

/** A time as text of fixed length, which sorts like the time. */
const encodeTime = (ms: number) => ms.toString(36).padStart(TIME_LENGTH, '0');

/** IDs with the time at which each was seen last, the oldest first, at most `MAX_SEEN`. */
class SeenIds {
	private times = new Map<string, string>();

	has(id: string, since: number): boolean {
		const time = this.times.get(id);
		return time !== undefined && time >= encodeTime(since);
	}

	add(id: string, ms: number): void {
		this.times.delete(id);
		this.times.set(id, encodeTime(ms));
		this.removeExcess();
	}

	get isEmpty(): boolean {
		return this.times.size === 0;
	}

	removeOlder(since: number): void {
		const oldest = encodeTime(since);
		for (const [id, time] of this.times) {
			if (time >= oldest) return;
			this.times.delete(id);
		}
	}

	/** All IDs with their times, in one text: n8n handles it many times faster than an object. */
	serialize(): string {
		let text = '';
		for (const [id, time] of this.times) text += id + time;
		return text;
	}

	/** Adds what `serialize()` wrote in another process, or in this one before a restart. */
	merge(text: unknown): void {
		if (typeof text !== 'string') return;
		for (let start = 0; start < text.length; start += ID_LENGTH + TIME_LENGTH) {
			const id = text.slice(start, start + ID_LENGTH);
			const time = text.slice(start + ID_LENGTH, start + ID_LENGTH + TIME_LENGTH);
			if ((this.times.get(id) ?? '') < time) this.times.set(id, time);
		}
		const sorted = [...this.times].sort(
			([, one], [, other]) => Number(one > other) - Number(one < other),
		);
		this.times = new Map(sorted);
		this.removeExcess();
	}

	private removeExcess(): void {
		for (const id of this.times.keys()) {
			if (this.times.size <= MAX_SEEN) return;
			this.times.delete(id);
		}
	}
}

/** What one trigger has received, in this process. */
class TriggerMemory {
	/** Events that started the workflow. */
	readonly events = new SeenIds();
	readonly requests = new SeenIds();
	/** Events that n8n is starting the workflow with: the answer to come, and since when. */
	readonly starting = new Map<string, { answer: Answer; since: number }>();

	/** Records the answers that n8n has given by now: 2xx only where the workflow was started. */
	recordAnswers(): void {
		for (const [event, { answer }] of this.starting) {
			if (!answer.writableEnded) continue;
			this.starting.delete(event);
			if (answer.statusCode < 300) this.events.add(event, Date.now());
		}
	}

	removeOlder({ eventsMs, requestsMs }: SeenWindows, now: number): void {
		this.events.removeOlder(now - eventsMs);
		this.requests.removeOlder(now - requestsMs);
		for (const [event, { since }] of this.starting) {
			if (since < now - eventsMs) this.starting.delete(event);
		}
	}
}

/** What the triggers of one workflow have received, in this process. */
interface WorkflowMemory {
	/** Marks static data that this memory wrote, and therefore knows. */
	id: string;
	usedAt: number;
	/** By the ID of the node, which stays when the node is renamed. */
	triggers: Map<string, TriggerMemory>;
}

const memories = new Map<string, WorkflowMemory>();

/** The memory of one workflow. Memories of workflows that are no longer in use are removed. */
function memoryOf(workflowId: string, now: number): WorkflowMemory {
	for (const [other, { usedAt }] of memories) {
		if (usedAt < now - MAX_REPEAT_WINDOW_MS) memories.delete(other);
	}
	const memory = memories.get(workflowId) ?? { id: randomUUID(), usedAt: now, triggers: new Map() };
	memory.usedAt = now;
	memories.set(workflowId, memory);
	return memory;
}

function triggerOf({ triggers }: WorkflowMemory, nodeId: string): TriggerMemory {
	const trigger = triggers.get(nodeId) ?? new TriggerMemory();
	triggers.set(nodeId, trigger);
	return trigger;
}

/** Merges what is in the static data, unless this memory wrote it. */
function mergeSaved(memory: WorkflowMemory, data: IDataObject): void {
	const saved = data[STATIC_DATA_KEY];
	if (!isObject(saved) || saved.savedBy === memory.id || !isObject(saved.triggers)) return;
	for (const [nodeId, ids] of Object.entries(saved.triggers)) {
		if (!isObject(ids)) continue;
		const { events, requests } = triggerOf(memory, nodeId);
		events.merge(ids.events);
		requests.merge(ids.requests);
	}
}

/** Writes what this memory knows into the static data. */
function write({ id, triggers }: WorkflowMemory, data: IDataObject, now: number): void {
	const used: Array<[string, IDataObject]> = [];
	for (const [nodeId, trigger] of triggers) {
		const { events, requests } = trigger;
		// A deleted trigger never removes its own.
		trigger.removeOlder({ eventsMs: MAX_REPEAT_WINDOW_MS, requestsMs: MAX_REPEAT_WINDOW_MS }, now);
		if (events.isEmpty && requests.isEmpty) continue;
		used.push([nodeId, { events: events.serialize(), requests: requests.serialize() }]);
	}
	data[STATIC_DATA_KEY] = { savedBy: id, triggers: Object.fromEntries(used) };
}

/** For how long things are remembered. */
export interface SeenWindows {
	eventsMs: number;
	requestsMs: number;
}

/** The events and requests that a trigger has received, in this process and in others. */
export interface SeenEvents {
	hasEvent(event: string): boolean;
	hasRequest(request: string): boolean;
	/** Whether n8n is just starting the workflow with this event. */
	isStarting(event: string): boolean;
	/** Adds an event that started the workflow. One that is there already counts from now on. */
	addEvent(event: string): void;
	addRequest(request: string): void;
	/** Adds events as soon as this answer of n8n's shows that they started the workflow. */
	addIfStarted(events: string[], answer: Answer): void;
	/** Has n8n save everything when it answers this request. */
	save(): void;
}

/**
 * Opens what a trigger has received.
 *
 * It is kept in the process, which sees all of its own requests at once. n8n's static data keeps it
 * for a restart and for other processes: n8n reads it before a request and writes it after, the
 * whole workflow's and without a lock. Each request therefore saves all that its process knows, of
 * the workflow's other triggers, too, which is why it is in the global part.
 *
 * @param now milliseconds since 1970
 */
export function openSeenEvents(
	context: IWebhookFunctions,
	windows: SeenWindows,
	now: number,
): SeenEvents {
	const memory = memoryOf(String(context.getWorkflow().id), now);
	const data = context.getWorkflowStaticData('global');
	mergeSaved(memory, data);
	const trigger = triggerOf(memory, context.getNode().id);
	const { events, requests, starting } = trigger;
	trigger.recordAnswers();
	trigger.removeOlder(windows, now);
	return {
		hasEvent: (event) => events.has(event, now - windows.eventsMs),
		hasRequest: (request) => requests.has(request, now - windows.requestsMs),
		isStarting: (event) => starting.has(event),
		addEvent(event) {
			starting.delete(event);
			events.add(event, Date.now());
		},
		addRequest: (request) => requests.add(request, now),
		addIfStarted(ids, answer) {
			for (const event of ids) starting.set(event, { answer, since: now });
			answer.once('close', () => trigger.recordAnswers());
		},
		save: () => write(memory, data, Date.now()),
	};
}
