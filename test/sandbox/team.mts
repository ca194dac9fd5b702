import { randomBytes, randomUUID } from 'node:crypto';

import { randomLicenseKey } from './formats.mts';
import { metadataRows } from './metadata.mts';
import { Table } from './table.mts';
import type {
	CustomerRow,
	CustomerSeed,
	LicenseRow,
	LicenseSeed,
	ProductRow,
	ProductSeed,
	Team,
} from './types.mts';

/** A team without data. */
export function createTeam(fields: { teamId?: string; apiKey?: string } = {}): Team {
	return {
		teamId: fields.teamId ?? randomUUID(),
		apiKey: fields.apiKey ?? `lukittu_${randomBytes(16).toString('hex')}`,
		userId: randomUUID(),
		licenses: new Table(),
		customers: new Table(),
		products: new Table(),
		releases: new Table(),
		webhooks: [],
		deliveries: [],
		licenseLimit: Infinity,
		customerLimit: Infinity,
		emailsSentAt: [],
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
		createdByUserId: fields.createdByUserId ?? team.userId,
		expirationType: fields.expirationType ?? 'NEVER',
		expirationStart: fields.expirationStart ?? 'CREATION',
		expirationDate: fields.expirationDate ?? null,
		expirationDays: fields.expirationDays ?? null,
		ipLimit: fields.ipLimit ?? null,
		hwidLimit: fields.hwidLimit ?? null,
		suspended: fields.suspended ?? false,
		productIds: fields.productIds ?? [],
		customerIds: fields.customerIds ?? [],
		metadata: metadataRows(fields.metadata ?? [], createdAt),
		lastActiveAt: fields.lastActiveAt ?? null,
		createdAt,
		updatedAt: fields.updatedAt ?? createdAt,
	};
	team.licenses.set(row.id, row);
	return row;
}

/** Stores a customer. */
export function insertCustomer(team: Team, fields: CustomerSeed, now: Date): CustomerRow {
	const createdAt = fields.createdAt ?? now;
	const row: CustomerRow = {
		id: fields.id ?? randomUUID(),
		teamId: team.teamId,
		createdByUserId: fields.createdByUserId ?? team.userId,
		email: fields.email ?? null,
		fullName: fields.fullName ?? null,
		username: fields.username ?? null,
		metadata: metadataRows(fields.metadata ?? [], createdAt),
		address: fields.address ?? null,
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
		createdByUserId: fields.createdByUserId ?? team.userId,
		name: fields.name ?? `Product ${team.products.size + 1}`,
		url: fields.url ?? null,
		metadata: metadataRows(fields.metadata ?? [], createdAt),
		createdAt,
		updatedAt: fields.updatedAt ?? createdAt,
	};
	team.products.set(row.id, row);
	return row;
}
