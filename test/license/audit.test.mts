import type { IDataObject } from 'n8n-workflow';

import type { LicenseSeed, Sandbox } from '../sandbox/types.mts';
import {
	addSeries,
	answers,
	audit,
	daysAgo,
	getMany,
	idsOf,
	metadataFilter,
	type Question,
} from './audit-support.mts';
import { customers, products, readable, runLicense, startShop } from './support.mts';

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => {
	await sandbox.close();
});

const expires = (inDays: number): LicenseSeed => ({
	expirationType: 'DATE',
	expirationDate: daysAgo(-inDays),
});
const used = (ago: number): LicenseSeed => ({ lastActiveAt: daysAgo(ago) });
const made = (ago: number, changed = ago): LicenseSeed => ({
	createdAt: daysAgo(ago),
	updatedAt: daysAgo(changed),
});

/** One license of every kind, half a day off every boundary that the questions below draw. */
const KINDS: Record<string, LicenseSeed> = {
	lasting: { ...made(100), ...used(1) },
	idle: { ...made(400, 3), ...used(45) },
	neverUsed: { ...made(200) },
	ends: { ...made(50), ...used(1), ...expires(6.5) },
	endsLate: { ...made(51), ...used(1), ...expires(29.5) },
	endsLater: { ...made(52), ...used(31), ...expires(30.5) },
	ended: { ...made(53), ...used(2), ...expires(-0.5) },
	endedLong: { ...made(54), ...used(41), ...expires(-40.5) },
	barred: { ...made(55), ...used(1), ...expires(6.5), suspended: true },
	barredEnded: { ...made(56), ...used(60), ...expires(-10.5), suspended: true },
	upcoming: {
		...made(2.5),
		expirationType: 'DURATION',
		expirationStart: 'ACTIVATION',
		expirationDays: 30,
	},
};

const before = (days: number) => daysAgo(days).toISOString();

describe.each([true, false])('on a server with undocumented filters: %s', (undocumentedFilters) => {
	test.each<[Question, string[]]>([
		[{ status: ['ACTIVE'] }, ['lasting']],
		[{ status: ['INACTIVE'] }, ['endsLater', 'idle', 'neverUsed']],
		[{ status: ['EXPIRING'] }, ['ends', 'endsLate']],
		[{ status: ['EXPIRED'] }, ['ended', 'endedLong']],
		[{ status: ['SUSPENDED'] }, ['barred', 'barredEnded']],
		[{ status: ['UPCOMING'] }, ['upcoming']],
		[{ status: ['EXPIRED', 'UPCOMING'] }, ['ended', 'endedLong', 'upcoming']],
		[{ expiresWithinDays: 7 }, ['barred', 'ends']],
		[{ expiresWithinDays: 31 }, ['barred', 'ends', 'endsLate', 'endsLater']],
		[{ expiredSinceDays: 0 }, ['barredEnded', 'ended', 'endedLong']],
		[{ expiredSinceDays: 10 }, ['barredEnded', 'endedLong']],
		[{ expiredSinceDays: 41 }, []],
		[{ inactiveForDays: 0 }, Object.keys(KINDS)],
		[{ inactiveForDays: 41 }, ['barredEnded', 'endedLong', 'idle', 'neverUsed']],
		[{ inactiveForDays: 61 }, ['neverUsed']],
		[{ createdAfter: before(50.5) }, ['ends', 'upcoming']],
		[{ createdBefore: before(150) }, ['idle', 'neverUsed']],
		[
			{ createdAfter: before(53.5), createdBefore: before(50.5) },
			['ended', 'endsLate', 'endsLater'],
		],
		[{ updatedAfter: before(10) }, ['idle', 'upcoming']],
		[{ status: ['SUSPENDED'], expiresWithinDays: 7 }, ['barred']],
		[{ status: ['EXPIRED'], expiredSinceDays: 30 }, ['endedLong']],
		[{ status: ['ACTIVE', 'INACTIVE'], inactiveForDays: 40 }, ['idle', 'neverUsed']],
		[{ inactiveForDays: 30, createdAfter: before(60), status: ['INACTIVE'] }, ['endsLater']],
		[{ updatedAfter: before(10), createdBefore: before(10) }, ['idle']],
		[{ expiresWithinDays: 7, expiredSinceDays: 0 }, []],
	])('%j', async (question, expected) => {
		sandbox.features.undocumentedFilters = undocumentedFilters;
		const now = new Date();
		const names = new Map(
			Object.entries(KINDS).map(([name, seed]) => [sandbox.addLicense(seed).id, name]),
		);

		const { error, items } = await audit(sandbox, question);

		expect(readable(error).trim()).toBe('');
		expect(idsOf(items).map((id) => names.get(id))).toHaveLength(expected.length);
		expect(new Set(idsOf(items).map((id) => names.get(id)))).toEqual(new Set(expected));
		// The model of the fuzz test reads the question in the same way.
		const modelled = [...sandbox.state.licenses.values()].filter((row) =>
			answers(row, question, now),
		);
		expect(new Set(modelled.map(({ id }) => names.get(id)))).toEqual(new Set(expected));
	});

	test('metadata is compared exactly', async () => {
		sandbox.features.undocumentedFilters = undocumentedFilters;
		const add = (key: string, value: string) =>
			sandbox.addLicense({ metadata: [{ key, value, locked: false }] }).id;
		const exact = add('order', 'A_1');
		add('order', 'A_12');
		add('order', 'a_1');
		add('order', 'AB1');
		add('Order', 'A_1');
		add('other', 'A_1');
		const slashed = add('path', 'C:\\temp\\100%');
		add('path', 'C:\\temp\\100');
		const slashes = add('path', '\\\\');
		sandbox.addLicense();

		const found = async (key: unknown, value: unknown) =>
			idsOf((await audit(sandbox, metadataFilter(key, value))).items);

		expect(await found('order', 'A_1')).toEqual([exact]);
		expect(await found('path', 'C:\\temp\\100%')).toEqual([slashed]);
		expect(await found('path', '\\\\')).toEqual([slashes]);
		expect(await found('order', 'A')).toEqual([]);
		// The server reads a backslash as the sign that takes the next one's meaning away.
		const searched = sandbox.requests.map(({ query }) => query.metadataValue);
		expect([...new Set(searched)]).toEqual(['A_1', 'temp', undefined, 'A']);
	});
});

