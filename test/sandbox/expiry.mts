import { ApiError, SERVER_ERROR } from './answers.mts';
import { addDays, FULL_DATE } from './formats.mts';
import type { ExpirationStart, ExpirationType, LicenseRow } from './types.mts';
import type { Issue } from './validation.mts';

export type LicenseStatus =
	| 'ACTIVE'
	| 'INACTIVE'
	| 'EXPIRING'
	| 'EXPIRED'
	| 'SUSPENDED'
	| 'UPCOMING';

export const LICENSE_STATUSES: readonly string[] = [
	'ACTIVE',
	'INACTIVE',
	'EXPIRING',
	'EXPIRED',
	'SUSPENDED',
	'UPCOMING',
] satisfies LicenseStatus[];

/** The fields of a request that decide when a license expires. */
export interface ExpiryBody {
	expirationType: ExpirationType;
	expirationStart: ExpirationStart | null;
	expirationDate: string | null;
	expirationDays: number | null;
}

type StatusFields = Pick<
	LicenseRow,
	'suspended' | 'expirationType' | 'expirationStart' | 'expirationDate' | 'lastActiveAt'
>;

const NOTICE_DAYS = 30;

/** A license's status, as the dashboard computes it. */
export function licenseStatus(license: StatusFields, now: Date): LicenseStatus {
	const { expirationDate, lastActiveAt } = license;
	if (license.suspended) return 'SUSPENDED';
	if (expirationDate) {
		if (expirationDate <= now) return 'EXPIRED';
		if (expirationDate <= addDays(now, NOTICE_DAYS)) return 'EXPIRING';
	} else if (license.expirationType === 'DURATION' && license.expirationStart === 'ACTIVATION') {
		return 'UPCOMING';
	}
	if (lastActiveAt && lastActiveAt < addDays(now, -NOTICE_DAYS)) return 'INACTIVE';
	return 'ACTIVE';
}

/** The rules between the fields of an expiry, for create and update alike. */
export function expiryIssues(body: ExpiryBody, now: Date): Issue[] {
	if (body.expirationType === 'NEVER') return neverIssues(body);
	if (body.expirationType === 'DURATION') return durationIssues(body);
	return dateIssues(body, now);
}

/** The expiry date a new license gets. */
export function expiryOnCreate(body: ExpiryBody, now: Date): Date | null {
	if (body.expirationType !== 'DURATION')
		return expiryByDate(body, now, 'Error processing license creation');
	return body.expirationStart === 'CREATION' ? addDays(now, body.expirationDays ?? 0) : null;
}

/** The expiry date an updated license gets. */
export function expiryOnUpdate(
	body: ExpiryBody,
	previousType: ExpirationType,
	now: Date,
): Date | null {
	if (body.expirationType !== 'DURATION') return expiryByDate(body, now, SERVER_ERROR);
	if (body.expirationDate) return storedDate(body.expirationDate, SERVER_ERROR);
	// Only a change of type starts the count; otherwise a missing date erases a running expiry.
	const startsNow = previousType !== 'DURATION' && body.expirationStart === 'CREATION';
	return startsNow ? addDays(now, body.expirationDays ?? 0) : null;
}

function expiryByDate(body: ExpiryBody, now: Date, failure: string): Date | null {
	// The server lets days win over the date, for DATE too.
	if (body.expirationDays !== null) return addDays(now, body.expirationDays);
	return body.expirationDate === null ? null : storedDate(body.expirationDate, failure);
}

/** The validator lets any text through; it is the database that refuses an incomplete date. */
function storedDate(text: string, failure: string): Date {
	const date = new Date(text);
	if (!FULL_DATE.test(text) || Number.isNaN(date.getTime())) throw new ApiError(500, failure);
	return date;
}

function neverIssues(body: ExpiryBody): Issue[] {
	const unwanted = ['expirationStart', 'expirationDate', 'expirationDays'] as const;
	return unwanted
		.filter((field) => body[field] !== null)
		.map((field) => issue(field, 'Must be null when the license never expires'));
}

function durationIssues(body: ExpiryBody): Issue[] {
	const wanted = ['expirationStart', 'expirationDays'] as const;
	return wanted
		.filter((field) => body[field] === null)
		.map((field) => issue(field, 'Required when the expiration type is DURATION'));
}

function dateIssues(body: ExpiryBody, now: Date): Issue[] {
	if (!body.expirationDate)
		return [issue('expirationDate', 'Required when the expiration type is DATE')];
	const past = new Date(body.expirationDate) <= now;
	return past ? [issue('expirationDate', 'Expiration date must be in the future')] : [];
}

function issue(field: keyof ExpiryBody, message: string): Issue {
	return { message, path: [field] };
}
