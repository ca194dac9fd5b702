import { once, setMaxListeners } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { envelope } from './answers.mts';
import type { Answer } from './answers.mts';
import { teamsOfSeed } from './corpus-seed.mts';
import { SandboxDashboard } from './dashboard.mts';
import { faultAnswer, FaultQueue } from './faults.mts';
import { addDays } from './formats.mts';
import { takeEmail } from './licenses.mts';
import type { RateLimiter } from './rate-limits.mts';
import { newServerState } from './requests.mts';
import type { ServerState } from './requests.mts';
import { answer } from './routes.mts';
import { createTeam, insertCustomer, insertLicense, insertProduct } from './team.mts';
import type {
	CustomerRow,
	CustomerSeed,
	Dashboard,
	DeliveryTimes,
	Fault,
	FaultKind,
	Features,
	LicenseRow,
	LicenseSeed,
	ProductRow,
	ProductSeed,
	RequestRecord,
	Sandbox,
	SandboxOptions,
	SentEmail,
	Team,
	Webhook,
	WebhookRules,
	WebhookSeed,
} from './types.mts';
import { createWebhook, WebhookSender } from './webhooks.mts';

export type * from './types.mts';

const DEFAULT_HOOK_URL = 'http://127.0.0.1:13902/';
const SEED_STEP_MS = 1000;
const TRICKLE_PIECES = 20;
/** Long enough that no pause between two requests of a test or benchmark meets a closing socket. */
const KEEP_ALIVE_MS = 60_000;

/** Starts a Lukittu server with its data in memory, on 127.0.0.1. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
	const sandbox = new SandboxServer(options);
	await sandbox.listen(options.port ?? 0);
	return sandbox;
}

/** A request as it came, which does not need its connection any more. */
interface ReceivedRequest {
	record: RequestRecord;
	search: string;
	clientAddress: string;
	rawBody: Buffer;
}

class SandboxServer implements Sandbox {
	teams: Team[] = [];
	readonly requests: RequestRecord[] = [];
	readonly features: Features = {
		totalResults: true,
		undocumentedFilters: true,
		metadataById: false,
		fullLists: true,
		unstableTies: true,
		races: false,
		collation: 'bytes',
	};
	readonly dashboard: Dashboard;
	latencyMs: number;
	inFlight = 0;
	maxInFlight = 0;
	onRequest?: Sandbox['onRequest'];
	onDelivery?: Sandbox['onDelivery'];

	private readonly now: () => Date;
	private readonly server: Server;
	private readonly sender: WebhookSender;
	private readonly options: SandboxOptions;
	private readonly serverState: ServerState;
	private readonly faults = new FaultQueue();
	private readonly closing = new AbortController();
	private readonly lateCommits = new Set<Promise<void>>();
	private lateCommitting = new AbortController();
	private port = 0;
	private lastSeededAt: Date;

	constructor(options: SandboxOptions) {
		this.options = options;
		this.latencyMs = options.latencyMs ?? 0;
		this.now = options.now ?? (() => new Date());
		this.sender = new WebhookSender(this.now, options.webhooksAnywhere ?? false);
		this.sender.onAttempt = (delivery, attempt) => this.onDelivery?.(delivery, attempt);
		this.dashboard = new SandboxDashboard(() => this.state, this.sender, this.now);
		this.serverState = newServerState(options.seed?.discord);
		if (options.seed) this.serverState.maxReleaseFileMb = options.seed.server.maxReleaseFileSizeMb;
		this.teams = this.newTeams();
		this.lastSeededAt = addDays(this.now(), -1);
		this.server = createServer((request, response) => void this.handle(request, response));
		this.server.keepAliveTimeout = KEEP_ALIVE_MS;
		// Each request that waits listens to it; from eleven on, Node would warn of a leak.
		setMaxListeners(0, this.closing.signal);
	}

	get state(): Team {
		return this.teams[0];
	}

	get otherTeam(): Team {
		return this.teams[1];
	}

	get emails(): SentEmail[] {
		return this.serverState.emails;
	}

	get refusesEmails(): boolean {
		return this.serverState.refusesEmails;
	}

	set refusesEmails(refuses: boolean) {
		this.serverState.refusesEmails = refuses;
	}

	get rateLimits(): RateLimiter {
		return this.serverState.rateLimits;
	}

	get teamId(): string {
		return this.state.teamId;
	}

	get apiKey(): string {
		return this.state.apiKey;
	}

