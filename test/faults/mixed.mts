/** Creates, upserts and updates at the same time, while requests meet faults of every kind. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { IDataObject } from 'n8n-workflow';

import { runCustomer } from '../customer/support.mts';
import type { NodeResult } from '../engine/index.mts';
import { byId, metadata, numbered, readable, runLicense, startShop } from '../license/support.mts';
import { Random } from '../random.mts';
import type { FaultKind, RequestRecord, Sandbox } from '../sandbox/types.mts';

/** How a run of mixed faults is made. */
export interface MixedFaults {
	seed: number;
	/** How many licenses to create, customers to create or update, and licenses to update. */
	items: number;
	/** How long faults go on after the first write: a run looks everything up before. */
	faultsMs: number;
	latencyMs: number;
	/** How many reads of 100 meet a fault. */
	readPercent: number;
	/** How many writes of 100 meet one. */
	writePercent: number;
}

/** What came of it. Each list of failures is empty where every promise was kept. */
export interface MixedOutcome {
	seconds: number;
	/** How long faults happened. */
	faultSeconds: number;
	requests: number;
	requestsInFaults: number;
	/** How often each kind of fault happened. */
	faults: Record<string, number>;
	errors: string[];
	failures: string[];
}

const OUTAGE_EVERY_MS = 15_000;
const OUTAGE_MS = 3000;
const DATABASE_AWAY_EVERY_MS = 11_000;
const DATABASE_AWAY_MS = 1500;

/** A request whose answer is lost is repeated or looked for after this time. */
const TIMEOUT_MS = 3000;

const OPTIONS = { options: { keepTryingFor: 120 }, requestOptions: { timeout: TIMEOUT_MS } };

/** Faults of any request, by the name under which they are counted. */
const FAULTS: Array<[string, FaultKind]> = [
	['429', { status: 429, details: 'Too many requests' }],
	['429 with Retry-After', { status: 429, headers: { 'retry-after': '1' } }],
	['500', 'databaseStall'],
	['401', 'databaseAway'],
	['cut before Lukittu acted', 'resetBefore'],
	['cut after Lukittu acted', 'resetAfter'],
	['answer that breaks off', 'truncate'],
];

/** The same for writes, which Lukittu may carry out after their answer was lost. */
function someFault(random: Random, isWrite: boolean): [string, FaultKind] {
	if (!isWrite || random.isLucky(0.5)) return random.oneOf(FAULTS);
	const answer = random.oneOf([
		'hang',
		'resetBefore',
		{ status: 502, html: true },
		{ status: 503, details: 'Maintenance' },
		{ status: 504, html: true },
	] as const);
	return ['late commit', { commitAfterMs: 100 + random.below(6000), answer }];
}

/** Lets requests meet faults for a time, and counts them. */
class Faults {
	readonly counts: Record<string, number> = {};
	/** How many requests came while faults happened. */
	requests = 0;
	private readonly startedAt = Date.now();
	private firstWriteAt?: number;
	private readonly random: Random;

	constructor(
		private readonly sandbox: Sandbox,
		private readonly settings: MixedFaults,
	) {
		this.random = new Random(settings.seed);
		sandbox.onRequest = (request) => this.meet(request);
	}

	/** How long faults have happened, or did, in seconds. */
	get seconds(): number {
		return (Math.min(Date.now(), this.endsAt) - this.startedAt) / 1000;
	}

	private get endsAt(): number {
		return (this.firstWriteAt ?? Infinity) + this.settings.faultsMs;
	}

	/** Lukittu is away for a time, again and again. */
	async outages(): Promise<void> {
		for (;;) {
			await sleep(OUTAGE_EVERY_MS - OUTAGE_MS);
			if (Date.now() + OUTAGE_MS > this.endsAt) return;
			this.count('outage');
			await this.sandbox.goAway(OUTAGE_MS);
		}
	}

	private count(name: string): void {
		this.counts[name] = (this.counts[name] ?? 0) + 1;
	}

	private meet({ method, path }: RequestRecord): void {
		const now = Date.now();
		const isWrite = method !== 'GET';
		if (isWrite) this.firstWriteAt ??= now;
		if (now > this.endsAt) return;
		this.requests += 1;
		const at = now - this.startedAt;
		const { readPercent, writePercent } = this.settings;
		const isDatabaseAway = at % DATABASE_AWAY_EVERY_MS > DATABASE_AWAY_EVERY_MS - DATABASE_AWAY_MS;
		const isHit = this.random.isLucky((isWrite ? writePercent : readPercent) / 100);
		if (!isDatabaseAway && !isHit) return;
		const [name, kind] = isDatabaseAway
			? (['401', 'databaseAway'] as const)
			: someFault(this.random, isWrite);
		this.count(name);
		this.sandbox.addFault({ method, path: new RegExp(`^${path}$`), kind });
	}
}

