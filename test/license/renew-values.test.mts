import type { GenericValue, IDataObject } from 'n8n-workflow';

import type { LicenseRow, Sandbox } from '../sandbox/types.mts';
import { addFullLicense, byDays, inDays, stored, until } from './renewals.mts';
import { byId, byKey, readable, runLicense, startShop, type RunExtra } from './support.mts';

const FROM_EXPRESSION =
	'If it comes from an expression, check that the expression has a value for this item.';

let sandbox: Sandbox;
let license: LicenseRow;

beforeEach(async () => {
	({ sandbox } = await startShop());
	license = addFullLicense(sandbox, { expirationType: 'DATE', expirationDate: inDays(10) });
});

afterEach(async () => {
	await sandbox.close();
});

const renew = async (parameters: IDataObject, extra: RunExtra = {}) =>
	await runLicense(sandbox, 'renew', { license: byId(license.id), ...parameters }, extra);

const DAYS = 'Give a whole number from 1 to 1000.';
const DATE =
	'Give a date such as 2030-12-31 or 2030-12-31T18:00:00Z. Text in another form becomes one with an expression such as {{ DateTime.fromFormat("31.12.2030", "dd.MM.yyyy").toISODate() }}.';
const NUMBER =
	'A number must be a Unix timestamp, in seconds or milliseconds, from the year 2000 on. Digits such as 20301231 become a date with {{ DateTime.fromFormat("20301231", "yyyyMMdd").toISODate() }}, the serial number of a spreadsheet with {{ (47848).toDateTime("excel").toUTC().toISODate() }}.';
const SWITCH = 'Switch the field on or off, or give true or false.';

const refused: Array<[IDataObject, string]> = [
	[{}, `'Renew Until' is empty\nChoose the date. ${FROM_EXPRESSION}`],
	[until('={{ $json.missing }}'), `'Renew Until' is empty\nChoose the date. ${FROM_EXPRESSION}`],
	[until('soon'), `'Renew Until' is "soon", which is not a date\n${DATE}`],
	[until('2030'), `'Renew Until' is "2030", which is not a date\n${NUMBER}`],
	[until('2031-02-30'), `'Renew Until' is "2031-02-30", which is not a date\n${DATE}`],
	[until('18:00'), `'Renew Until' is "18:00", which is not a date\n${DATE}`],
	[until('10000-01-01'), `'Renew Until' is "10000-01-01", which is not a date\n${DATE}`],
	// Days are given, but they are not what was chosen.
	[{ renewBy: 'date', days: 30 }, `'Renew Until' is empty\nChoose the date. ${FROM_EXPRESSION}`],
	[{ renewBy: 'days' }, `'Days' is 0, not a whole number from 1 to 1000\n${DAYS}`],
	[byDays(''), `'Days' is empty\n${DAYS} ${FROM_EXPRESSION}`],
	[byDays('={{ $json.missing }}'), `'Days' is empty\n${DAYS} ${FROM_EXPRESSION}`],
	[byDays(-30), `'Days' is -30, not a whole number from 1 to 1000\n${DAYS}`],
	[byDays(1001), `'Days' is 1001, not a whole number from 1 to 1000\n${DAYS}`],
	[byDays(1.5), `'Days' is 1.5, not a whole number from 1 to 1000\n${DAYS}`],
	[byDays('30 days'), `'Days' is "30 days", not a whole number from 1 to 1000\n${DAYS}`],
	[byDays('={{ true }}'), `'Days' is true, not a whole number from 1 to 1000\n${DAYS}`],
	[{ ...byDays(30), renewBy: '={{ "weeks" }}' }, `'Renew By' is "weeks"\nGive one of: date, days.`],
	[
		{ ...byDays(30), renewBy: '={{ $json.missing }}' },
		`'Renew By' is empty\nGive one of: date, days. ${FROM_EXPRESSION}`,
	],
	[
		byDays(30, { idempotencyKey: '' }),
		"'Idempotency Key' is empty\nGive 1 to 255 characters, or remove the field. If it comes from an expression, check that the expression has a value for this item.",
	],
	[
		byDays(30, { idempotencyKey: '={{ $json.missing }}' }),
		"'Idempotency Key' is empty\nGive 1 to 255 characters, or remove the field. If it comes from an expression, check that the expression has a value for this item.",
	],
	[
		byDays(30, { idempotencyKey: '   ' }),
		"'Idempotency Key' is empty\nGive 1 to 255 characters, or remove the field. If it comes from an expression, check that the expression has a value for this item.",
	],
	[
		byDays(30, { idempotencyKey: 'x'.repeat(256) }),
		"'Idempotency Key' has 256 characters\nLukittu takes at most 255. Shorten it.",
	],
	[
		byDays(30, { idempotencyKey: '={{ { id: 1 } }}' }),
		`'Idempotency Key' is {"id":1}, which is not text\nGive a text. An object can be stored with {{ JSON.stringify(…) }}.`,
	],
	[
		until('2033-01-01', { liftSuspension: '={{ $json.missing }}' }),
		`'Lift Suspension' is empty\n${SWITCH} ${FROM_EXPRESSION}`,
	],
	[
		until('2033-01-01', { liftSuspension: '={{ "maybe" }}' }),
		`'Lift Suspension' is "maybe"\n${SWITCH}`,
	],
];