test('metadata of one entry: key and value of two entries do not match together', async () => {
	const entry = (key: string, value: string) => ({ key, value, locked: false });
	sandbox.addLicense({ metadata: [entry('a', '1'), entry('b', '2')] });
	const found = async (key: string, value: string) =>
		(await audit(sandbox, metadataFilter(key, value))).items.length;
	expect([await found('a', '1'), await found('b', '2'), await found('a', '2')]).toEqual([1, 1, 0]);
});

test('goes together with customers and products', async () => {
	const customer = sandbox.addCustomer().id;
	const product = sandbox.addProduct().id;
	const links = { customerIds: [customer], productIds: [product] };
	const wanted = sandbox.addLicense({ ...KINDS.ended, ...links }).id;
	sandbox.addLicense({ ...KINDS.ended, customerIds: [customer] });
	sandbox.addLicense({ ...KINDS.lasting, ...links });
	const { items } = await audit(sandbox, {
		status: ['EXPIRED'],
		customers: customers(customer),
		products: products(product),
	});
	expect(idsOf(items)).toEqual([wanted]);
});

test.each<[string, unknown]>([
	['a list', ['EXPIRED', 'UPCOMING']],
	['an array from an expression', '={{ ["EXPIRED", "UPCOMING"] }}'],
	['text with a comma from an expression', '={{ "expired, Upcoming" }}'],
	['a single text from an expression', '={{ $json.statuses }}'],
])('the status may be %s', async (_, status) => {
	const ids = ['ended', 'endedLong', 'upcoming'].map((kind) => sandbox.addLicense(KINDS[kind]).id);
	sandbox.addLicense(KINDS.lasting);
	const { error, items } = await runLicense(
		sandbox,
		'getAll',
		{ returnAll: true, filters: { status } },
		{ items: [{ statuses: 'EXPIRED,UPCOMING' }] },
	);
	expect(readable(error).trim()).toBe('');
	expect(idsOf(items).sort()).toEqual(ids.sort());
});

test.each([
	['a number as text', '={{ "7" }}'],
	['a number', '={{ 7 }}'],
])('days may be %s', async (_, expiresWithinDays) => {
	const id = sandbox.addLicense(KINDS.ends).id;
	sandbox.addLicense(KINDS.endsLate);
	expect(idsOf((await audit(sandbox, { expiresWithinDays })).items)).toEqual([id]);
});

test.each([
	['text without a zone', '2026-01-10T00:30:00'],
	['a day', '={{ "2026-01-10" }}'],
	['text with a zone', '2026-01-09T15:00:00Z'],
	['a moment of the workflow', '={{ DateTime.fromISO("2026-01-10", { zone: "Asia/Tokyo" }) }}'],
	['seconds since 1970', '={{ 1767970800 }}'],
])('a date may be %s, in the zone of the workflow', async (_, createdAfter) => {
	// Midnight of the tenth in Tokyo is three in the afternoon of the ninth in UTC.
	const at = (time: string) => sandbox.addLicense({ createdAt: new Date(time) }).id;
	at('2026-01-09T14:59:59Z');
	const after = at('2026-01-09T15:45:00Z');
	const { error, items } = await runLicense(
		sandbox,
		'getAll',
		{ filters: { createdAfter } },
		{ settings: { timezone: 'Asia/Tokyo' } },
	);
	expect(readable(error).trim()).toBe('');
	expect(idsOf(items)).toEqual([after]);
});

const DATES =
	'Give a date such as 2030-12-31 or 2030-12-31T18:00:00Z. Text in another form becomes one with an expression such as {{ DateTime.fromFormat("31.12.2030", "dd.MM.yyyy").toISODate() }}.';