	get url(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	get webhookTimes(): DeliveryTimes {
		return this.sender.times;
	}

	get webhookRules(): WebhookRules {
		return this.sender.rules;
	}

	async listen(port: number): Promise<void> {
		this.server.listen(port, '127.0.0.1');
		await once(this.server, 'listening');
		this.port = (this.server.address() as AddressInfo).port;
	}

	async goAway(ms: number): Promise<void> {
		if (!this.server.listening) throw new Error('The sandbox is away already');
		this.server.close();
		this.server.closeAllConnections();
		await this.wait(ms).catch(() => {});
		if (!this.closing.signal.aborted) await this.listen(this.port);
	}

	async close(): Promise<void> {
		this.closing.abort();
		this.lateCommitting.abort();
		await this.commitsEnded();
		await this.sender.close();
		await new Promise((resolve) => {
			this.server.close(resolve);
			this.server.closeAllConnections();
		});
	}

	addProduct(fields: ProductSeed = {}): ProductRow {
		return insertProduct(this.state, fields, this.nextSeedTime());
	}

	addCustomer(fields: CustomerSeed = {}): CustomerRow {
		const email = `customer${this.state.customers.size + 1}@example.com`;
		return insertCustomer(this.state, { email, ...fields }, this.nextSeedTime());
	}

	addLicense(fields: LicenseSeed = {}): LicenseRow {
		return insertLicense(this.state, fields, this.nextSeedTime());
	}

	addWebhook(fields: WebhookSeed): Webhook {
		const webhook = createWebhook(fields, this.options.webhooksAnywhere ?? false);
		this.state.webhooks.push(webhook);
		return webhook;
	}

	useEmails(count: number): void {
		for (let sent = 0; sent < count; sent += 1) takeEmail(this.state, this.serverState, this.now());
	}

	async reset(): Promise<void> {
		this.lateCommitting.abort();
		await this.commitsEnded();
		this.lateCommitting = new AbortController();
		await this.sender.stop();
		this.serverState.rateLimits.clear();
		this.serverState.cache.clear();
		this.serverState.emails.length = 0;
		this.serverState.refusesEmails = false;
		this.clearRequests();
		this.teams = this.newTeams();
	}

	runWebhookCron(): Promise<void> {
		return this.sender.runCron(this.teams);
	}

	deliveriesEnded(): Promise<void> {
		return this.sender.settled();
	}

	addFault(fault: Fault): void {
		this.faults.add(fault);
	}

	async commitsEnded(): Promise<void> {
		while (this.lateCommits.size > 0) await Promise.all(this.lateCommits);
	}

	clearRequests(): void {
		this.requests.length = 0;
		this.maxInFlight = this.inFlight;
	}

	private newTeams(): Team[] {
		const { seed, hookUrl = DEFAULT_HOOK_URL, webhooksAnywhere: anywhere = false } = this.options;
		if (seed) return teamsOfSeed(seed, this.now(), { url: hookUrl, anywhere });
		return [createTeam(this.options), createTeam()];
	}

	/** Seeded rows lie a second apart, from a day ago on, so that they tie only where a test says so. */
	private nextSeedTime(): Date {
		this.lastSeededAt = new Date(this.lastSeededAt.getTime() + SEED_STEP_MS);
		return this.lastSeededAt;
	}

	private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const record = newRecord(request);
		this.requests.push(record);
		this.inFlight += 1;
		this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
		response.once('close', () => (this.inFlight -= 1));
		try {
			await this.process(request, response, record);
		} catch (error) {
			if (this.closing.signal.aborted || response.destroyed) return;
			const details = `The sandbox itself failed: ${String(error)}`;
			send(response, record, envelope({ status: 500, details, data: null }, this.now()));
		}
	}

	private async process(
		request: IncomingMessage,
		response: ServerResponse,
		record: RequestRecord,
	): Promise<void> {
		const rawBody = await readBody(request);
		record.body = parsedOrRaw(rawBody.toString('utf8'));
		await this.onRequest?.(record);
		await this.wait(this.latencyMs);
		const received: ReceivedRequest = {
			record,
			search: (request.url ?? '').slice(record.path.length),
			clientAddress: clientAddress(record.headers) ?? request.socket.remoteAddress ?? '',
			rawBody,
		};
		await this.respond(response, received, this.faults.take(record.method, record.path));
	}

