import type { GenericValue, IDataObject } from 'n8n-workflow';

import type { Sandbox } from '../sandbox/types.mts';
import { inDays, until } from './renewals.mts';
import {
	byId,
	readable,
	runLicense,
	startShop,
	type Operation,
	type RunExtra,
} from './support.mts';

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

type Field = [operation: Operation, label: string, parametersWith: (value: unknown) => IDataObject];

const filter = (name: string, label: string): Field => [
	'getAll',
	label,
	(value) => ({ filters: { [name]: value } as IDataObject }),
];

const license = () =>
	byId(sandbox.addLicense({ expirationType: 'DATE', expirationDate: inDays(10) }).id);

/** Every field that takes a date. */
const FIELDS: Field[] = [
	[
		'create',
		'Expiration Date',
		(value) => ({ expirationType: 'DATE', expirationDate: value }) as IDataObject,
	],
	[
		'update',
		'Expiration Date',
		(value) =>
			({
				license: license(),
				updateFields: { expiration: { value: { expirationType: 'DATE', expirationDate: value } } },
			}) as unknown as IDataObject,
	],
	['renew', 'Renew Until', (value) => ({ license: license(), ...until(value as GenericValue) })],
	filter('createdAfter', 'Created After'),
	filter('createdBefore', 'Created Before'),
	filter('updatedAfter', 'Updated After'),
];

const run = async ([operation, , parametersWith]: Field, value: unknown, extra: RunExtra = {}) =>
	await runLicense(sandbox, operation, parametersWith(value), extra);

/** Written as expressions, so that n8n gives them as they are. */
const NO_DATES = [
	'46205',
	'"46205"',
	'46205.75',
	'"46205.75"',
	'20260702',
	'"20260702"',
	'202607021200',
	'20260702120000',
	'"20260702120000"',
	'0',
	'"0"',
	'-1',
	'"-1"',
	'-1988150400',
	'1988150400.5',
	'946684799',
	'946684799999',
	'1988150400000000',
	'9007199254740993',
	'1e21',
	'NaN',
	'Infinity',
	'true',
	'false',
	'["2033-01-01"]',
	'[1988150400]',
	'({ date: "2033-01-01" })',
	'({ isLuxonDateTime: true })',
	'new Date("soon")',
	'DateTime.fromISO("soon")',
	'"tomorrow"',
	'"01.06.2033"',
	'"06/01/2033"',
	'"2033"',
	'"2033-06"',
	'"2033-W22-6"',
	'"Thu, 02 Jul 2033 12:00:00 GMT"',
];

