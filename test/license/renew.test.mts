import type { IDataObject } from 'n8n-workflow';

import type { LicenseRow, LicenseSeed, Sandbox } from '../sandbox/types.mts';
import { byId, byKey, readable, runLicense, sent, startShop, type RunExtra } from './support.mts';
import { addFullLicense, byDays, DAY, inDays, stored, until, writesTo } from './renewals.mts';

const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => {
	await sandbox.close();
});

const renew = async (license: LicenseRow, parameters: IDataObject, extra: RunExtra = {}) =>
	await runLicense(sandbox, 'renew', { license: byId(license.id), ...parameters }, extra);

const duration = (
	expirationStart: 'ACTIVATION' | 'CREATION',
	expirationDate: Date | null,
): LicenseSeed => ({
	expirationType: 'DURATION',
	expirationStart,
	expirationDays: 30,
	expirationDate,
});

const running = new Date('2031-03-20T10:20:30.456Z');
const past = new Date('2024-02-29T23:59:59.999Z');

const NEVER = [
	'never expires, so it cannot be renewed',
	'This item changed nothing. To give it an expiry, use the operation Update.',
];
const UNUSED = [
	'was not used yet: its days begin when it is first used, so it has no expiry to move',
	"This item changed nothing. Set 'Renew By' to Days, which adds to those it will have, or give it a fixed date with the operation Update.",
];

/** What a license of each kind comes to: a moment, "now" + 45 days, more days, or a refusal. */
const kinds: Array<[string, LicenseSeed, byDate: unknown, by45Days: unknown]> = [
	['never expires', { expirationType: 'NEVER' }, NEVER, NEVER],
	[
		'expires at a date',
		{ expirationType: 'DATE', expirationDate: running },
		'2033-01-01T00:00:00.000Z',
		'2031-05-04T10:20:30.456Z',
	],
	[
		'expired at a date',
		{ expirationType: 'DATE', expirationDate: past },
		'2033-01-01T00:00:00.000Z',
		'now',
	],
	[
		'counts from creation',
		duration('CREATION', running),
		'2033-01-01T00:00:00.000Z',
		'2031-05-04T10:20:30.456Z',
	],
	[
		'counted from creation and has expired',
		duration('CREATION', past),
		'2033-01-01T00:00:00.000Z',
		'now',
	],
	['counts from creation, but has no expiry', duration('CREATION', null), NEVER, NEVER],
	[
		'was activated',
		duration('ACTIVATION', running),
		'2033-01-01T00:00:00.000Z',
		'2031-05-04T10:20:30.456Z',
	],
	[
		'was activated and has expired',
		duration('ACTIVATION', past),
		'2033-01-01T00:00:00.000Z',
		'now',
	],
	['waits for its activation', duration('ACTIVATION', null), UNUSED, 75],
];

describe.each(kinds)('a license that %s', (_, fields, byDate, by45Days) => {
	test.each([
		['by date', until('2033-01-01T00:00:00Z'), byDate],
		['by days', byDays(45), by45Days],
	])('renewed %s', async (__, parameters, expected) => {
		const license = addFullLicense(sandbox, fields);
		const before = stored(sandbox, license);
		const startedAt = Date.now();

		const { error, items } = await renew(license, parameters);

		if (Array.isArray(expected)) {
			const [message, description] = expected as string[];
			expect(readable(error)).toBe(`The license ${license.licenseKey} ${message}\n${description}`);
			expect(stored(sandbox, license)).toEqual(before);
			expect(writesTo(sandbox)).toHaveLength(0);
			return;
		}
		const { expirationDate, ...after } = stored(sandbox, license);
		const { expirationDate: dateBefore, ...rest } = before;
		const days = typeof expected === 'number' ? { expirationDays: expected } : {};
		expect(readable(error).trim()).toBe('');
		expect(after).toEqual({ ...rest, ...days });
		if (expected === 'now') {
			const moment = Date.parse(expirationDate as string) - 45 * DAY;
			expect(moment).toBeGreaterThanOrEqual(startedAt);
			expect(moment).toBeLessThanOrEqual(Date.now());
		} else {
			expect(expirationDate).toBe(typeof expected === 'number' ? dateBefore : expected);
		}

		expect(items).toHaveLength(1);
		expect(items[0].pairedItem).toEqual({ item: 0 });
		expect(items[0].json).toMatchObject({
			id: license.id,
			licenseKey: license.licenseKey,
			expirationType: after.expirationType,
			expirationStart: after.expirationStart,
			expirationDays: after.expirationDays,
			expirationDate,
			suspended: true,
			hwidLimit: 3,
			ipLimit: 7,
			metadata: before.metadata,
			renewed: true,
		});
		expect(sent(sandbox)).toEqual([
			`GET /licenses/id/${license.id}`,
			`GET /licenses/${license.licenseKey}`,
			`PUT /licenses/id/${license.id}`,
			`GET /licenses/${license.licenseKey}`,
		]);
	});
});

