import { UserError, type IDataObject } from 'n8n-workflow';
import type { Expiration, License, LicenseBody, MetadataEntry } from '../../types';
import { differingFields } from '../meanwhile';

/** The whole body of an update: Lukittu refuses one that lacks a field. */
export type LicenseUpdateBody = LicenseBody & { licenseKey: string };

/** The expiration as it must be sent to stay what it is. */
function unchangedExpiration(current: License): Expiration {
	const { expirationType, expirationStart, expirationDate, expirationDays } = current;
	// Read as CREATION, but refused with anything but null.
	if (expirationType === 'NEVER') {
		return { expirationType, expirationStart: null, expirationDate: null, expirationDays: null };
	}
	// With days, Lukittu would store now + days in place of the date.
	if (expirationType === 'DATE') {
		return { expirationType, expirationStart, expirationDate, expirationDays: null };
	}
	// The date must go back with it: null would erase a running expiry.
	return { expirationType, expirationStart, expirationDate, expirationDays };
}

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_YEAR = 9999;

/**
 * The expiry so many days after a moment, as it is sent.
 *
 * @param from milliseconds since 1970
 * @throws UserError if it comes after the year 9999: Lukittu answers a longer year with status 500
 */
export function expiryAfter({ licenseKey }: License, from: number, days: number): string {
	const expiry = new Date(from + days * DAY_MS);
	if (expiry.getUTCFullYear() <= MAX_YEAR) return expiry.toISOString();
	throw new UserError(`The license ${licenseKey} would expire after the year ${MAX_YEAR}`, {
		description:
			"This item changed nothing. Give fewer 'Days', or let it never expire: use the operation Update with 'Expiration'.",
	});
}

/** Metadata as it may be sent: entries are read with more fields. */
function sendable(metadata: MetadataEntry[]): MetadataEntry[] {
	return metadata.map(({ key, value, locked }) => ({ key, value, locked }));
}

/** Whether a license has expired at a date: Lukittu takes no change of it without a new date. */
export function isExpiredDate({ expirationType, expirationDate }: License): boolean {
	if (expirationType !== 'DATE' || expirationDate === null) return false;
	return Date.parse(expirationDate) <= Date.now();
}

/**
 * Makes sure that Lukittu lets a license be changed while its expiration stays as it is.
 *
 * @param advice what to do where it does not
 * @throws UserError if the license has expired at a date
 */
export function checkEditable(license: License, advice: string): void {
	if (!isExpiredDate(license)) return;
	const { licenseKey, expirationDate } = license;
	throw new UserError(
		`The license ${licenseKey} expired on ${expirationDate}, and Lukittu does not let an expired license be edited`,
		{ description: `This item changed nothing. ${advice}` },
	);
}

/** A license in the form in which it is written; what an answer did not tell is undefined. */
export function writtenOf(license: License): Partial<LicenseUpdateBody> {
	return {
		...unchangedExpiration(license),
		licenseKey: license.licenseKey,
		hwidLimit: license.hwidLimit,
		ipLimit: license.ipLimit,
		suspended: license.suspended,
		customerIds: license.customers?.map(({ id }) => id),
		productIds: license.products?.map(({ id }) => id),
		metadata: license.metadata && sendable(license.metadata),
	};
}

/** Of a body, what means something: without days, Lukittu sets their number and start as it likes. */
export function meaningOf(body: Partial<LicenseUpdateBody>): Partial<LicenseUpdateBody> {
	if (body.expirationType === 'DURATION') return body;
	return { ...body, expirationStart: undefined, expirationDays: undefined };
}

/** Whether a license is as this body makes it. */
export function isWritten(license: License, body: IDataObject): boolean {
	// Lukittu fills in what is null of an expiration.
	const isFilledIn = (field: string) => field.startsWith('expiration') && body[field] === null;
	return differingFields(body, writtenOf(license)).every(isFilledIn);
}

/**
 * Makes the body that writes a license back with some fields replaced and all others as they are.
 *
 * @param current the license as read by its key, with customers, products and metadata
 * @throws UserError if the license was not told completely
 * @see section "Update" in docs/architecture.md
 */
export function licenseBody(
	current: License,
	replaced: Partial<LicenseUpdateBody>,
): LicenseUpdateBody {
	const { customers, products, metadata } = current;
	const body = { ...writtenOf(current), ...replaced } as LicenseUpdateBody;
	const isComplete = !Object.values<unknown>(body).includes(undefined);
	if (customers && products && metadata && isComplete) return body;
	throw new UserError(`Lukittu did not tell all of the license ${current.licenseKey}`, {
		description:
			'Its customers, products, metadata, limits or expiration are missing from the answer, and writing it back would remove them. This item changed nothing. Your Lukittu server may be older than the node expects.',
	});
}
