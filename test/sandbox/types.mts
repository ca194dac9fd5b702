import type { KeyObject } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

import type { Seed as ServerSeed } from './corpus-seed.mts';
import type { RateLimiter } from './rate-limits.mts';
import type { Table } from './table.mts';
import type {
	Delivery,
	DeliveryAttempt,
	DeliveryTimes,
	Webhook,
	WebhookRules,
	WebhookSeed,
} from './webhook-types.mts';

export type * from './webhook-types.mts';

export type ExpirationType = 'NEVER' | 'DATE' | 'DURATION';
export type ExpirationStart = 'CREATION' | 'ACTIVATION';

export interface MetadataEntry {
	key: string;
	value: string;
	locked: boolean;
}

/** One entry of an owner; `metadataView` adds whose it is. */
export interface MetadataRow extends MetadataEntry {
	id: string;
	createdAt: Date;
	updatedAt: Date;
}

/** What every stored record has. */
export interface Row {
	id: string;
	teamId: string;
	/** A user of the dashboard; null where the API made the record. */
	createdByUserId: string | null;
	createdAt: Date;
	updatedAt: Date;
}

export interface LicenseRow extends Row {
	licenseKey: string;
	expirationType: ExpirationType;
	expirationStart: ExpirationStart;
	expirationDate: Date | null;
	expirationDays: number | null;
	ipLimit: number | null;
	hwidLimit: number | null;
	suspended: boolean;
	productIds: string[];
	customerIds: string[];
	metadata: MetadataRow[];
	/** Never null: creating a license counts as its first use. */
	lastActiveAt: Date;
}

export interface Address {
	line1: string | null;
	line2: string | null;
	city: string | null;
	state: string | null;
	country: string | null;
	postalCode: string | null;
}

export interface AddressRow extends Address {
	id: string;
	customerId: string;
}

export interface DiscordAccount {
	id: string;
	customerId: string;
	teamId: string;
	discordId: string;
	username: string;
	globalName: string | null;
	avatar: string | null;
	createdAt: Date;
	updatedAt: Date;
}

export interface CustomerRow extends Row {
	email: string | null;
	fullName: string | null;
	username: string | null;
	metadata: MetadataRow[];
	address: AddressRow | null;
	discordAccount: DiscordAccount | null;
}

export interface ProductRow extends Row {
	name: string;
	url: string | null;
	metadata: MetadataRow[];
}

export interface BranchRow {
	id: string;
	name: string;
	productId: string;
	createdAt: Date;
	updatedAt: Date;
}

export type ReleaseStatus = 'PUBLISHED' | 'DRAFT' | 'ARCHIVED' | 'DEPRECATED';

export interface ReleaseFile {
	id: string;
	releaseId: string;
	key: string;
	/** In bytes. */
	size: number;
	name: string;
	checksum: string;
	mainClassName: string | null;
	createdAt: Date;
}

export interface ReleaseRow extends Row {
	productId: string;
	version: string;
	status: ReleaseStatus;
	latest: boolean;
	branchId: string | null;
	file: ReleaseFile | null;
	lastSeenAt: Date | null;
	allowedLicenseIds: string[];
	metadata: MetadataRow[];
}

/** A hardware ID or an IP address that a license was used from. */
interface DeviceRow {
	id: string;
	licenseId: string;
	teamId: string;
	forgotten: boolean;
	forgottenAt: Date | null;
	lastSeenAt: Date;
	createdAt: Date;
	updatedAt: Date;
}

export interface HardwareIdRow extends DeviceRow {
	hwid: string;
}

export interface IpAddressRow extends DeviceRow {
	ip: string;
	/** ISO 3166-1 alpha-3; the server stores what it is told, known or not. */
	countryAlpha3: string | null;
}

export interface BlacklistEntry {
	type: 'IP_ADDRESS' | 'COUNTRY' | 'HARDWARE_IDENTIFIER';
	/** Of a country its alpha-3 code. */
	value: string;
}

export interface TeamSettings {
	/** Strict modes: verify and heartbeat must name a customer, product or release. */
	strictCustomers: boolean;
	strictProducts: boolean;
	strictReleases: boolean;
	/** Devices not seen for so long do not count against the limit; null: they always do. */
	hwidTimeoutMinutes: number | null;
	ipTimeoutMinutes: number | null;
}

/** What verify and heartbeat tell of a license, as the team chose it. */
export interface ReturnedFields {
	license: string[];
	licenseMetadataKeys: string[];
	customer: string[];
	customerMetadataKeys: string[];
	product: string[];
	productMetadataKeys: string[];
}

