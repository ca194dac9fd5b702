import fc from 'fast-check';

import type { ExpirationStart, LicenseSeed, MetadataEntry } from '../sandbox/types.mts';
import { customerId, productId } from './memory.mts';

/** How many customers, and products, the team has: more than one license takes. */
export const LINKS = 25;

export const DAY = 86_400_000;

/** Moments around another, most of all those close to it. */
function momentsFrom(now: number, min: number, max: number): fc.Arbitrary<Date> {
	const near = [-1000, -1, 0, 1, 1000].filter((offset) => offset >= min && offset <= max);
	const offsets = fc.oneof(
		{ weight: 4, arbitrary: fc.integer({ min, max }) },
		...(near.length > 0 ? [{ weight: 1, arbitrary: fc.constantFrom(...near) }] : []),
	);
	return offsets.map((offset) => new Date(now + offset));
}

/** Text for metadata: 1 to 255 characters of any kind but NUL, which no server can have stored. */
const text = fc.oneof(
	{ weight: 5, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }) },
	{ weight: 1, arbitrary: fc.string({ unit: 'binary-ascii', minLength: 255, maxLength: 255 }) },
	{ weight: 1, arbitrary: fc.constantFrom(' ', ',', '=', 'null', 'false', 'Order', '__proto__') },
);
const metadataText = text.filter((value) => value.length <= 255 && !value.includes('\0'));

/** Keys that are likely to meet each other, and any others. */
export const metadataKey = fc.oneof(
	fc.constantFrom('order', 'Order', 'order ', 'plan'),
	// Those of the node itself, with whatever someone else may have put there.
	fc.constantFrom('n8nRenewals', 'suspensionReason', 'reinstatementReason'),
	metadataText,
);

const metadataEntry = fc.record({ key: metadataKey, value: metadataText, locked: fc.boolean() });

/** Entries of a license; the server also keeps two with one key. */
export const metadataEntries: fc.Arbitrary<MetadataEntry[]> = fc.oneof(
	{ weight: 4, arbitrary: fc.array(metadataEntry, { maxLength: 5 }) },
	{ weight: 1, arbitrary: fc.array(metadataEntry, { minLength: 18, maxLength: 20 }) },
);

/** Entries of which no two have one key. */
export const uniqueEntries = (min: number) =>
	fc.uniqueArray(metadataEntry, { selector: ({ key }) => key, minLength: min, maxLength: 6 });

/** What a metadata entry, and so a reason, can say. */
export const entryValue = metadataText;

const links = (idOf: (index: number) => string, min = 0) =>
	fc
		.oneof(
			{ weight: 4, arbitrary: fc.subarray([0, 1, 2, 3, 4], { minLength: min }) },
			{ weight: 1, arbitrary: fc.shuffledSubarray([...Array(LINKS).keys()], { minLength: 17 }) },
		)
		.map((indexes) => indexes.slice(0, 20).map(idOf));

/** Customers, or products, in any order, at most as many as a license takes. */
export const customerIds = (min?: number) => links(customerId, min);
export const productIds = (min?: number) => links(productId, min);

const limit = fc.option(fc.integer({ min: 1, max: 1000 }), { nil: null });

const KEY_CHARACTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'];

export const licenseKey = fc
	.array(fc.string({ unit: fc.constantFrom(...KEY_CHARACTERS), minLength: 5, maxLength: 5 }), {
		minLength: 5,
		maxLength: 5,
	})
	.map((groups) => groups.join('-'));

const start = fc.constantFrom<ExpirationStart>('CREATION', 'ACTIVATION');
const days = fc.integer({ min: 1, max: 1000 });

/** Every expiration the server can hold. */
function expiration(now: number, margin: number): fc.Arbitrary<LicenseSeed> {
	const expiry = fc.oneof(
		momentsFrom(now, -3000 * DAY, -margin),
		momentsFrom(now, margin, 3000 * DAY),
	);
	return fc.oneof(
		fc.constant<LicenseSeed>({ expirationType: 'NEVER' }),
		fc.record<LicenseSeed>({
			expirationType: fc.constant('DATE'),
			expirationStart: start,
			expirationDate: expiry,
			// A date that was sent with days has become now + days, and the days are kept.
			expirationDays: fc.option(days, { nil: null, freq: 4 }),
		}),
		fc.record<LicenseSeed>({
			expirationType: fc.constant('DURATION'),
			expirationStart: start,
			// From ACTIVATION without a date: not used yet. From CREATION: it never expires.
			expirationDate: fc.option(expiry, { nil: null, freq: 2 }),
			expirationDays: days,
		}),
	);
}

/**
 * Licenses of every type and state, as the server could hold them.
 *
 * @param margin milliseconds around now in which no expiry lies, where real time passes
 */
export function licenses(now: number, margin = 0): fc.Arbitrary<LicenseSeed> {
	const rest = fc.record<LicenseSeed>({
		id: fc.uuid(),
		licenseKey,
		hwidLimit: limit,
		ipLimit: limit,
		suspended: fc.boolean(),
		customerIds: customerIds(),
		productIds: productIds(),
		metadata: metadataEntries,
		lastActiveAt: momentsFrom(now, -400 * DAY, 0),
		createdAt: momentsFrom(now, -4000 * DAY, 0),
	});
	return fc
		.tuple(rest, expiration(now, margin))
		.map(([fields, expiry]) => ({ ...fields, ...expiry }));
}
