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

/** One request to Lukittu, below `/api/v1/dev/teams/{teamId}`. */
export interface LukittuRequest {
	method: IHttpRequestMethods;
	/** Path below the team, with values already checked, for example `/licenses/id/…`. */
	url: string;
	qs?: IDataObject;
	body?: IDataObject;
	/** Checks the data of the answer. Without it, any object is good. */
	faultOf?: AnswerCheck;
	/** What the request is about, as it stands in messages: "the license with the key …". */
	subject: string;
	/** Whether the item may run again after an answer was lost. By default, all but a POST may. */
	isRepeatable?: boolean;
	/** Whether the item goes on where this does not work, so that it does not end the run. */
	isOptional?: boolean;
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