const STATUSES = 'Give one of: ACTIVE, EXPIRED, EXPIRING, INACTIVE, SUSPENDED, UPCOMING.';
const EXPRESSION = 'If it comes from an expression, check that the expression has a value';

test.each<[IDataObject, string, string]>([
	[{ status: [] }, "The filter 'Status' is empty", 'Choose at least one status'],
	[{ status: '={{ [] }}' }, "The filter 'Status' is empty", 'or remove the filter'],
	[{ status: '={{ "" }}' }, "'Status' is empty", EXPRESSION],
	[{ status: '={{ $json.nothing }}' }, "'Status' is empty", EXPRESSION],
	[{ status: ['ACTIVE', 'DEAD'] }, '\'Status\' is "DEAD"', STATUSES],
	[{ status: '={{ "ACTIVE,ENDED" }}' }, '\'Status\' is "ENDED"', STATUSES],
	[{ status: '={{ 5 }}' }, "'Status' is 5", STATUSES],
	[
		{ expiresWithinDays: 0 },
		"'Expires Within Days' is 0, not a whole number from 1 to 36500",
		'Give a whole number from 1 to 36500.',
	],
	[{ expiresWithinDays: '={{ $json.nothing }}' }, "'Expires Within Days' is empty", EXPRESSION],
	[{ expiredSinceDays: 1.5 }, "'Expired Since Days' is 1.5, not a whole number", '36500'],
	[{ expiredSinceDays: '={{ "soon" }}' }, '\'Expired Since Days\' is "soon", not a whole', '36500'],
	[{ inactiveForDays: 36_501 }, "'Inactive for Days' is 36501, not a whole number", '36500'],
	[{ createdAfter: '' }, "'Created After' is empty", 'Choose the date.'],
	[{ createdBefore: '={{ "May" }}' }, '\'Created Before\' is "May", which is not a date', DATES],
	[{ updatedAfter: '={{ "2026-02-30" }}' }, '\'Updated After\' is "2026-02-30"', DATES],
	[{ updatedAfter: '={{ "12:30" }}' }, '\'Updated After\' is "12:30"', DATES],
	[
		{ createdAfter: '2026-02-01', createdBefore: '2026-01-01' },
		"'Created After' is not before 'Created Before'",
		'No license can match both. Correct one of them.',
	],
	[
		{ createdAfter: '2026-02-01', createdBefore: '2026-02-01' },
		"'Created After' is not before 'Created Before'",
		'No license can match both',
	],
	[{ metadata: {} }, "The filter 'Metadata', 'Key', is empty", '1 to 255 characters'],
	[metadataFilter('order', ''), "The filter 'Metadata', 'Value', is empty", '1 to 255'],
	[metadataFilter('k'.repeat(256), 'a'), "'Metadata', 'Key', has 256 characters", 'at most 255'],
	[metadataFilter('={{ [1] }}', 'a'), "The filter 'Metadata', 'Key', is [1]", 'Give a text'],
])('refuses %j before anything is sent', async (filters, message, description) => {
	sandbox.addLicense();
	const { error, items } = await getMany(sandbox, { filters });
	const [first, second] = readable(error).split('\n');
	expect(first).toContain(message);
	expect(second).toContain(description);
	expect(items).toEqual([]);
	expect(sandbox.requests).toEqual([]);
});

describe('the Limit counts licenses that match', () => {
	/** Of 450 licenses, the newest first, those at these places are suspended. */
	function addSparse(places: number[]): string[] {
		const rows = addSeries(sandbox, 450, {
			fieldsOf: (n) => ({ suspended: places.includes(449 - n) }),
		});
		return places.map((place) => rows[449 - place].id);
	}

	test.each([
		['all on the first page', [0, 3, 99], 3, 1],
		['on the first page, more than wanted', [0, 3, 99, 101], 2, 1],
		['on each page', [50, 150, 250, 350, 449], 5, 10],
		['on the third page', [200, 201, 202, 203], 3, 6],
		['on the last page', [400, 449], 2, 10],
		['fewer than wanted', [7, 120], 50, 10],
		['none at all', [], 10, 10],
	])('%s', async (_, places, limit, requests) => {
		const ids = addSparse(places);
		const { error, items } = await getMany(sandbox, { limit, filters: { status: 'SUSPENDED' } });
		expect(readable(error).trim()).toBe('');
		expect(idsOf(items)).toEqual(ids.slice(0, limit));
		// Once there and, where there is more than one page, once again to see that nothing has moved.
		expect(sandbox.requests).toHaveLength(requests);
	});

	test('and the first ones in the order asked for', async () => {
		const ids = addSparse([5, 150, 440]);
		const { items } = await getMany(sandbox, {
			limit: 2,
			filters: { status: ['SUSPENDED'] },
			options: { sortDirection: 'asc' },
		});
		expect(idsOf(items)).toEqual([ids[2], ids[1]]);
	});
});