test.each([
	['earlier than', '2031-03-20T10:20:30.455Z'],
	['the same as', '2031-03-20T11:20:30.456+01:00'],
])('a date %s the expiry writes nothing', async (_, moment) => {
	for (const fields of [
		{ expirationType: 'DATE', expirationDate: running } as const,
		duration('ACTIVATION', running),
	]) {
		const license = addFullLicense(sandbox, fields);
		const before = { ...license };
		sandbox.clearRequests();

		const { error, items } = await renew(license, until(moment));

		expect(error).toBeUndefined();
		expect(items[0].json).toMatchObject({
			id: license.id,
			expirationDate: running.toISOString(),
			metadata: [{ key: 'order' }, { key: 'note' }],
			renewed: false,
		});
		expect(license).toEqual(before);
		expect(writesTo(sandbox)).toHaveLength(0);
	}
});

test('a license is found by its key too, and "Simplify" tells whether it was renewed', async () => {
	const license = addFullLicense(sandbox, { expirationType: 'DATE', expirationDate: past });
	const { items } = await runLicense(sandbox, 'renew', {
		license: byKey(` ${license.licenseKey.toLowerCase()} `),
		...until('2033-01-01T00:00:00Z', { liftSuspension: true }),
		options: { simplify: true },
	});
	expect(items[0].json).toEqual({
		id: license.id,
		licenseKey: license.licenseKey,
		status: 'ACTIVE',
		expirationDate: '2033-01-01T00:00:00.000Z',
		daysUntilExpiry: expect.any(Number),
		customerEmails: expect.stringMatching(/^customer\d+@example.com, customer\d+@example.com$/),
		customerNames: null,
		productNames: expect.any(String),
		renewed: true,
	});
});

test('an unknown license is reported, and nothing is written', async () => {
	const { error } = await runLicense(sandbox, 'renew', { license: byId(UNKNOWN_ID), ...byDays(1) });
	expect(readable(error)).toMatch(`Lukittu does not know the license with the ID ${UNKNOWN_ID}\n`);
	expect(writesTo(sandbox)).toHaveLength(0);
});

describe('the suspension', () => {
	const expired: LicenseSeed = { expirationType: 'DATE', expirationDate: past };

	test.each([
		['stays without the option', true, {}, true],
		['stays where the option is off', true, { liftSuspension: false }, true],
		['is lifted with the option', true, { liftSuspension: true }, false],
		['is not there, and the option changes nothing', false, { liftSuspension: true }, false],
	])('%s, in the one write', async (_, suspended, additional, expected) => {
		const license = addFullLicense(sandbox, { ...expired, suspended });
		const before = stored(sandbox, license);
		const { items } = await renew(license, until('2033-01-01T00:00:00Z', additional));
		expect(stored(sandbox, license)).toEqual({
			...before,
			expirationDate: '2033-01-01T00:00:00.000Z',
			suspended: expected,
		});
		expect(items[0].json).toMatchObject({ suspended: expected, renewed: true });
		expect(writesTo(sandbox)).toHaveLength(1);
	});

	test('is lifted also where the license lasts longer already', async () => {
		const license = addFullLicense(sandbox, { expirationType: 'DATE', expirationDate: running });
		const before = stored(sandbox, license);
		const { items } = await renew(license, until(inDays(5), { liftSuspension: true }));
		expect(stored(sandbox, license)).toEqual({ ...before, suspended: false });
		expect(items[0].json).toMatchObject({ suspended: false, renewed: false });
	});

	test('stays where the renewal is refused', async () => {
		const license = addFullLicense(sandbox, { expirationType: 'NEVER' });
		const { error } = await renew(license, byDays(5, { liftSuspension: true }));
		expect(readable(error)).toMatch(/never expires, so it cannot be renewed/);
		expect(license.suspended).toBe(true);
		expect(writesTo(sandbox)).toHaveLength(0);
	});
});

describe('the days of a license that was not used yet', () => {
	test('come to 1000 at most', async () => {
		const license = addFullLicense(sandbox, duration('ACTIVATION', null));
		await renew(license, byDays(970));
		expect(stored(sandbox, license)).toMatchObject({ expirationDays: 1000, expirationDate: null });

		const { error } = await renew(license, byDays(1));
		expect(readable(error)).toBe(
			`The license ${license.licenseKey} would come to 1001 days\nThis item changed nothing. Lukittu takes at most 1000 for a license that was not used yet. Give fewer 'Days'.`,
		);
		expect(stored(sandbox, license).expirationDays).toBe(1000);
	});

	test('added to a running license may come to more', async () => {
		const license = addFullLicense(sandbox, duration('ACTIVATION', running));
		await renew(license, byDays('1000'));
		expect(stored(sandbox, license)).toMatchObject({
			expirationDays: 30,
			expirationDate: new Date(running.getTime() + 1000 * DAY).toISOString(),
		});
	});
});

test('no expiry comes after the year 9999, by a renewal or by an update', async () => {
	const license = addFullLicense(sandbox, duration('CREATION', new Date('9999-12-31T00:00:00Z')));
	const before = stored(sandbox, license);
	const results = [
		await renew(license, byDays(1)),
		await runLicense(sandbox, 'update', {
			license: byId(license.id),
			updateFields: { expiration: { value: { expirationType: 'DURATION', expirationDays: 31 } } },
		}),
	];
	for (const { error } of results) {
		expect(readable(error)).toBe(
			`The license ${license.licenseKey} would expire after the year 9999\nThis item changed nothing. Give fewer 'Days', or let it never expire: use the operation Update with 'Expiration'.`,
		);
	}
	expect(stored(sandbox, license)).toEqual(before);
});
