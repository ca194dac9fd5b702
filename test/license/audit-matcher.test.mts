import {
	edgeOf,
	matcherOf,
	readAudit,
	type Audit,
} from '../../nodes/Lukittu/resources/license/audit.ts';
import type { License } from '../../nodes/Lukittu/types.ts';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const DAY = 86_400_000;

const at = (ms: number) => new Date(NOW + ms).toISOString();

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
		createdAt: at(-100 * DAY),
		updatedAt: at(-100 * DAY),
		lastActiveAt: null,
		...fields,
	};
}

const matches = (audit: Audit, fields: Partial<License>) =>
	matcherOf(audit, NOW)?.(license(fields));

const expires = (ms: number): Partial<License> => ({ expirationDate: at(ms) });
const created = (ms: number): Partial<License> => ({ createdAt: at(ms) });
const entries = (...values: string[]): Partial<License> => ({
	metadata: values.map((value) => ({ key: 'order', value, locked: false })),
});

// On each line: what is asked for, the last that matches, and the first that does not.
test.each<[string, Audit, Partial<License>, Partial<License>]>([
	['expires in the future', { expiresWithinDays: 30 }, expires(1), expires(0)],
	['within 30 days', { expiresWithinDays: 30 }, expires(30 * DAY), expires(30 * DAY + 1)],
	['within a day', { expiresWithinDays: 1 }, expires(DAY), expires(DAY + 1)],
	['never expires', { expiresWithinDays: 36_500 }, expires(DAY), {}],
	['expired now', { expiredSinceDays: 0 }, expires(0), expires(1)],
	['30 days ago', { expiredSinceDays: 30 }, expires(-30 * DAY), expires(1 - 30 * DAY)],
	['has not expired', { expiredSinceDays: 0 }, expires(-1), {}],
	[
		'last used',
		{ inactiveForDays: 30 },
		{ lastActiveAt: at(-30 * DAY) },
		{ lastActiveAt: at(1 - 30 * DAY) },
	],
	['never used', { inactiveForDays: 100 }, created(-100 * DAY), created(1 - 100 * DAY)],
	['used now', { inactiveForDays: 0 }, { lastActiveAt: at(0) }, { lastActiveAt: at(1) }],
	['created after', { createdAfter: NOW }, created(0), created(-1)],
	['created before', { createdBefore: NOW }, created(-1), created(0)],
	['updated after', { updatedAfter: NOW }, { updatedAt: at(0) }, { updatedAt: at(-1) }],
	['the status', { statuses: ['EXPIRED'] }, expires(0), expires(1)],
	['one of two statuses', { statuses: ['EXPIRED', 'EXPIRING'] }, expires(30 * DAY), {}],
	['metadata', { metadata: { key: 'order', value: 'A' } }, entries('B', 'A'), entries('a', 'AA')],
	['no metadata', { metadata: { key: 'order', value: 'A' } }, entries('A'), {}],
	[
		'both filters',
		{ expiresWithinDays: 30, createdAfter: NOW },
		{ ...expires(1), ...created(0) },
		{ ...expires(1), ...created(-1) },
	],
])('%s: the last that matches, and the first that does not', (_, audit, last, first) => {
	expect(matches(audit, last)).toBe(true);
	expect(matches(audit, first)).toBe(false);
});

test('a time in another zone is the same moment', () => {
	const createdAt = '2026-03-01T13:00:00.000+01:00';
	expect(matches({ createdAfter: NOW }, { createdAt })).toBe(true);
	expect(matches({ createdAfter: NOW + 1 }, { createdAt })).toBe(false);
});

test('without filters there is nothing to look at', () => {
	expect(matcherOf({}, NOW)).toBeUndefined();
	expect(matcherOf(readAudit({}, 'UTC'), NOW)).toBeUndefined();
});

const early = created(-1);
const late = created(0);
const old = { updatedAt: at(-1) };

test.each<[Audit, string, string, Partial<License>]>([
	[{ createdAfter: NOW }, 'createdAt', 'desc', early],
	[{ createdBefore: NOW }, 'createdAt', 'asc', late],
	[{ updatedAfter: NOW }, 'updatedAt', 'desc', old],
	[{ createdAfter: NOW, createdBefore: NOW + 1 }, 'createdAt', 'desc', early],
	[{ createdAfter: NOW, updatedAfter: NOW }, 'createdAt', 'desc', early],
	[{ createdBefore: NOW, updatedAfter: NOW }, 'updatedAt', 'desc', old],
])('%j ends a list in the order %s %s', (audit, sortColumn, sortDirection, past) => {
	const edge = edgeOf(audit);
	expect(edge?.sort).toEqual({ sortColumn, sortDirection });
	expect(edge?.isPast(license(past))).toBe(true);
	// The edge is where the filter ends, neither before nor behind it.
	expect(matches(audit, past)).toBe(false);
	const within = sortDirection === 'asc' ? early : { ...late, updatedAt: at(0) };
	expect(edge?.isPast(license(within))).toBe(false);
});

test.each<Audit>([
	{},
	{ statuses: ['ACTIVE'] },
	{ expiresWithinDays: 1 },
	{ expiredSinceDays: 1 },
	{ inactiveForDays: 1 },
	{ metadata: { key: 'a', value: 'b' } },
])('%j ends a list in no order', (audit) => {
	expect(edgeOf(audit)).toBeUndefined();
});
