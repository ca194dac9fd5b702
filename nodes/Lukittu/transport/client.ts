import type { IDataObject } from 'n8n-workflow';
import { connectionOf, teamOf } from '../checks/connection';
import { isAbsent, isLostAnswer } from '../errors/nodeErrors';
import type { LukittuRequest } from '../types';
import { untilCanceled } from './cancellation';
import { lookUntil, lostWriteTo, rememberLost, type LostWrite } from './lostWrites';
import { runExclusive } from './mutex';
import { lukittuRequest, type RequestSettings } from './request';

/** How an operation talks to Lukittu for one item. */
export interface Client {
	/** Sends one request and returns the answer's data. */
	send<T>(request: LukittuRequest): Promise<T>;
	/**
	 * Runs tasks that change the same thing one after the other, whichever run they belong to, those
	 * of one run in the order of its items.
	 *
	 * @param name what is changed, within the team; a function where a request has to find it out
	 * @param task gets the name, and an earlier write to the same that Lukittu may still carry out
	 */
	runExclusive<T>(name: string | (() => Promise<string>), task: ExclusiveTask<T>): Promise<T>;
	/**
	 * Looks for something several times, with growing pauses.
	 *
	 * @param look gives undefined where there is nothing yet
	 * @param until when the last look is, in milliseconds since 1970; where that has passed, there is
	 *   one look
	 */
	lookUntil<T>(look: () => Promise<T | undefined>, until: number): Promise<T | undefined>;
}

export type ExclusiveTask<T> = (name: string, lost?: LostWrite) => Promise<T>;

/** An item's place among the items of its run. */
export interface ItemOrder {
	/** Resolves once every earlier item is in line for what it changes, or has ended. */
	earlier: Promise<void>;
	/** Lets the next item get in line. */
	next: () => void;
}

/** The client of one item. */
export class ItemClient implements Client {
	/** The failure of a request that the item cannot do without. */
	failure: unknown;

	/** The API key, where the server may have sent it back: it must not come out. */
	leakedKey: string | undefined;

	private hasSent = false;

	/** What the item's update sent. */
	private written: IDataObject | undefined;

	/** @param onFailure called before the next request may start */
	constructor(
		private readonly settings: Omit<RequestSettings, 'onFailure'>,
		private readonly order: ItemOrder,
		private readonly onFailure: () => void,
	) {}

	async send<T>(request: LukittuRequest): Promise<T> {
		// What was read is written back before others are read, so that it is still true then.
		const isUrgent = this.hasSent && request.method === 'PUT';
		this.hasSent = true;
		if (request.method === 'PUT') this.written = request.body;
		const onFailure = (failure: unknown) => {
			this.failure ??= failure;
			this.onFailure();
		};
		const settings = { ...this.settings, onFailure };
		const { data, leakedKey } = await lukittuRequest<T>(settings, request, isUrgent);
		this.leakedKey ??= leakedKey;
		return data;
	}

	async runExclusive<T>(
		name: string | (() => Promise<string>),
		task: ExclusiveTask<T>,
	): Promise<T> {
		const { context, signal } = this.settings;
		const team = teamOf(connectionOf(await context.getCredentials('lukittuApi')));
		const subject = typeof name === 'string' ? name : await name();
		await untilCanceled(signal, this.order.earlier);
		const written = `${team} ${subject}`;
		const result = runExclusive(written, signal, async () => {
			const [outcome] = await Promise.allSettled([task(subject, lostWriteTo(written))]);
			if (outcome.status === 'fulfilled') return outcome.value;
			if (isLostAnswer(outcome.reason)) rememberLost(written, outcome.reason, this.written);
			throw outcome.reason;
		});
		this.order.next();
		return await result;
	}

	async lookUntil<T>(look: () => Promise<T | undefined>, until: number): Promise<T | undefined> {
		return await lookUntil(look, until, this.settings.signal);
	}
}

/** A client that sends every request with these marks. */
function clientWith(
	client: Client,
	marks: Pick<LukittuRequest, 'isOptional' | 'mayBeAbsent'>,
): Client {
	return {
		send: async (request) => await client.send({ ...request, ...marks }),
		runExclusive: async (name, task) => await client.runExclusive(name, task),
		lookUntil: async (look, until) => await client.lookUntil(look, until),
	};
}

/** A client for what an item can do without: if that does not work, the item goes on. */
export function tolerant(client: Client): Client {
	return clientWith(client, { isOptional: true });
}

/**
 * Does something with what somebody may delete meanwhile.
 *
 * @param task uses the client it is given
 * @returns what the task gives, or undefined where Lukittu does not know its subject any more
 */
export async function unlessDeleted<T>(
	client: Client,
	task: (client: Client) => Promise<T>,
): Promise<T | undefined> {
	const [outcome] = await Promise.allSettled([task(clientWith(client, { mayBeAbsent: true }))]);
	if (outcome.status === 'fulfilled') return outcome.value;
	if (isAbsent(outcome.reason)) return undefined;
	throw outcome.reason;
}
