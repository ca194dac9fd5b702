import {
	DAY_MS,
	daysUntilExpiry,
	LICENSE_STATUSES,
	statusOf,
	addComputedFields,
} from '../../nodes/Lukittu/resources/license/status.ts';
import type { License } from '../../nodes/Lukittu/types.ts';
import { licenseStatus, LICENSE_STATUSES as SANDBOX_STATUSES } from '../sandbox/expiry.mts';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');

const at = (ms: number) => new Date(NOW + ms).toISOString();

/** A license that never expires and was used just now. */
function license(fields: Partial<License> = {}): License {
	return {
		id: '123e4567-e89b-42d3-a456-426614174000',
		licenseKey: 'ABCD1-EFGH2-IJKL3-MNOP4-QRST5',
		expirationType: 'NEVER',
		expirationStart: 'CREATION',
		expirationDate: null,
		expirationDays: null,
		ipLimit: null,
		hwidLimit: null,
		suspended: false,
		createdAt: at(-400 * DAY_MS),
		updatedAt: at(-400 * DAY_MS),
		lastActiveAt: at(0),
		...fields,
	};
}

const expires = (ms: number): Partial<License> => ({
	expirationType: 'DATE',
	expirationDate: at(ms),
});
const unused: Partial<License> = {
	expirationType: 'DURATION',
	expirationStart: 'ACTIVATION',
	expirationDays: 30,
	lastActiveAt: null,
};
const usedBefore = (ms: number): Partial<License> => ({ lastActiveAt: at(-ms) });

test.each<[string, string, Partial<License>]>([
	['SUSPENDED', 'suspended', { suspended: true }],
	['SUSPENDED', 'suspended and expired', { suspended: true, ...expires(-DAY_MS) }],
	['SUSPENDED', 'suspended and never used', { suspended: true, ...unused }],
	['EXPIRED', 'expired a millisecond ago', expires(-1)],
	['EXPIRED', 'expires exactly now', expires(0)],
	['EXPIRED', 'expired, its days begun at activation', { ...unused, ...expires(-1) }],
	['EXPIRING', 'expires in a millisecond', expires(1)],
	['EXPIRING', 'expires in exactly 30 days', expires(30 * DAY_MS)],
	['EXPIRING', 'expires soon, long unused', { ...expires(DAY_MS), ...usedBefore(90 * DAY_MS) }],
	['ACTIVE', 'expires a millisecond after 30 days', expires(30 * DAY_MS + 1)],
	[
		'INACTIVE',
		'expires later, long unused',
		{ ...expires(31 * DAY_MS), ...usedBefore(31 * DAY_MS) },
	],
	['UPCOMING', 'its days begin at activation', unused],
	['UPCOMING', 'the same, though used long ago', { ...unused, ...usedBefore(90 * DAY_MS) }],
	['ACTIVE', 'its days began at creation, no date', { ...unused, expirationStart: 'CREATION' }],
	['ACTIVE', 'never expires, just used', {}],
	['ACTIVE', 'never used', { lastActiveAt: null }],
	['ACTIVE', 'last used exactly 30 days ago', usedBefore(30 * DAY_MS)],
	['INACTIVE', 'last used a millisecond before that', usedBefore(30 * DAY_MS + 1)],
])('%s: %s', (status, _, fields) => {
	expect(statusOf(license(fields), NOW)).toBe(status);
});

test.each<[number | null, string, Partial<License>]>([
	[null, 'never', {}],
	[null, 'days that have not begun', unused],
	[-2, 'a day and a millisecond ago', expires(-DAY_MS - 1)],
	[-1, 'a day ago', expires(-DAY_MS)],
	[-1, 'a millisecond ago', expires(-1)],
	[0, 'now', expires(0)],
	[0, 'a millisecond before a day is over', expires(DAY_MS - 1)],
	[1, 'in a day', expires(DAY_MS)],
	[29, 'a millisecond before 30 days are over', expires(30 * DAY_MS - 1)],
	[30, 'in 30 days', expires(30 * DAY_MS)],
])('%s days until it expires: %s', (days, _, fields) => {
	expect(daysUntilExpiry(license(fields), NOW)).toBe(days);
});

test('the computed fields come beside the others, which they leave alone', () => {
	const copy = license(expires(DAY_MS));
	expect(addComputedFields(license(expires(DAY_MS)), NOW)).toEqual({
		...copy,
		status: 'EXPIRING',
		daysUntilExpiry: 1,
	});
});

test('it knows the statuses of the server, and agrees with it on thousands of licenses', () => {
	expect([...LICENSE_STATUSES].sort()).toEqual([...SANDBOX_STATUSES].sort());
	// On the boundaries, just beside them, and far away.
	const marks = [-90, -31, -30, -29, -1, 0, 1, 29, 30, 31, 90].flatMap((days) =>
		[-1, 0, 1].map((ms) => at(days * DAY_MS + ms)),
	);
	const times = [null, ...marks];
	const seen = new Map<string, number>();
	let disagreements = 0;
	for (const suspended of [false, true]) {
		for (const expirationType of ['NEVER', 'DATE', 'DURATION'] as const) {
			for (const expirationStart of ['CREATION', 'ACTIVATION'] as const) {
				for (const expirationDate of times) {
					for (const lastActiveAt of marks) {
						const fields = { suspended, expirationType, expirationStart };
						const status = statusOf(license({ ...fields, expirationDate, lastActiveAt }), NOW);
						const row = {
							...fields,
							expirationDate: expirationDate === null ? null : new Date(expirationDate),
							lastActiveAt: new Date(lastActiveAt),
						};
						if (status !== licenseStatus(row, new Date(NOW))) disagreements += 1;
						seen.set(status, (seen.get(status) ?? 0) + 1);
					}
				}
			}
		}
	}
	expect(disagreements).toBe(0);
	expect([...seen.values()].reduce((sum, count) => sum + count)).toBe(12 * 34 * 33);
	expect([...seen.keys()].sort()).toEqual([...LICENSE_STATUSES]);
});
