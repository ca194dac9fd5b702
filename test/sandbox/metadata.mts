import { randomUUID } from 'node:crypto';

import { likeMatcher } from './formats.mts';
import { refuseUnstorable } from './requests.mts';
import type { MetadataEntry, MetadataRow, Team } from './types.mts';
import { array, boolean, strictObject, string } from './validation.mts';

/** Entries carry exactly these fields when sent, though they are read back with more. */
export const metadataCheck = array(
	strictObject({
		key: string({ min: 1, max: 255 }),
		value: string({ min: 1, max: 255 }),
		locked: boolean(),
	}),
	20,
);

/** New rows for entries; the server replaces all of them at every write. */
export function metadataRows(entries: MetadataEntry[], now: Date): MetadataRow[] {
	return entries.map(({ key, value, locked }) => ({
		id: randomUUID(),
		key,
		value,
		locked,
		createdAt: now,
		updatedAt: now,
	}));
}

/** Whose an entry is: one of these. */
interface Owner {
	customerId?: string;
	licenseId?: string;
	productId?: string;
	releaseId?: string;
}

/** Entries as they are read back, with the fields that must not be sent again. */
export function metadataView(rows: MetadataRow[], team: Team, owner: Owner): unknown[] {
	return rows.map(({ id, key, value, locked, createdAt, updatedAt }) => ({
		id,
		key,
		value,
		locked,
		teamId: team.teamId,
		createdAt,
		updatedAt,
		customerId: owner.customerId ?? null,
		licenseId: owner.licenseId ?? null,
		productId: owner.productId ?? null,
		releaseId: owner.releaseId ?? null,
		// Blacklist entries have metadata too, but no endpoint shows them.
		blacklistId: null,
	}));
}

const MAX_FILTER_LENGTH = 255;

/**
 * A filter of lists by an entry: the key as it is, the value by a part of it. Undefined, so that
 * everything is listed, where one of them is missing or longer than an entry can be.
 */
export function metadataFilter(
	query: URLSearchParams,
): ((row: { metadata: MetadataRow[] }) => boolean) | undefined {
	const key = query.get('metadataKey') ?? '';
	const value = query.get('metadataValue') ?? '';
	if ([key, value].some((text) => text === '' || text.length > MAX_FILTER_LENGTH)) return undefined;
	refuseUnstorable([key, value]);
	const matches = likeMatcher(value);
	return ({ metadata }) => metadata.some((entry) => entry.key === key && matches(entry.value));
}
