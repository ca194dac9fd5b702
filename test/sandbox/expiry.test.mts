import { licenseStatus } from './expiry.mts';
import { addDays } from './formats.mts';

const now = new Date('2026-03-01T12:00:00.000Z');
const days = (count: number) => addDays(now, count);
const base = {
	suspended: false,
	expirationType: 'NEVER',
	expirationStart: 'CREATION',
	expirationDate: null,
	lastActiveAt: now,
} as const;

test.each([
	['ACTIVE', {}],
	['ACTIVE', { lastActiveAt: days(-30) }],
	['INACTIVE', { lastActiveAt: days(-31) }],
	['SUSPENDED', { suspended: true, expirationDate: days(-1) }],
	['EXPIRED', { expirationDate: days(-1) }],
	['EXPIRED', { expirationDate: now }],
	['EXPIRING', { expirationDate: days(1), lastActiveAt: days(-90) }],
	['EXPIRING', { expirationDate: days(30) }],
	['ACTIVE', { expirationDate: days(31) }],
	['INACTIVE', { expirationDate: days(31), lastActiveAt: days(-90) }],
	['UPCOMING', { expirationType: 'DURATION', expirationStart: 'ACTIVATION' }],
	[
		'ACTIVE',
		{ expirationType: 'DURATION', expirationStart: 'ACTIVATION', expirationDate: days(40) },
	],
	['ACTIVE', { expirationType: 'DURATION' }],
] as const)('%s: %j', (status, fields) => {
	expect(licenseStatus({ ...base, ...fields }, now)).toBe(status);
});
