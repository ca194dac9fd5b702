import { randomBytes, randomUUID } from 'node:crypto';

import type { DiscordUser } from './discord.mts';
import { randomLicenseKey } from './formats.mts';
import { metadataRows } from './metadata.mts';
import { Table } from './table.mts';
import type {
	Address,
	AddressRow,
	CustomerRow,
	CustomerSeed,
	DiscordAccount,
	LicenseRow,
	LicenseSeed,
	ProductRow,
	ProductSeed,
	ReleaseRow,
	ReleaseSeed,
	Team,
} from './types.mts';

type TeamFields = Partial<Pick<Team, 'teamId' | 'apiKey' | 'userId'>>;

/** A team without data, limits and settings. */
export function createTeam(fields: TeamFields = {}): Team {
	return {
		teamId: fields.teamId ?? randomUUID(),
		apiKey: fields.apiKey ?? `lukittu_${randomBytes(16).toString('hex')}`,
		moreApiKeys: [],
		deleted: false,
		userId: fields.userId ?? randomUUID(),
		licenses: new Table(),
		customers: new Table(),
		products: new Table(),
		branches: new Table(),
		releases: new Table(),
		hardwareIds: new Table(),
		ipAddresses: new Table(),
		blacklist: [],
		webhooks: [],
		deliveries: [],
		requestLog: [],
		licenseLimit: Infinity,
		customerLimit: Infinity,
		releaseLimit: Infinity,
		storageLimitMb: Infinity,
		fileUploads: true,
		settings: {
			strictCustomers: false,
			strictProducts: false,
			strictReleases: false,
			hwidTimeoutMinutes: null,
			ipTimeoutMinutes: null,
		},
		returnedFields: null,
	};
}

/*
 * The rows are written out field by field. Put together with spreads, each would get a hidden class
 * of its own in V8, and going through 10,000 of them would take ten times as long.
 */

/** Stores a license; without fields it never expires. */
export function insertLicense(team: Team, fields: LicenseSeed, now: Date): LicenseRow {
	const createdAt = fields.createdAt ?? now;
	const row: LicenseRow = {
		id: fields.id ?? randomUUID(),
		licenseKey: fields.licenseKey ?? randomLicenseKey(),
		teamId: team.teamId,
		createdByUserId: fields.createdByUserId === undefined ? team.userId : fields.createdByUserId,
		expirationType: fields.expirationType ?? 'NEVER',
		expirationStart: fields.expirationStart ?? 'CREATION',
		expirationDate: fields.expirationDate ?? null,
		expirationDays: fields.expirationDays ?? null,
		ipLimit: fields.ipLimit ?? null,
		hwidLimit: fields.hwidLimit ?? null,
		suspended: fields.suspended ?? false,
		productIds: linkedIds(fields.productIds ?? []),
		customerIds: linkedIds(fields.customerIds ?? []),
		metadata: metadataRows(fields.metadata ?? [], createdAt),
		lastActiveAt: fields.lastActiveAt ?? createdAt,
		createdAt,
		updatedAt: fields.updatedAt ?? createdAt,
	};
	team.licenses.set(row.id, row);
	return row;
}

/** The order of links is not kept: the server tells them in the order of their IDs. */
export function linkedIds(ids: string[]): string[] {
	return ids.toSorted();
}

/** Stores a customer. */
export function insertCustomer(team: Team, fields: CustomerSeed, now: Date): CustomerRow {
	const createdAt = fields.createdAt ?? now;
	const id = fields.id ?? randomUUID();
	const row: CustomerRow = {
		id,
		teamId: team.teamId,
		createdByUserId: fields.createdByUserId === undefined ? team.userId : fields.createdByUserId,
		email: fields.email ?? null,
		fullName: fields.fullName ?? null,
		username: fields.username ?? null,
		metadata: metadataRows(fields.metadata ?? [], createdAt),
		address: addressRow(fields.address ?? null, id),
		discordAccount: fields.discordAccount ?? null,
		createdAt,
		updatedAt: fields.updatedAt ?? createdAt,
	};
	team.customers.set(row.id, row);
	return row;
}

/** Stores a product; only the dashboard can, the API has no endpoint for it. */
export function insertProduct(team: Team, fields: ProductSeed, now: Date): ProductRow {
	const createdAt = fields.createdAt ?? now;
	const row: ProductRow = {
		id: fields.id ?? randomUUID(),
		teamId: team.teamId,
		createdByUserId: fields.createdByUserId === undefined ? team.userId : fields.createdByUserId,
		name: fields.name ?? `Product ${team.products.size + 1}`,
		url: fields.url ?? null,
		metadata: metadataRows(fields.metadata ?? [], createdAt),
		createdAt,
		updatedAt: fields.updatedAt ?? createdAt,
	};
	team.products.set(row.id, row);
	return row;
}

/** An address with what the server stores beside it. */
export function addressRow(address: Address | null, customerId: string): AddressRow | null {
	return address && { ...address, id: randomUUID(), customerId };
}

/** A link between a customer and an account of Discord. */
export function discordAccount(
	customer: Pick<CustomerRow, 'id' | 'teamId'>,
	discordId: string,
	user: DiscordUser,
	now: Date,
): DiscordAccount {
	return {
		id: randomUUID(),
		customerId: customer.id,
		teamId: customer.teamId,
		discordId,
		...user,
		createdAt: now,
		updatedAt: now,
	};
}

/** Stores a release; without fields it is published, without a file and for every license. */
export function insertRelease(team: Team, fields: ReleaseSeed, now: Date): ReleaseRow {
	const createdAt = fields.createdAt ?? now;
	const row: ReleaseRow = {
		id: fields.id ?? randomUUID(),
		teamId: team.teamId,
		createdByUserId: fields.createdByUserId === undefined ? team.userId : fields.createdByUserId,
		productId: fields.productId,
		version: fields.version ?? '1.0.0',
		status: fields.status ?? 'PUBLISHED',
		latest: fields.latest ?? false,
		branchId: fields.branchId ?? null,
		file: fields.file ?? null,
		lastSeenAt: fields.lastSeenAt ?? null,
		allowedLicenseIds: fields.allowedLicenseIds ?? [],
		metadata: metadataRows(fields.metadata ?? [], createdAt),
		createdAt,
		updatedAt: fields.updatedAt ?? createdAt,
	};
	team.releases.set(row.id, row);
	return row;
}
