import type { License } from '../../types';

/** As Lukittu's dashboard names them. */
export const LICENSE_STATUSES = [
	'ACTIVE',
	'EXPIRED',
	'EXPIRING',
	'INACTIVE',
	'SUSPENDED',
	'UPCOMING',
] as const;

export type LicenseStatus = (typeof LICENSE_STATUSES)[number];

export const DAY_MS = 24 * 60 * 60 * 1000;
/** For how long before its end a license is expiring, and after its last use still active. */
const NOTICE_MS = 30 * DAY_MS;

/**
 * The status of a license as Lukittu's dashboard computes it; the API does not tell it.
 *
 * @param now milliseconds since 1970
 */
export function statusOf(license: License, now: number): LicenseStatus {
	const { expirationDate, expirationStart, expirationType, lastActiveAt, suspended } = license;
	if (suspended) return 'SUSPENDED';
	if (expirationDate) {
		const left = Date.parse(expirationDate) - now;
		if (left <= 0) return 'EXPIRED';
		if (left <= NOTICE_MS) return 'EXPIRING';
	} else if (expirationType === 'DURATION' && expirationStart === 'ACTIVATION') {
		return 'UPCOMING';
	}
	const isIdle = !!lastActiveAt && Date.parse(lastActiveAt) < now - NOTICE_MS;
	return isIdle ? 'INACTIVE' : 'ACTIVE';
}

/**
 * In how many full days a license expires: 0 within the next 24 hours, negative once it has
 * expired, null where it has no expiry.
 *
 * @param now milliseconds since 1970
 */
export function daysUntilExpiry({ expirationDate }: License, now: number): number | null {
	if (!expirationDate) return null;
	return Math.floor((Date.parse(expirationDate) - now) / DAY_MS);
}

/** A license with what is computed of it. */
export type ComputedLicense = License & {
	status: LicenseStatus;
	daysUntilExpiry: number | null;
};

/**
 * Adds to a license what is computed of it. To the license itself: lists have many thousands, and a
 * copy takes longer than all the rest of it.
 *
 * @param now milliseconds since 1970
 */
export function addComputedFields(license: License, now: number): ComputedLicense {
	return Object.assign(license, {
		status: statusOf(license, now),
		daysUntilExpiry: daysUntilExpiry(license, now),
	});
}