describe.each(FIELDS)('%s: %s', (...field) => {
	const [, label] = field;

	test('refuses what is no date before anything is sent, with the way out', async () => {
		const items = NO_DATES.map(() => ({}));
		for (const value of NO_DATES) {
			const { error } = await run(field, `={{ ${value} }}`, { items: items.slice(0, 1) });
			const [message, description] = readable(error).split('\n');
			expect([value, message]).toEqual([value, expect.stringContaining(`'${label}' is `)]);
			expect([value, message]).toEqual([value, expect.stringContaining('which is not a date')]);
			expect(description).toMatch(/\{\{ DateTime\.fromFormat\(/);
		}
		expect(sandbox.requests).toEqual([]);
	});

	test.each([
		'"1999-12-31"',
		'"1899-12-30T00:00:00Z"',
		'new Date(46205)',
		'new Date(0)',
		'DateTime.fromMillis(20260702)',
		'DateTime.fromSeconds(0)',
		'(0).toDateTime("excel")',
	])('refuses %s, which is before the year 2000', async (value) => {
		const { error } = await run(field, `={{ ${value} }}`);
		expect(readable(error)).toMatch(new RegExp(`^'${label}' is ".*", before the year 2000\\n`));
		expect(sandbox.requests).toEqual([]);
	});

	test.each([
		'"2090-12-31"',
		'"2090-12-31T18:00:00Z"',
		'"2090-12-31 18:00:00"',
		'3817000000',
		'"3817000000"',
		'3817000000000',
		'new Date(3817000000000)',
		'DateTime.fromISO("2090-12-31")',
		'$now.plus({ years: 20 })',
		'$today.plus({ years: 20 }).toISODate()',
		// The ways out that messages name.
		'DateTime.fromFormat("31.12.2030", "dd.MM.yyyy").toISODate()',
		'DateTime.fromFormat("20301231", "yyyyMMdd").toISODate()',
		'(47848).toDateTime("excel").toUTC().toISODate()',
	])('takes %s', async (value) => {
		const { error } = await run(field, `={{ ${value} }}`);
		expect(readable(error).trim()).toBe('');
		expect(sandbox.requests.length).toBeGreaterThan(0);
	});
});

const ZONES = ['America/New_York', 'Asia/Kolkata', 'Pacific/Kiritimati', 'UTC'];
const ENDS = [
	'2034-03-13T03:59:59.999Z',
	'2034-03-12T18:29:59.999Z',
	'2034-03-12T09:59:59.999Z',
	'2034-03-12T23:59:59.999Z',
];

// In New York, this day has 23 hours.
describe.each(ZONES.map((zone, index) => [zone, ENDS[index]]))('in %s', (timezone, end) => {
	const [create, update, renew] = FIELDS;
	const settings = { timezone };

	test.each(['2034-03-12', ' 2034-03-12 ', '={{ "2034-03-12" }}'])(
		'an expiry of %j is the end of that day',
		async (value) => {
			const { items } = await run(create, value, { settings });
			expect(items[0].json.expirationDate).toBe(end);
			const updated = await run(update, value, { settings });
			expect(updated.items[0].json.expirationDate).toBe(end);

			const { id } = sandbox.addLicense({
				expirationType: 'DATE',
				expirationDate: new Date('2030-01-01'),
			});
			const renewed = await runLicense(
				sandbox,
				'renew',
				{ license: byId(id), ...until(value) },
				{ settings },
			);
			expect(renewed.items[0].json).toMatchObject({ expirationDate: end, renewed: true });
			expect(renew[1]).toBe('Renew Until');
		},
	);

	test.each([
		['2034-03-12T00:00:00Z', '2034-03-12T00:00:00.000Z'],
		['2034-03-12T10:20:30.400Z', '2034-03-12T10:20:30.400Z'],
		['={{ new Date(Date.UTC(2034, 2, 12)) }}', '2034-03-12T00:00:00.000Z'],
		['={{ 2025734400 }}', '2034-03-12T00:00:00.000Z'],
	])('%s, which has a time, is that time', async (value, expected) => {
		const { items } = await run(create, value, { settings });
		expect(items[0].json.expirationDate).toBe(expected);
	});

	test('a filter without a time begins with that day', async () => {
		const startOfNext = new Date(Date.parse(end) + 1);
		const at = (ms: number) => {
			const createdAt = new Date(startOfNext.getTime() + ms);
			return sandbox.addLicense({ createdAt, updatedAt: createdAt }).id;
		};
		const [before, after] = [at(-1), at(0)];
		const found = async (filters: IDataObject) =>
			(await runLicense(sandbox, 'getAll', { filters }, { settings })).items.map(
				({ json }) => json.id,
			);
		expect(await found({ createdAfter: '2034-03-13' })).toEqual([after]);
		expect(await found({ updatedAfter: '2034-03-13' })).toEqual([after]);
		expect(await found({ createdBefore: '2034-03-13' })).toEqual([before]);
	});
});

test('a license until today is valid until the end of today', async () => {
	const { error, items } = await runLicense(
		sandbox,
		'create',
		{ expirationType: 'DATE', expirationDate: '={{ $today.toISODate() }}' },
		{ settings: { timezone: 'UTC' } },
	);
	expect(readable(error).trim()).toBe('');
	const today = new Date().toISOString().slice(0, 10);
	expect(items[0].json.expirationDate).toBe(`${today}T23:59:59.999Z`);
});