/** One request to the client API, as the statistics count it. */
export interface ClientRequestLog {
	type: 'VERIFY' | 'HEARTBEAT' | 'DOWNLOAD';
	at: Date;
	successful: boolean;
	licenseId: string | null;
	countryAlpha3: string | null;
}

type Seed<T extends { metadata: MetadataRow[] }> = Partial<Omit<T, 'metadata' | 'teamId'>> & {
	metadata?: MetadataEntry[];
};
export type LicenseSeed = Seed<LicenseRow>;
export type CustomerSeed = Omit<Seed<CustomerRow>, 'address'> & { address?: Address | null };
export type ProductSeed = Seed<ProductRow>;
export type ReleaseSeed = Seed<ReleaseRow> & { productId: string };

/** One team's data. Plain records: a test may read and change all of it at any time. */
export interface Team {
	teamId: string;
	apiKey: string;
	/** Further keys. That one is past its `expiresAt` keeps nobody out. */
	moreApiKeys: Array<{ key: string; expiresAt: Date | null }>;
	/** A deleted team answers like an unknown one. */
	deleted: boolean;
	userId: string;
	licenses: Table<LicenseRow>;
	customers: Table<CustomerRow>;
	products: Table<ProductRow>;
	branches: Table<BranchRow>;
	releases: Table<ReleaseRow>;
	hardwareIds: Table<HardwareIdRow>;
	ipAddresses: Table<IpAddressRow>;
	blacklist: BlacklistEntry[];
	webhooks: Webhook[];
	/** Every event on its way to every webhook, in order. */
	deliveries: Delivery[];
	requestLog: ClientRequestLog[];
	licenseLimit: number;
	customerLimit: number;
	/** Per product. */
	releaseLimit: number;
	/** Of all release files together, in MB. */
	storageLimitMb: number;
	/** The paid plan: release files and the class loader. */
	fileUploads: boolean;
	settings: TeamSettings;
	returnedFields: ReturnedFields | null;
	/** Signs challenges; made when first needed (team-keys.mts). */
	keyPair?: Promise<TeamKeyPair>;
}

export interface TeamKeyPair {
	privateKey: KeyObject;
	publicKey: KeyObject;
}

/** How a database compares text. */
export type Collation = 'bytes' | 'locale';

/** Switches for what a server that keeps to the documentation alone does otherwise. */
export interface Features {
	/** Lists tell `totalResults` (undocumented). Default true. */
	totalResults: boolean;
	/** Lists know `status`, `search`, `metadataKey` and `metadataValue`. Default true. */
	undocumentedFilters: boolean;
	/** Get-by-ID answers with `metadata` (documented, but not so on the real server). Default false. */
	metadataById: boolean;
	/** Lists of licenses carry `products`, `customers` and `metadata` (undocumented). Default true. */
	fullLists: boolean;
	/** Rows with equal sort values come in another order on every page. Default true. */
	unstableTies: boolean;
	/**
	 * Simultaneous writes race as on the real server: the limits are no locks, and of several that
	 * delete one record, or give one key to several licenses, one wins and others get 500.
	 * Default false: one request after the other.
	 */
	races: boolean;
	/**
	 * How lists sort text. `bytes`: "Z" before "a"; `locale`: as a database with a language does,
	 * "a" before "Z". Default `bytes`, with which all recorded lists agree.
	 */
	collation: Collation;
}

export interface RequestRecord {
	method: string;
	/** Without the query string. */
	path: string;
	query: Record<string, string>;
	/** Parsed where it is JSON, the text where it is not, undefined where there is none. */
	body: unknown;
	headers: IncomingHttpHeaders;
	/** Arrival, in milliseconds since 1970 (real time, whatever `now` says). */
	at: number;
	/** Set once an answer was sent; stays undefined where the connection was cut or hangs. */
	status?: number;
	/** What a late commit came to (`commitAfterMs`); set once it has happened. */
	lateStatus?: number;
}

/** An answer given instead of processing the request. */
export interface StatusFault {
	status: number;
	details?: string;
	headers?: Record<string, string>;
	html?: boolean;
	data?: unknown;
	emptyBody?: boolean;
}

