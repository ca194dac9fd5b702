import { ApiError, SERVER_ERROR } from './answers.mts';
import { addDays, dateOf, isFullDate } from './formats.mts';
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
	/** Anything that `dateOf` makes a date of. */
	expirationDate: unknown;
	expirationDays: number | null;
}

type StatusFields = Pick<
	LicenseRow,
	'suspended' | 'expirationType' | 'expirationStart' | 'expirationDate' | 'lastActiveAt'
>;

type ExpiryFields = Pick<LicenseRow, 'expirationType' | 'expirationStart' | 'expirationDate'>;

/** What the server says of a create that the database refuses. */
export const CREATE_FAILURE = 'Error processing license creation';

const NOTICE_DAYS = 30;
/** What its date type holds. Later dates, which JavaScript has up to 275760, come out as null. */
const LAST_YEAR_OF_ENGINE = 262_142;

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
	if (lastActiveAt < addDays(now, -NOTICE_DAYS)) return 'INACTIVE';
	return 'ACTIVE';
}

/** The rules between the fields of an expiry, for create and update alike. Each finds one fault. */
export function expiryIssues(body: ExpiryBody, now: Date): Issue[] {
	const { expirationType, expirationStart, expirationDate, expirationDays } = body;
	const date = expirationDate === null ? null : dateOf(expirationDate);
	// 0 days count as none.
	if (expirationType === 'NEVER')
		return expirationStart || date || expirationDays ? [invalidInput()] : [];
	if (expirationType === 'DURATION')
		return expirationStart && expirationDays ? [] : [invalidInput('expirationDays')];
	return date && date > now ? [] : [invalidInput('expirationDate')];
}

/** The expiry date a new license gets. The server stores the date as it was sent. */
export function expiryOnCreate(body: ExpiryBody, now: Date): Date | null {
	const { expirationStart, expirationDate, expirationDays } = body;
	const failure = CREATE_FAILURE;
	// Days win, even over the date of a DATE license.
	if (expirationDays !== null && expirationStart !== 'ACTIVATION')
		return addDays(now, expirationDays);
	if (expirationDate === null) return null;
	if (typeof expirationDate !== 'string' || !isFullDate(expirationDate))
		throw new ApiError(500, failure);
	return storable(dateOf(expirationDate), failure);
}

/** The expiry date an updated license gets. Unlike a create, an update takes any date. */
export function expiryOnUpdate(body: ExpiryBody, previous: ExpiryFields, now: Date): Date | null {
	const { expirationDate, expirationDays } = body;
	if (startsNow(body, previous)) return addDays(now, expirationDays ?? 0);
	// A DURATION without a date loses the one it had, even if it was running.
	const date = expirationDate === null ? null : dateOf(expirationDate);
	if (!date || date.getUTCFullYear() > LAST_YEAR_OF_ENGINE) return null;
	return storable(date, SERVER_ERROR);
}

/** The days of a DURATION count from now where none were counted before; a date sent is ignored. */
function startsNow(body: ExpiryBody, previous: ExpiryFields): boolean {
	if (body.expirationType !== 'DURATION' || body.expirationStart !== 'CREATION') return false;
	const wasUnused = previous.expirationStart === 'ACTIVATION' && !previous.expirationDate;
	return previous.expirationType !== 'DURATION' || wasUnused;
}

/** The database has no year 0, and none before. Years of five digits are lost on the way to it. */
function storable(date: Date, failure: string): Date {
	const year = date.getUTCFullYear();
	if (year < 1 || year > 9999) throw new ApiError(500, failure);
	return date;
}

function invalidInput(...path: Array<keyof ExpiryBody>): Issue {
	return { message: 'Invalid input', path };
}
