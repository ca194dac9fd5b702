import { createHash, randomUUID } from 'crypto';
import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';
import { MAX_REPEAT_WINDOW_MS } from './settings';

/**
 * How many events of one trigger are remembered at most, and as many requests. n8n reads and writes
 * them with each event, as static data of up to 240 kB for each of the two.
 */
export const MAX_SEEN = 10_000;

/** After this time without an answer, n8n is not expected to start the workflow any more. */
export const START_TIMEOUT_MS = 600_000;

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
interface Memory {
	/** Marks static data that this memory wrote, and therefore knows. */
	id: string;
	usedAt: number;
	/** Events that started the workflow. */
	events: SeenIds;
	requests: SeenIds;
	/** Events of which n8n has not said yet whether it started the workflow. */
	starting: Map<string, { answer: Answer; since: number }>;
}

const memories = new Map<string, Memory>();

/** Identifies a trigger among all that this process runs. */
export const triggerId = (context: IWebhookFunctions) =>
	`${context.getWorkflow().id} ${context.getNode().id}`;

/** The memory of one trigger. Memories of triggers that are no longer in use are removed. */
function memoryOf(trigger: string, now: number): Memory {
	for (const [other, { usedAt }] of memories) {
		if (usedAt < now - MAX_REPEAT_WINDOW_MS) memories.delete(other);
	}
	const memory = memories.get(trigger) ?? {
		id: randomUUID(),
		usedAt: now,
		events: new SeenIds(),
		requests: new SeenIds(),
		starting: new Map(),
	};
	memory.usedAt = now;
	memories.set(trigger, memory);
	return memory;
}

/** Records the answers that n8n has given by now: 2xx only where the workflow was started. */
function recordAnswers({ events, starting }: Memory): void {
	const now = Date.now();
	for (const [event, { answer, since }] of starting) {
		if (!answer.writableEnded && now - since < START_TIMEOUT_MS) continue;
		starting.delete(event);
		if (answer.writableEnded && answer.statusCode < 300) events.add(event, now);
	}
}

/** Merges what is in the static data, unless this memory wrote it. */
function mergeSaved({ id, events, requests }: Memory, data: IDataObject): void {
	if (data.savedBy === id) return;
	events.merge(data.seenEvents);
	requests.merge(data.seenRequests);
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
	/** Adds an event as soon as n8n's answer shows that it started the workflow. */
	addEventIfStarted(event: string, answer: Answer): void;
	/** Has n8n save everything when it answers this request. */
	save(): void;
}

/**
 * Opens what a trigger has received.
 *
 * It is kept in the process, which sees all of its own requests at once. n8n's static data keeps it
 * for a restart and for other processes: n8n reads it before a request and writes it after, whole
 * and without a lock. Each request therefore saves all that its process knows.
 *
 * @param now milliseconds since 1970
 */
export function openSeenEvents(
	context: IWebhookFunctions,
	{ eventsMs, requestsMs }: SeenWindows,
	now: number,
): SeenEvents {
	const memory = memoryOf(triggerId(context), now);
	const { events, requests, starting } = memory;
	const data = context.getWorkflowStaticData('node');
	mergeSaved(memory, data);
	recordAnswers(memory);
	events.removeOlder(now - eventsMs);
	requests.removeOlder(now - requestsMs);
	return {
		hasEvent: (event) => events.has(event, now - eventsMs),
		hasRequest: (request) => requests.has(request, now - requestsMs),
		isStarting: (event) => starting.has(event),
		addEvent(event) {
			starting.delete(event);
			events.add(event, Date.now());
		},
		addRequest: (request) => requests.add(request, now),
		addEventIfStarted(event, answer) {
			starting.set(event, { answer, since: now });
			answer.once('close', () => recordAnswers(memory));
		},
		save() {
			data.savedBy = memory.id;
			data.seenEvents = events.serialize();
			data.seenRequests = requests.serialize();
		},
	};
}