export type FaultKind =
	| StatusFault
	/** The connection is cut, the request is not carried out. */
	| 'resetBefore'
	/** The request is carried out, then the connection is cut. */
	| 'resetAfter'
	/** Carried out; the answer ends half-way through its announced length. */
	| 'truncate'
	/** Carried out; the answer is complete, but not JSON, though its type says so. */
	| 'invalidJson'
	/** Not carried out, never answered. */
	| 'hang'
	/** Not carried out. The status is 302 by default. */
	| { redirect: string; status?: number }
	/** Carried out after the delay, even if the client has gone by then. */
	| { delayMs: number }
	/** Answered so at once, and carried out that much later. */
	| { commitAfterMs: number; answer: 'hang' | 'resetBefore' | StatusFault }
	/** Carried out; the answer comes in small pieces and takes that long as a whole. */
	| { trickleMs: number }
	/** Not carried out: 500, of a license create `Error processing license creation`. */
	| 'databaseStall'
	/** Not carried out: 401 `Invalid API key`, as if the key were wrong. */
	| 'databaseAway';

export interface Fault {
	/** Case does not matter. Without it: any method. */
	method?: string;
	/** Tested on the path without the query string. Without it: any path. */
	path?: RegExp;
	/** Lets that many matching requests pass first. */
	skip?: number;
	/** Default 1. */
	times?: number;
	kind: FaultKind;
}

export interface SandboxOptions {
	/** Default 0: a free one. */
	port?: number;
	latencyMs?: number;
	teamId?: string;
	apiKey?: string;
	now?: () => Date;
	/** Lets webhooks go to other machines. Default false: to this one only. */
	webhooksAnywhere?: boolean;
	/** The data to start with, and to go back to at a reset. Default: two empty teams. */
	seed?: ServerSeed;
	/** Where the seed's webhooks go. */
	hookUrl?: string;
}

export interface SentEmail {
	licenseKey: string;
	to: string;
}

/** What people do in the dashboard and the API cannot; each tells the webhooks of it. */
export interface Dashboard {
	createProduct(fields?: ProductSeed): ProductRow;
	updateProduct(id: string, changes: ProductSeed): ProductRow;
	deleteProduct(id: string): void;
	createRelease(fields: ReleaseSeed): ReleaseRow;
	updateRelease(id: string, changes: Partial<ReleaseSeed>): ReleaseRow;
	/** Makes it the latest of its product and branch; the server tells no webhook of that. */
	setLatestRelease(id: string): void;
	deleteRelease(id: string): void;
}

export interface Sandbox {
	readonly url: string;
	readonly teamId: string;
	readonly apiKey: string;
	readonly state: Team;
	/** A second team on the same server, empty. */
	readonly otherTeam: Team;
	/** All teams; `state` and `otherTeam` are the first two. */
	readonly teams: Team[];
	/** Counters of rate limits and mails. */
	readonly rateLimits: RateLimiter;
	readonly requests: RequestRecord[];
	readonly emails: SentEmail[];
	/** Set it, and the mail server takes no e-mail. */
	refusesEmails: boolean;
	readonly features: Features;
	readonly dashboard: Dashboard;
	readonly webhookTimes: DeliveryTimes;
	readonly webhookRules: WebhookRules;
	readonly inFlight: number;
	readonly maxInFlight: number;
	latencyMs: number;
	/** Called (and awaited) before a request is processed. */
	onRequest?: (record: RequestRecord) => void | Promise<void>;
	/** Called after each attempt to deliver a webhook. */
	onDelivery?: (delivery: Delivery, attempt: DeliveryAttempt) => void;
	/** Puts a row into the first team, and calls no webhook. Rows without `createdAt` get one a second apart. */
	addProduct(fields?: ProductSeed): ProductRow;
	addCustomer(fields?: CustomerSeed): CustomerRow;
	addLicense(fields?: LicenseSeed): LicenseRow;
	/** Sets up a webhook in the first team, as people do in the dashboard. */
	addWebhook(fields: WebhookSeed): Webhook;
	/** Counts license e-mails of the first team as sent. */
	useEmails(count: number): void;
	/** Ends what is under way, puts back the data of the start, and forgets limits and caches. */
	reset(): Promise<void>;
	/**
	 * Does what somebody's cron makes the real server do: sends up to 50 events that are due, five at
	 * once, and the newest first, since no order is promised.
	 */
	runWebhookCron(): Promise<void>;
	/** Waits until no delivery is under way or waits for the timer. */
	deliveriesEnded(): Promise<void>;
	/** Of several that match a request, the one added first is used. */
	addFault(fault: Fault): void;
	/**
	 * An outage: cuts all connections and listens no more, then again at the same port, with its data.
	 * What was under way is still carried out.
	 *
	 * @returns once it listens again
	 */
	goAway(ms: number): Promise<void>;
	/** Waits until no late commit (`commitAfterMs`) is outstanding. */
	commitsEnded(): Promise<void>;
	/** Forgets the requests seen and starts `maxInFlight` anew. */
	clearRequests(): void;
	close(): Promise<void>;
}