const emailOf = (n: number) => `buyer-${n}@example.com`;

const create = async (sandbox: Sandbox, items: IDataObject[]) =>
	await runLicense(
		sandbox,
		'create',
		{
			additionalFields: {
				idempotencyKey: '=order-{{ $json.n }}/1',
				metadata: metadata({ key: 'n', value: '={{ $json.n }}' }),
			},
			...OPTIONS,
		},
		{ items },
	);

const upsert = async (sandbox: Sandbox, items: IDataObject[]) =>
	await runCustomer(
		sandbox,
		'upsert',
		{
			email: '={{ $json.email }}',
			upsertFields: { fullName: '=Buyer {{ $json.n }}' },
			...OPTIONS,
		},
		{ items },
	);

const update = async (sandbox: Sandbox, items: IDataObject[]) =>
	await runLicense(
		sandbox,
		'update',
		{
			license: byId('={{ $json.id }}'),
			updateFields: { hwidLimit: '={{ $json.n + 1 }}' },
			...OPTIONS,
		},
		{ items },
	);

/** How often each value of 0 to `count` - 1 is not there exactly once. */
function notOnce(what: string, values: unknown[], count: number): string[] {
	const times = new Map<string, number>();
	for (const value of values) times.set(String(value), (times.get(String(value)) ?? 0) + 1);
	return Array.from({ length: count }, (_, n) => String(n))
		.filter((n) => times.get(n) !== 1)
		.map((n) => `${what} ${n}: ${times.get(n) ?? 0} times`);
}

/** Each item of a run must have come out once, with what it asked for. */
function wrongItems(
	what: string,
	{ items }: NodeResult,
	count: number,
	numberOf: (json: IDataObject) => unknown,
): string[] {
	const wrong = items.filter(({ json, pairedItem }) => {
		const { item } = pairedItem as { item: number };
		return String(numberOf(json)) !== String(item);
	});
	return [
		...(items.length === count ? [] : [`${what}: ${items.length} of ${count} items`]),
		...wrong.map(({ pairedItem }) => `${what}: another answer for ${JSON.stringify(pairedItem)}`),
	];
}

const numberIn = (entries: unknown) =>
	(entries as Array<{ key: string; value: string }>).find(({ key }) => key === 'n')?.value;

/** Runs all three operations through the faults, waits for late commits, and compares. */
export async function runThroughFaults(settings: MixedFaults): Promise<MixedOutcome> {
	const { items: count, latencyMs } = settings;
	const { sandbox } = await startShop();
	const numbers = Array.from({ length: count }, (_, n) => n);
	// Half of the customers are there before.
	for (const n of numbers.filter((each) => each % 2 === 0)) {
		sandbox.addCustomer({ email: emailOf(n), fullName: 'Earlier name' });
	}
	const licenses = numbers.map(() => sandbox.addLicense());
	sandbox.latencyMs = latencyMs;
	const startedAt = Date.now();
	try {
		const faults = new Faults(sandbox, settings);
		const [created, upserted, updated] = await Promise.all([
			create(sandbox, numbered(count)),
			upsert(
				sandbox,
				numbers.map((n) => ({ n, email: emailOf(n) })),
			),
			update(
				sandbox,
				licenses.map(({ id }, n) => ({ n, id })),
			),
			faults.outages(),
		]);
		const seconds = (Date.now() - startedAt) / 1000;
		await sandbox.commitsEnded();
		const known = new Set(licenses.map(({ id }) => id));
		const made = [...sandbox.state.licenses.values()].filter(({ id }) => !known.has(id));
		const customers = [...sandbox.state.customers.values()];
		const numberOfEmail = (email: unknown) => /^buyer-(\d+)@/.exec(String(email))?.[1];
		return {
			seconds,
			faultSeconds: faults.seconds,
			requests: sandbox.requests.length,
			requestsInFaults: faults.requests,
			faults: faults.counts,
			errors: [created, upserted, updated].map(({ error }) => readable(error).trim()),
			failures: [
				...notOnce(
					'license of order',
					made.map((license) => numberIn(license.metadata)),
					count,
				),
				...notOnce(
					'customer',
					customers.map(({ email }) => numberOfEmail(email)),
					count,
				),
				...customers
					.filter(({ email, fullName }) => fullName !== `Buyer ${numberOfEmail(email)}`)
					.map(({ email }) => `customer ${email}: not changed`),
				...licenses.flatMap(({ hwidLimit }, n) =>
					hwidLimit === n + 1 ? [] : [`license ${n}: hardware ID limit ${hwidLimit}`],
				),
				...wrongItems('create', created, count, (json) => numberIn(json.metadata)),
				...wrongItems('upsert', upserted, count, (json) => numberOfEmail(json.email)),
				...wrongItems('update', updated, count, (json) => Number(json.hwidLimit) - 1),
			],
		};
	} finally {
		await sandbox.close();
	}
}