	private async respond(
		response: ServerResponse,
		received: ReceivedRequest,
		fault: FaultKind | undefined,
	): Promise<void> {
		const { record } = received;
		if (fault === 'hang') return;
		if (fault === 'resetBefore') return cut(response);
		if (typeof fault === 'object' && 'commitAfterMs' in fault) {
			this.commitLater(received, fault.commitAfterMs);
			return await this.respond(response, received, fault.answer);
		}
		if (typeof fault === 'object' && 'delayMs' in fault) await this.wait(fault.delayMs);
		const instead = fault && faultAnswer(fault, record, this.now());
		const full = instead ?? (await this.answer(received));
		if (typeof fault === 'object' && 'trickleMs' in fault)
			await this.sendSlowly(response, record, full, fault.trickleMs);
		else sendWithFault(response, record, full, fault);
	}

	private answer({ record, search, ...received }: ReceivedRequest): Promise<Answer> {
		return answer({
			...received,
			method: record.method,
			path: record.path,
			search,
			query: new URLSearchParams(record.query),
			headers: record.headers,
			now: this.now(),
			teams: this.teams,
			server: this.serverState,
			features: this.features,
			notify: (...change) => this.sender.send(...change),
		});
	}

	/** A reset or the end takes back what has not been carried out by then. */
	private commitLater(received: ReceivedRequest, ms: number): void {
		const { signal } = this.lateCommitting;
		const work = sleep(ms, undefined, { signal })
			.then(() => this.answer(received))
			.then(({ status }) => void (received.record.lateStatus = status))
			.catch((error: unknown) => {
				if (!signal.aborted) throw error;
			})
			.finally(() => this.lateCommits.delete(work));
		this.lateCommits.add(work);
	}

	/** Sends an answer in pieces, so that its last one leaves after that many milliseconds. */
	private async sendSlowly(
		response: ServerResponse,
		record: RequestRecord,
		full: Answer,
		ms: number,
	): Promise<void> {
		if (response.destroyed) return;
		record.status = full.status;
		const body = Buffer.from(full.body);
		const size = Math.ceil(body.length / TRICKLE_PIECES);
		response.writeHead(full.status, withLength(full));
		response.flushHeaders();
		for (let piece = 0; piece < TRICKLE_PIECES && !response.destroyed; piece += 1) {
			await this.wait(ms / TRICKLE_PIECES);
			response.write(body.subarray(piece * size, (piece + 1) * size));
		}
		response.end();
	}

	private async wait(ms: number): Promise<void> {
		if (ms > 0) await sleep(ms, undefined, { signal: this.closing.signal });
	}
}

function newRecord(request: IncomingMessage): RequestRecord {
	const [path, ...search] = (request.url ?? '/').split('?');
	// Of a parameter given twice the server reads the first, so the first must be written last.
	const query = [...new URLSearchParams(search.join('?'))].reverse();
	return {
		method: request.method ?? 'GET',
		path,
		query: Object.fromEntries(query),
		body: undefined,
		headers: request.headers,
		at: Date.now(),
	};
}

/** The first entry of X-Forwarded-For, which may be any text. */
function clientAddress(headers: IncomingHttpHeaders): string | undefined {
	const forwarded = headers['x-forwarded-for'];
	return typeof forwarded === 'string' ? forwarded.split(',')[0].trim() : undefined;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks);
}

function parsedOrRaw(text: string): unknown {
	if (text === '') return undefined;
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

function sendWithFault(
	response: ServerResponse,
	record: RequestRecord,
	full: Answer,
	fault: FaultKind | undefined,
): void {
	const body = Buffer.from(full.body);
	const half = body.subarray(0, body.length / 2);
	if (fault === 'resetAfter') cut(response);
	else if (fault === 'truncate') sendPart(response, full, half);
	else if (fault === 'invalidJson') send(response, record, { ...full, body: half });
	else send(response, record, full);
}

function send(response: ServerResponse, record: RequestRecord, full: Answer): void {
	// An outage may have cut the connection.
	if (response.destroyed) return;
	record.status = full.status;
	response.writeHead(full.status, withLength(full));
	response.end(full.body);
}

/** Announces the whole answer, sends a part of it and cuts the connection. */
function sendPart(response: ServerResponse, full: Answer, part: Buffer): void {
	response.writeHead(full.status, withLength(full));
	response.write(part, () => cut(response));
}

function withLength({ headers, body }: Answer): Record<string, string | number> {
	return { ...headers, 'content-length': Buffer.byteLength(body) };
}

function cut(response: ServerResponse): void {
	response.socket?.destroy();
}
