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
