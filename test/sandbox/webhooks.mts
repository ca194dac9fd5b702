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

/** A webhook of a team. Unless told otherwise, it must stay on this machine. */
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
	readonly times: DeliveryTimes = { timeoutMs: 5_000, firstPauseMs: 60_000 };
	onAttempt?: (delivery: Delivery, attempt: DeliveryAttempt) => void;

	private readonly underWay = new Set<Promise<void>>();
	private closing = new AbortController();

	constructor(private readonly now: () => Date) {
		this.open();
	}

	/** Begins to deliver what the entity is now to each webhook that wants the event. */
	send(team: Team, event: WebhookEvent, entity: unknown): void {
		if (this.closing.signal.aborted) return;
		const body = jsonbText(entity);
		for (const webhook of team.webhooks) {
			if (!webhook.active || !webhook.events.includes(event)) continue;
			const delivery: Delivery = { webhook, event, body, state: 'pending', attempts: [] };
			team.deliveries.push(delivery);
			const work = this.deliver(team, delivery).finally(() => this.underWay.delete(work));
			this.underWay.add(work);
		}
	}

	/** Waits until no delivery is pending. */
	async settled(): Promise<void> {
		while (this.underWay.size > 0) await Promise.all(this.underWay);
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

	private async deliver(team: Team, delivery: Delivery): Promise<void> {
		let pauseMs = this.times.firstPauseMs;
		while (!this.closing.signal.aborted) {
			const attempt = await this.attempt(delivery);
			if (this.closing.signal.aborted) return;
			delivery.attempts.push(attempt);
			const isDelivered = attempt.status !== undefined && isSuccess(attempt.status);
			if (isDelivered) this.end(delivery, 'delivered');
			else if (delivery.attempts.length === ATTEMPTS) this.fail(team, delivery);
			this.onAttempt?.(delivery, attempt);
			if (delivery.state !== 'pending') return;
			await sleep(pauseMs, undefined, { signal: this.closing.signal }).catch(() => {});
			pauseMs *= 2;
		}
	}

	private async attempt({ webhook, event, body }: Delivery): Promise<DeliveryAttempt> {
		const at = Date.now();
		const headers = webhookHeaders(webhook.secret, event, body, at);
		const startedAt = performance.now();
		const ended = await this.post(webhook.url, headers, body);
		return { at, headers, ms: performance.now() - startedAt, ...ended };
	}

	private async post(
		url: string,
		headers: Record<string, string>,
		body: string,
	): Promise<Pick<DeliveryAttempt, 'status' | 'reason'>> {
		const given = new AbortController();
		const stop = () => given.abort(new Error('closed'));
		const patience = setTimeout(
			() => given.abort(new Error(`no answer within ${this.times.timeoutMs} ms`)),
			this.times.timeoutMs,
		);
		this.closing.signal.addEventListener('abort', stop);
		try {
			// The real server follows redirects; here one could lead away from this machine.
			const request: RequestInit = { method: 'POST', headers, body, redirect: 'manual' };
			const response = await fetch(url, { ...request, signal: given.signal });
			await response.text();
			return { status: response.status };
		} catch (error) {
			return { reason: reasonOf(error) };
		} finally {
			clearTimeout(patience);
			this.closing.signal.removeEventListener('abort', stop);
		}
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

function isSuccess(status: number): boolean {
	return status >= 200 && status < 300;
}

/** fetch() hides the reason of a broken connection behind "fetch failed". */
function reasonOf(error: unknown): string {
	const { cause, message } = error as { cause?: { message?: string }; message: string };
	return cause?.message || message;
}
