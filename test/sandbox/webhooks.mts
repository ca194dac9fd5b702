import { createHmac, randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { addDays } from './formats.mts';
import type {
	Delivery,
	DeliveryAttempt,
	DeliveryTimes,
	Team,
	Webhook,
	WebhookEvent,
	WebhookRules,
	WebhookSeed,
} from './types.mts';

export const WEBHOOK_EVENTS: readonly WebhookEvent[] = (
	['LICENSE', 'CUSTOMER', 'PRODUCT', 'RELEASE'] as const
).flatMap((entity) =>
	(['CREATED', 'UPDATED', 'DELETED'] as const).map((change) => `${entity}_${change}` as const),
);

const ATTEMPTS = 5;
const FAILURES_TO_SWITCH_OFF = 3;
const FAILURES_COUNT_DAYS = 2;
const EVENTS_PER_CRON_RUN = 50;
const CALLS_AT_ONCE = 5;
/** With more transactions open than these, a further one fails before it sends anything. */
const MAX_TRANSACTIONS = 12;
/** What the server says of an address that it does not call. */
const INVALID_URL = 'Invalid webhook URL';
const REDIRECTS = [301, 302, 303, 307, 308];
/** As many as fetch() follows. */
const MAX_REDIRECTS = 20;

/** The headers of one attempt: what the server sends beside the body. */
export function webhookHeaders(
	secret: string,
	event: string,
	body: string,
	timestamp = Date.now(),
): Record<string, string> {
	return {
		'Content-Type': 'application/json',
		'User-Agent': 'Lukittu-Webhook/1.0',
		'X-Lukittu-Signature': createHmac('sha256', secret)
			.update(`${timestamp}.${body}`)
			.digest('hex'),
		'X-Lukittu-Timestamp': String(timestamp),
		'X-Lukittu-Event': event,
	};
}

/** A webhook of a team. By default it must stay on this machine. */
export function createWebhook(seed: WebhookSeed, anywhere: boolean): Webhook {
	const { hostname, protocol } = new URL(seed.url);
	if (!/^https?:$/.test(protocol)) throw new Error(`${seed.url} is not an address of the web`);
	if (!anywhere && !isLoopback(hostname))
		throw new Error(
			`${hostname} is another machine: only with --webhook-anywhere (or webhooksAnywhere)`,
		);
	const unknown = seed.events?.find((event) => !WEBHOOK_EVENTS.includes(event));
	if (unknown) throw new Error(`There is no event "${unknown}"`);
	return {
		url: seed.url,
		secret: seed.secret ?? randomBytes(32).toString('hex'),
		events: seed.events ?? [...WEBHOOK_EVENTS],
		active: true,
	};
}

function isLoopback(hostname: string): boolean {
	return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

/** Sends webhooks as Lukittu does, and keeps in `team.deliveries` what came of it. */
export class WebhookSender {
	readonly times: DeliveryTimes = {
		timeoutMs: 5_000,
		firstPauseMs: 60_000,
		uncountedPauseMs: 300_000,
		transactionMs: 20,
	};
	readonly rules: WebhookRules = { timer: true, httpsOnly: false, conflicts: 'never' };
	onAttempt?: (delivery: Delivery, attempt: DeliveryAttempt) => void;

	private readonly underWay = new Map<Delivery, Promise<void>>();
	private openTransactions = 0;
	private committed = 0;
	private closing = new AbortController();

	/** @param anywhere whether redirects may lead to other machines */
	constructor(
		private readonly now: () => Date,
		private readonly anywhere: boolean,
	) {
		this.open();
	}

	/** Begins to deliver what the entity is now to each webhook that wants the event. */
	send(team: Team, event: WebhookEvent, entity: unknown): void {
		if (this.closing.signal.aborted) return;
		const body = jsonbText(entity);
		for (const webhook of team.webhooks) {
			if (!webhook.active || !webhook.events.includes(event)) continue;
			const delivery: Delivery = {
				webhook,
				event,
				body,
				state: 'pending',
				dueAt: this.after(this.times.uncountedPauseMs),
				attempts: [],
				uncountedAttempts: [],
			};
			team.deliveries.push(delivery);
			void this.start(team, delivery);
		}
	}

	/** Sends what is due: up to 50 events, five at once. */
	async runCron(teams: Team[]): Promise<void> {
		const { signal } = this.closing;
		const due = teams
			.flatMap((team) => team.deliveries.map((delivery) => ({ team, delivery })))
			.filter(({ delivery }) => this.isDue(delivery))
			.slice(0, EVENTS_PER_CRON_RUN)
			.reverse();
		for (let index = 0; index < due.length && !signal.aborted; index += CALLS_AT_ONCE) {
			const batch = due.slice(index, index + CALLS_AT_ONCE);
			await Promise.all(batch.map(({ team, delivery }) => this.start(team, delivery)));
		}
	}

	/** Waits until no delivery is under way, or waits for the timer. */
	async settled(): Promise<void> {
		while (this.underWay.size > 0) await Promise.all(this.underWay.values());
	}

	/** Ends all attempts and pauses, then goes on with what is sent from then on. */
	async stop(): Promise<void> {
		await this.close();
		this.open();
	}

	/** Ends all attempts and pauses; what is pending stays so. */
	async close(): Promise<void> {
		this.closing.abort();
		await this.settled();
	}

	private open(): void {
		this.closing = new AbortController();
		// Each delivery under way listens.
		setMaxListeners(0, this.closing.signal);
	}

	private isDue(delivery: Delivery): boolean {
		const isWaiting = delivery.state === 'pending' && !this.underWay.has(delivery);
		return isWaiting && delivery.dueAt <= this.now();
	}

	private start(team: Team, delivery: Delivery): Promise<void> {
		const work = this.deliver(team, delivery).finally(() => this.underWay.delete(delivery));
		this.underWay.set(delivery, work);
		return work;
	}

	/** One attempt, and with the timer those that follow. */
	private async deliver(team: Team, delivery: Delivery): Promise<void> {
		const { signal } = this.closing;
		while (!signal.aborted) {
			const pauseMs = await this.transact(team, delivery);
			if (pauseMs === undefined || !this.rules.timer) return;
			await sleep(pauseMs, undefined, { signal }).catch(() => {});
		}
	}

	/**
	 * The server makes the call within a serializable transaction, which fails if another one was
	 * committed meanwhile: then nothing is stored of the call, though it was made.
	 *
	 * @returns the pause before the next attempt, if the server plans one
	 */
	private async transact(team: Team, delivery: Delivery): Promise<number | undefined> {
		const { conflicts } = this.rules;
		if (conflicts === 'overlapping' && this.openTransactions >= MAX_TRANSACTIONS) return undefined;
		const committedBefore = this.committed;
		this.openTransactions += 1;
		const attempt = await this.attempt(
			delivery,
			conflicts === 'never' ? 0 : this.times.transactionMs,
		);
		this.openTransactions -= 1;
		if (this.closing.signal.aborted) return undefined;
		const isOverlapped = this.committed !== committedBefore;
		if (conflicts === 'always' || (conflicts === 'overlapping' && isOverlapped)) {
			delivery.uncountedAttempts.push(attempt);
			this.onAttempt?.(delivery, attempt);
			return undefined;
		}
		this.committed += 1;
		return this.store(team, delivery, attempt);
	}

	/** @returns the pause before the next attempt, if there is one */
	private store(team: Team, delivery: Delivery, attempt: DeliveryAttempt): number | undefined {
		delivery.attempts.push(attempt);
		const { length } = delivery.attempts;
		const pauseMs = this.times.firstPauseMs * 2 ** (length - 1);
		if (attempt.status !== undefined && isSuccess(attempt.status)) this.end(delivery, 'delivered');
		else if (length === ATTEMPTS || attempt.reason === INVALID_URL) this.fail(team, delivery);
		else delivery.dueAt = this.after(pauseMs);
		this.onAttempt?.(delivery, attempt);
		return delivery.state === 'pending' ? pauseMs : undefined;
	}

	private async attempt(
		{ webhook, event, body }: Delivery,
		leastMs: number,
	): Promise<DeliveryAttempt> {
		const at = Date.now();
		const headers = webhookHeaders(webhook.secret, event, body, at);
		const startedAt = performance.now();
		const { signal } = this.closing;
		const [ended] = await Promise.all([
			this.isRefused(webhook) ? { reason: INVALID_URL } : this.post(webhook.url, headers, body),
			sleep(leastMs, undefined, { signal }).catch(() => {}),
		]);
		return { at, headers, ms: performance.now() - startedAt, ...ended };
	}

	private isRefused({ url }: Webhook): boolean {
		return this.rules.httpsOnly && new URL(url).protocol !== 'https:';
	}

	private async post(
		url: string,
		headers: Record<string, string>,
		body: string,
	): Promise<Pick<DeliveryAttempt, 'status' | 'reason'>> {
		const given = new AbortController();
		const stop = () => given.abort(new Error('closed'));
		const timeout = setTimeout(
			() => given.abort(new Error(`no answer within ${this.times.timeoutMs} ms`)),
			this.times.timeoutMs,
		);
		this.closing.signal.addEventListener('abort', stop);
		try {
			const request: RequestInit = { method: 'POST', headers, body, signal: given.signal };
			const response = await this.fetch(url, request);
			await response.text();
			return { status: response.status };
		} catch (error) {
			return { reason: reasonOf(error) };
		} finally {
			clearTimeout(timeout);
			this.closing.signal.removeEventListener('abort', stop);
		}
	}

	/** Like fetch(), follows redirects; but none that leads away from this machine. */
	private async fetch(url: string, request: RequestInit, followed = 0): Promise<Response> {
		const response = await fetch(url, { ...request, redirect: 'manual' });
		const location = response.headers.get('location');
		if (!REDIRECTS.includes(response.status) || location === null) return response;
		await response.text();
		if (followed === MAX_REDIRECTS) throw new Error('redirect count exceeded');
		const target = new URL(location, url);
		if (!this.anywhere && !isLoopback(target.hostname))
			throw new Error(`a redirect to another machine, ${target.hostname}`);
		return await this.fetch(target.href, redirected(request, response.status), followed + 1);
	}

	private fail(team: Team, delivery: Delivery): void {
		this.end(delivery, 'failed');
		const since = addDays(this.now(), -FAILURES_COUNT_DAYS);
		const recent = team.deliveries.filter(
			({ webhook, endedAt }) => webhook === delivery.webhook && endedAt && endedAt >= since,
		);
		const failures = recent.filter(({ state }) => state === 'failed').length;
		if (failures >= FAILURES_TO_SWITCH_OFF && failures === recent.length)
			delivery.webhook.active = false;
	}

	private after(ms: number): Date {
		return new Date(this.now().getTime() + ms);
	}

	private end(delivery: Delivery, state: 'delivered' | 'failed'): void {
		delivery.state = state;
		delivery.endedAt = this.now();
	}
}

/** JSON as it comes out of a `jsonb` column: at every level, shorter keys go before longer ones. */
function jsonbText(entity: unknown): string {
	return JSON.stringify(entity, (_, value: unknown) =>
		typeof value === 'object' && value !== null && !Array.isArray(value)
			? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => compareKeys(a, b)))
			: value,
	);
}

function compareKeys(a: string, b: string): number {
	return a.length - b.length || (a < b ? -1 : 1);
}

/** Only 307 and 308 keep method and body; after the others the target is read with GET. */
function redirected(request: RequestInit, status: number): RequestInit {
	if (status === 307 || status === 308) return request;
	const { body, headers, ...rest } = request;
	const { 'Content-Type': contentType, ...kept } = headers as Record<string, string>;
	return { ...rest, method: 'GET', headers: kept };
}

function isSuccess(status: number): boolean {
	return status >= 200 && status < 300;
}

/** fetch() hides the reason of a broken connection behind "fetch failed". */
function reasonOf(error: unknown): string {
	const { cause, message } = error as { cause?: { message?: string }; message: string };
	return cause?.message || message;
}