test.each(refused)('%j is refused before anything is sent', async (parameters, text) => {
	const { error } = await renew(parameters);
	expect(readable(error)).toBe(text);
	expect(sandbox.requests).toHaveLength(0);
});

test.each([
	[byId('={{ "nonsense" }}'), /^'License' is "nonsense", which is not a license ID\n/],
	[byKey('={{ "nonsense" }}'), /^'License' is "nonsense", which is not a license key\n/],
	[byId('={{ $json.missing }}'), /^'License' has no license ID\n/],
])('the license %j is refused before anything is sent', async (locator, text) => {
	const { error } = await renew({ license: locator, ...byDays(30) });
	expect(readable(error)).toMatch(text);
	expect(sandbox.requests).toHaveLength(0);
});

const moments: Array<[GenericValue, string, string]> = [
	// Without a zone: the workflow's, in winter and in summer. Without a time: the end of the day.
	['2033-01-01', 'America/New_York', '2033-01-02T04:59:59.999Z'],
	['2033-07-01T00:00:00', 'America/New_York', '2033-07-01T04:00:00.000Z'],
	['2033-07-01 12:30:00', 'Asia/Kolkata', '2033-07-01T07:00:00.000Z'],
	['2033-07-01', 'UTC', '2033-07-01T23:59:59.999Z'],
	// In an hour that the clock skips.
	['2033-03-27T02:30:00', 'Europe/Berlin', '2033-03-27T01:30:00.000Z'],
	// With a zone: that one.
	['2033-07-01T00:00:00Z', 'America/New_York', '2033-07-01T00:00:00.000Z'],
	['2033-07-01T00:00:00+05:30', 'America/New_York', '2033-06-30T18:30:00.000Z'],
	// Moments that know no zone.
	[1_988_150_400, 'America/New_York', '2033-01-01T00:00:00.000Z'],
	[1_988_150_400_000, 'America/New_York', '2033-01-01T00:00:00.000Z'],
	[
		'={{ DateTime.fromISO("2033-07-01", { zone: "UTC" }) }}',
		'Asia/Tokyo',
		'2033-07-01T00:00:00.000Z',
	],
	['={{ new Date(Date.UTC(2033, 6, 1)) }}', 'Asia/Tokyo', '2033-07-01T00:00:00.000Z'],
];

test.each(moments)('%j in %s is %s', async (value, timezone, expected) => {
	const { error } = await renew(until(value), { settings: { timezone } });
	expect(readable(error).trim()).toBe('');
	expect(stored(sandbox, license).expirationDate).toBe(expected);
});

test('days are days of 24 hours, also where the clocks change between', async () => {
	license.expirationDate = new Date('2033-03-26T12:00:00.000Z');
	await renew(byDays(1), { settings: { timezone: 'Europe/Berlin' } });
	expect(stored(sandbox, license).expirationDate).toBe('2033-03-27T12:00:00.000Z');
});

test.each([
	['Renew By in capitals', { ...byDays('={{ "30" }}'), renewBy: '={{ "DAYS" }}' }],
	['a suspension lifted by text', byDays(30, { liftSuspension: '={{ "TRUE" }}' })],
])('%s is taken as it is meant', async (_, parameters) => {
	const before = Date.parse(String(license.expirationDate?.toISOString()));
	const { items } = await renew(parameters);
	expect(items[0].json.renewed).toBe(true);
	expect(license.expirationDate?.getTime()).toBe(before + 30 * 86_400_000);
});
