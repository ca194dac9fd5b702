import type { IDataObject, IHttpRequestMethods } from 'n8n-workflow';

/** One key-value pair on a license, as it is sent. Entries read back carry more fields. */
export type MetadataEntry = {
	key: string;
	value: string;
	locked: boolean;
};

export type ExpirationType = 'NEVER' | 'DATE' | 'DURATION';
export type ExpirationStart = 'CREATION' | 'ACTIVATION';

/** When a license ends, in the four fields the API uses for it. */
export type Expiration = {
	expirationType: ExpirationType;
	expirationStart: ExpirationStart | null;
	/** ISO 8601 in UTC. */
	expirationDate: string | null;
	/** 1 to 1000. */
	expirationDays: number | null;
};

/** The ten fields that create and update have in common. Lukittu wants every one, null where unset. */
export type LicenseBody = Expiration & {
	/** 1 to 1000; null is unlimited. */
	ipLimit: number | null;
	/** 1 to 1000; null is unlimited. */
	hwidLimit: number | null;
	suspended: boolean;
	productIds: string[];
	customerIds: string[];
	metadata: MetadataEntry[];
};

/** A license as Lukittu answers it. The answer to a look-up by ID has no `metadata`. */
export type License = Expiration & {
	id: string;
	licenseKey: string;
	ipLimit: number | null;
	hwidLimit: number | null;
	suspended: boolean;
	createdAt: string;
	updatedAt: string;
	lastActiveAt: string | null;
	metadata?: MetadataEntry[];
	customers?: Customer[];
	products?: Product[];
};

/** A customer's address, in the six fields Lukittu takes, all of them or none. */
export type Address = {
	line1: string | null;
	line2: string | null;
	city: string | null;
	state: string | null;
	country: string | null;
	postalCode: string | null;
};

/** A customer as Lukittu answers it; in a license it comes without the optional fields. */
export type Customer = {
	id: string;
	email: string | null;
	fullName: string | null;
	username: string | null;
	createdAt: string;
	updatedAt: string;
	/** Lukittu's documents have `street` in place of the two lines. */
	address?: (Address & { street?: string | null }) | null;
	discordAccount?: { discordId: string } | null;
	metadata?: MetadataEntry[];
};

export type Product = {
	id: string;
	name: string;
};

/** What names a license: its ID or its key, already checked. */
export type LicenseReference = { by: 'id'; id: string } | { by: 'key'; key: string };

/** Tells what of an answer cannot be read, as "'id' is 7", or undefined where all can. */
export type AnswerCheck = (value: unknown) => string | undefined;

/** What a user reads of a request that did not succeed. */
export interface Explanation {
	message: string;
	description: string;
	/** Whether Lukittu may have carried out the request all the same. */
	mayHaveActed?: boolean;
	/** Whether Lukittu itself says that it does not know the subject. A proxy's page proves nothing. */
	isAbsent?: boolean;
	/** Where the same request may go well in a moment. */
	transient?: Transient;
}

/** What is known of a transient failure. */
export interface Transient {
	/** What the server asks to wait, in milliseconds. */
	retryAfterMs?: number;
	/** Most attempts as long as Lukittu has accepted no request of the run. */
	attemptsBeforeSuccess?: number;
	/** Whether the server may still be working on the request. */
	mayStillRun?: boolean;
	/** Whether the server asks for fewer requests. */
	isTooMany?: boolean;
	/** Whether the server seems to be down, so that fewer requests should try. */
	isOutage?: boolean;
}

/** What a server answered to a request that it refused. */
export interface Refusal {
	status: number;
	/** Lukittu's own words; empty where there are none. */
	details: string;
	/** What the server asks to wait, in milliseconds. */
	retryAfterMs?: number;
}

/** One entry of the `data` array of a validation answer. */
export interface Finding {
	message: string;
	/** Names of API fields and indexes; empty for a rule between fields. */
	path: Array<string | number>;
}

/**
 * What messages about the requests of one resource have to know. `fields` are the names of those
 * that the item uses: a message names no others.
 */
export interface ResourceInfo {
	/** For example "license"; the field that names one has the same name. */
	noun: string;
	/** The label of that field, for example "License". */
	label: string;
	/** Refusals that mean something of their own here, by Lukittu's words. */
	refusals: Array<{
		details: RegExp;
		explain: (
			request: LukittuRequest,
			refusal: Refusal,
			fields: ReadonlySet<string>,
		) => Explanation | undefined;
	}>;
	/** Words a finding whose path alone would mislead. */
	wordFinding?: (finding: Finding, fields: ReadonlySet<string>) => string | undefined;
	/** Advice on refusals that nothing else explains, for requests with a body. */
	adviceOnRefusal?: string;
}

/** One request to Lukittu, below `/api/v1/dev/teams/{teamId}`. */
export interface LukittuRequest {
	method: IHttpRequestMethods;
	/** Path below the team, with values already checked, for example `/licenses/id/…`. */
	url: string;
	qs?: IDataObject;
	body?: IDataObject;
	resource: ResourceInfo;
	/** Checks the data of the answer. Without it, any object is good. */
	faultOf?: AnswerCheck;
	/** What the request is about, as it stands in messages: "the license with the key …". */
	subject: string;
	/** Whether the item may run again after an answer was lost. By default, all but a POST may. */
	isRepeatable?: boolean;
	/** Whether the item goes on where this does not work, so that it does not end the run. */
	isOptional?: boolean;
	/** Whether the item goes on where Lukittu does not know the subject any more. */
	mayBeAbsent?: boolean;
	/**
	 * For a POST whose answer was lost: looks for what it may have created. With it, the POST is sent
	 * again where nothing is found; without it, never.
	 */
	lookUp?: () => Promise<unknown>;
}

/** How the user wants requests to be repeated. */
export interface RetryOptions {
	/** Most requests in flight, 1 to 50. */
	maxInFlight: number;
	/** For how long a request is sent again while its failure may pass, in milliseconds. */
	keepTryingMs: number;
}
