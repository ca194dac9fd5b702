import type { IncomingHttpHeaders } from 'node:http';

import type { Table } from './table.mts';
import type {
	Delivery,
	DeliveryAttempt,
	DeliveryTimes,
	Webhook,
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

export interface MetadataRow extends MetadataEntry {
	id: string;
	createdAt: Date;
	updatedAt: Date;
}

/** What every stored record has. */
export interface Row {
	id: string;
	teamId: string;
	createdByUserId: string;
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
	lastActiveAt: Date | null;
}

export interface Address {
	line1: string | null;
	line2: string | null;
	city: string | null;
	state: string | null;
	country: string | null;
	postalCode: string | null;
}

export interface DiscordAccount {
	id: string;
	customerId: string;
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
	address: Address | null;
	discordAccount: DiscordAccount | null;
}

export interface ProductRow extends Row {
	name: string;
	url: string | null;
	metadata: MetadataRow[];
}

export interface ReleaseRow extends Row {
	productId: string;
	version: string;
	status: 'PUBLISHED' | 'DRAFT' | 'ARCHIVED' | 'DEPRECATED';
	latest: boolean;
	branchId: string | null;
	metadata: MetadataRow[];
}

type Seed<T extends { metadata: MetadataRow[] }> = Partial<Omit<T, 'metadata' | 'teamId'>> & {
	metadata?: MetadataEntry[];
};
export type LicenseSeed = Seed<LicenseRow>;
export type CustomerSeed = Seed<CustomerRow>;
export type ProductSeed = Seed<ProductRow>;
export type ReleaseSeed = Seed<ReleaseRow> & { productId: string };

/** One team's data. Plain records: a test may read and change all of it at any time. */
export interface Team {
	teamId: string;
	apiKey: string;
	userId: string;
	licenses: Table<LicenseRow>;
	customers: Table<CustomerRow>;
	products: Table<ProductRow>;
	releases: Table<ReleaseRow>;
	webhooks: Webhook[];
	/** Every event on its way to every webhook, in order. */
	deliveries: Delivery[];
	licenseLimit: number;
	customerLimit: number;
	/** When license e-mails were sent; the server allows 50 in 24 hours. */
	emailsSentAt: Date[];
}

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
	| { delayMs: number };

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
	deleteRelease(id: string): void;
}

export interface Sandbox {
	readonly url: string;
	readonly teamId: string;
	readonly apiKey: string;
	readonly state: Team;
	/** A second team on the same server, empty. */
	readonly otherTeam: Team;
	readonly requests: RequestRecord[];
	readonly emails: SentEmail[];
	readonly features: Features;
	readonly dashboard: Dashboard;
	readonly webhookTimes: DeliveryTimes;
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
	/** Waits until no delivery is pending. */
	deliveriesEnded(): Promise<void>;
	/** Of several that match a request, the one added first is used. */
	addFault(fault: Fault): void;
	/** Forgets the requests seen and starts `maxInFlight` anew. */
	clearRequests(): void;
	close(): Promise<void>;
}
