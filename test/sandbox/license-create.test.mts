import { clientOf, findings, newLicense, without } from './client.mts';
import type { Client } from './client.mts';
import { addDays, LICENSE_KEY, UUID } from './formats.mts';
import { startSandbox } from './server.mts';
import type { Sandbox } from './server.mts';

let clock = new Date('2026-03-01T12:00:00.000Z');
let sandbox: Sandbox;
let client: Client;

beforeEach(async () => {
	clock = new Date('2026-03-01T12:00:00.000Z');
	sandbox = await startSandbox({ now: () => clock });
	client = clientOf(sandbox);
});
afterEach(() => sandbox.close());

const create = (changes: object = {}) => client.post('/licenses', newLicense(changes));
const inDays = (count: number) => addDays(clock, count).toISOString();
const uuid = '11111111-1111-4111-8111-111111111111';
const entry = { key: 'order', value: '1', locked: true };

describe('a license', () => {
	test('comes back with all that belongs to it', async () => {
		const product = sandbox.addProduct({ name: 'Editor' });
		const customer = sandbox.addCustomer({ email: 'ada@example.com' });
		const response = await create({
			productIds: [product.id],
			customerIds: [customer.id],
			metadata: [entry],
			hwidLimit: 3,
			ipLimit: 1000,
		});
		expect(response.status).toBe(200);
		expect(response.data.result).toMatchObject({ details: 'License created', valid: true });
		const license = response.data.data;
		const { metadata: _of, ...productFields } = JSON.parse(JSON.stringify(product));
		const { metadata, address, ...customerFields } = JSON.parse(JSON.stringify(customer));
		expect(license).toEqual({
			id: expect.stringMatching(UUID),
			licenseKey: expect.stringMatching(LICENSE_KEY),
			teamId: sandbox.teamId,
			createdByUserId: null,
			expirationType: 'NEVER',
			expirationStart: 'CREATION',
			expirationDate: null,
			expirationDays: null,
			ipLimit: 1000,
			hwidLimit: 3,
			seats: 3,
			suspended: false,
			lastActiveAt: clock.toISOString(),
			createdAt: clock.toISOString(),
			updatedAt: clock.toISOString(),
			products: [productFields],
			customers: [{ ...customerFields, discordAccount: null }],
			metadata: [
				{
					...entry,
					id: expect.stringMatching(UUID),
					licenseId: license.id,
					customerId: null,
					productId: null,
					releaseId: null,
					blacklistId: null,
					teamId: sandbox.teamId,
					createdAt: clock.toISOString(),
					updatedAt: clock.toISOString(),
				},
			],
		});
		expect(sandbox.state.licenses.get(license.id)?.licenseKey).toBe(license.licenseKey);
	});

	test('is made anew by a repeated request', async () => {
		const keys = [await create(), await create()].map(({ data }) => data.data.licenseKey);
		expect(new Set(keys).size).toBe(2);
	});
});

describe('expiry', () => {
	const expiryOf = async (changes: object) => {
		const response = await create(changes);
		expect(response.status).toBe(200);
		const { expirationDate, expirationStart, expirationDays } = response.data.data;
		return { expirationDate, expirationStart, expirationDays };
	};

	test('DATE keeps the date, in UTC', async () => {
		const fields = { expirationType: 'DATE', expirationDate: '2026-05-01T02:00:00+02:00' };
		expect(await expiryOf(fields)).toEqual({
			expirationDate: '2026-05-01T00:00:00.000Z',
			expirationStart: 'CREATION',
			expirationDays: null,
		});
	});

	test('DATE with days stores now + days instead', async () => {
		const fields = { expirationType: 'DATE', expirationDate: inDays(200), expirationDays: 10 };
		expect((await expiryOf(fields)).expirationDate).toBe(inDays(10));
	});

	test('DURATION from CREATION counts from now, whatever date is sent', async () => {
		const fields = { expirationType: 'DURATION', expirationStart: 'CREATION', expirationDays: 30 };
		for (const expirationDate of [null, inDays(200), '2026-12-01'])
			expect(await expiryOf({ ...fields, expirationDate })).toEqual({
				expirationDate: inDays(30),
				expirationStart: 'CREATION',
				expirationDays: 30,
			});
	});

	test('DURATION from ACTIVATION has no date yet', async () => {
		const fields = {
			expirationType: 'DURATION',
			expirationStart: 'ACTIVATION',
			expirationDays: 30,
		};
		expect(await expiryOf(fields)).toEqual({
			expirationDate: null,
			expirationStart: 'ACTIVATION',
			expirationDays: 30,
		});
	});

	test.each([
		['DATE', 'CREATION', 10],
		['DATE', 'ACTIVATION', 200],
		['DURATION', 'CREATION', 10],
		['DURATION', 'ACTIVATION', 200],
	])('of days and a date, %s from %s stores the one in %i days', async (type, start, days) => {
		const fields = { expirationType: type, expirationStart: start, expirationDays: 10 };
		const { expirationDate } = await expiryOf({ ...fields, expirationDate: inDays(200) });
		expect(expirationDate).toBe(inDays(days));
	});

	test('takes a blank for the T', async () => {
		const fields = { expirationType: 'DATE', expirationDate: '2026-05-01 02:00:00Z' };
		expect((await expiryOf(fields)).expirationDate).toBe('2026-05-01T02:00:00.000Z');
	});

	test.each([
		'2027-05-01',
		'2027-05-01T10:00:00',
		'2027-05-01T10:00Z',
		'2027-05-01T10:00:00+0200',
		'2027-02-30T10:00:00Z',
		'2027-05-01T24:00:00Z',
		'+010000-01-01T00:00:00Z',
		'1 May 2027',
		1_809_000_000_000,
		['2027-05-01T10:00:00Z'],
	])('%j, a date that is not written in full, fails', async (expirationDate) => {
		const response = await create({ expirationType: 'DATE', expirationDate });
		expect(response.status).toBe(500);
		expect(response.data.result.details).toBe('Error processing license creation');
		expect(response.data.data).toBeNull();
		expect(sandbox.state.licenses.size).toBe(0);
	});

	test.each(['soon', '', ' ', '20270501', '2027-13-01T00:00:00Z', {}, [], 1e20])(
		'%j, which is no date, is refused whatever the type',
		async (expirationDate) => {
			const duration = { expirationStart: 'CREATION', expirationDays: 3 };
			for (const fields of [
				{},
				{ expirationType: 'DATE' },
				{ expirationType: 'DURATION', ...duration },
			]) {
				const response = await create({ ...fields, expirationDate });
				expect(response.status).toBe(400);
				expect(findings(response)).toEqual(['expirationDate: Invalid date']);
			}
		},
	);

	test.each([
		['NEVER with a start', { expirationStart: 'CREATION' }],
		['NEVER with a date', { expirationDate: '2027-01-01T00:00:00Z' }],
		['NEVER with days', { expirationDays: 3 }],
		['DATE without a date', { expirationType: 'DATE' }, 'expirationDate'],
		['DATE of 1970', { expirationType: 'DATE', expirationDate: 5 }, 'expirationDate'],
		[
			'DATE in the past',
			{ expirationType: 'DATE', expirationDate: '2026-03-01T12:00:00Z' },
			'expirationDate',
		],
		[
			'DURATION without days',
			{ expirationType: 'DURATION', expirationStart: 'CREATION' },
			'expirationDays',
		],
		[
			'DURATION without a start',
			{ expirationType: 'DURATION', expirationDays: 3 },
			'expirationDays',
		],
	])('%s is refused', async (_name, changes: object, ...path: string[]) => {
		const response = await create(changes);
		expect(response.status).toBe(400);
		expect(response.data.result.details).toBe('Invalid request body');
		expect(response.data.data).toEqual([{ message: 'Invalid input', path }]);
	});
});

describe('validation', () => {
	test.each(Object.keys(newLicense()))('%s is required', async (field) => {
		const response = await client.post('/licenses', without(newLicense(), field));
		expect(response.status).toBe(400);
		const finding = field === 'expirationDate' ? 'Invalid date' : 'Required';
		expect(findings(response)).toEqual([`${field}: ${finding}`]);
	});

	test.each([
		['ipLimit', 0, 'Number must be greater than or equal to 1', 'Number must be greater than 0'],
		['hwidLimit', -1, 'Number must be greater than or equal to 1', 'Number must be greater than 0'],
		[
			'ipLimit',
			0.5,
			'Number must be greater than or equal to 1',
			'Expected integer, received float',
		],
		[
			'ipLimit',
			1000.5,
			'Number must be less than or equal to 1000',
			'Expected integer, received float',
		],
		[
			'expirationDays',
			0,
			'Number must be greater than 0',
			'Number must be greater than or equal to 1',
		],
	])('%s %p has two faults', async (field, value, ...messages) => {
		const response = await create({ [field]: value });
		expect(findings(response)).toEqual(messages.map((message) => `${field}: ${message}`));
	});

	test.each([
		[{ ipLimit: 1001 }, 'ipLimit: Number must be less than or equal to 1000'],
		[{ hwidLimit: 1.5 }, 'hwidLimit: Expected integer, received float'],
		[{ hwidLimit: '5' }, 'hwidLimit: Expected number, received string'],
		[{ suspended: null }, 'suspended: Expected boolean, received null'],
		[{ metadata: {} }, 'metadata: Expected array, received object'],
		[
			{ expirationType: 'SOON' },
			"expirationType: Invalid enum value. Expected 'DATE' | 'DURATION' | 'NEVER', received 'SOON'",
		],
		[
			{ expirationType: null },
			"expirationType: Expected 'DATE' | 'DURATION' | 'NEVER', received null",
		],
		[{ productIds: ['x'] }, 'productIds.0: Invalid uuid'],
		[
			{ customerIds: Array(21).fill(uuid) },
			'customerIds: Array must contain at most 20 element(s)',
		],
		[{ metadata: Array(21).fill(entry) }, 'metadata: Array must contain at most 20 element(s)'],
		[
			{ metadata: [{ ...entry, key: '' }] },
			'metadata.0.key: String must contain at least 1 character(s)',
		],
		[
			{ metadata: [entry, { ...entry, value: 'x'.repeat(256) }] },
			'metadata.1.value: String must contain at most 255 character(s)',
		],
		[{ metadata: [{ ...entry, id: '1' }] }, "metadata.0: Unrecognized key(s) in object: 'id'"],
		[{ name: 1, licenseKey: 2 }, ": Unrecognized key(s) in object: 'name', 'licenseKey'"],
		[
			{ expirationType: 'DURATION', expirationStart: 'CREATION', expirationDays: 1001 },
			'expirationDays: Number must be less than or equal to 1000',
		],
	])('%j', async (changes, finding) => {
		const response = await create(changes);
		expect(response.status).toBe(400);
		expect(findings(response)).toEqual([finding]);
	});

	test('tells all findings, with paths of names and indexes', async () => {
		const response = await create({
			ipLimit: 1001,
			suspended: null,
			metadata: [{ ...entry, key: '' }],
			extra: 1,
		});
		expect(response.data.data).toEqual([
			{ message: 'Expected boolean, received null', path: ['suspended'] },
			{ message: 'Number must be less than or equal to 1000', path: ['ipLimit'] },
			{ message: 'String must contain at least 1 character(s)', path: ['metadata', 0, 'key'] },
			{ message: "Unrecognized key(s) in object: 'extra'", path: [] },
		]);
	});

	test('refuses a body that is no object', async () => {
		expect(findings(await client.post('/licenses', []))).toEqual([
			': Expected object, received array',
		]);
	});
});

test.each(['a\0', '\ud800'])('what the database cannot store, %j, fails', async (value) => {
	const response = await create({ metadata: [{ ...entry, value }] });
	expect(response.status).toBe(500);
	expect(response.data.result.details).toBe('Error processing license creation');
	expect(sandbox.state.licenses.size).toBe(0);
});

describe('products and customers', () => {
	test('come in the order of their IDs', async () => {
		const ids = ['3', '1', '2'].map(
			(digit) => sandbox.addProduct({ id: `${digit}0000000-0000-4000-8000-000000000000` }).id,
		);
		const { products } = (await create({ productIds: ids })).data.data;
		expect(products.map(({ id }: { id: string }) => id)).toEqual(ids.toSorted());
	});

	test.each([
		['productIds', () => sandbox.addProduct({ id: 'abcdef00-0000-4000-8000-000000000000' }).id],
		['customerIds', () => sandbox.addCustomer({ id: 'abcdef00-0000-4000-8000-000000000000' }).id],
	])('%s must be known, once each, in the right case', async (field, add) => {
		const id = add();
		for (const ids of [[uuid], [id, id], [id.toUpperCase()]]) {
			const response = await create({ [field]: ids });
			expect(response.status).toBe(400);
			expect(response.data.data).toBeNull();
			expect(response.data.result.details).toBe(`Invalid ${field}`);
		}
		expect((await create({ [field]: [id] })).status).toBe(200);
	});
});

test('refuses a license beyond the limit of the team', async () => {
	sandbox.state.licenseLimit = 1;
	expect((await create()).status).toBe(200);
	const response = await create();
	expect(response.status).toBe(403);
	expect(response.data.result.details).toBe('Max licenses reached');
	// The limit goes before all but the form of the body.
	const unknown = await create({ productIds: [uuid], customerIds: [uuid] });
	expect(unknown.status).toBe(403);
	expect((await create({ suspended: 1 })).status).toBe(400);
});

describe('e-mail', () => {
	test('goes to the customers that have an address', async () => {
		const reachable = sandbox.addCustomer({ email: 'ada@example.com' });
		const silent = sandbox.addCustomer({ email: null, username: 'silent' });
		const customerIds = [silent.id, reachable.id];
		await create({ customerIds });
		await create({ customerIds: [silent.id], sendEmailDelivery: true });
		const { data } = await create({ customerIds, sendEmailDelivery: true });
		expect(sandbox.emails).toEqual([{ licenseKey: data.data.licenseKey, to: 'ada@example.com' }]);
	});

	test('that the mail server refuses counts, and leaves no license', async () => {
		const mail = { customerIds: [sandbox.addCustomer().id], sendEmailDelivery: true };
		sandbox.refusesEmails = true;
		for (let count = 0; count < 50; count += 1) {
			const response = await create(mail);
			expect(response.status).toBe(500);
			expect(response.data.result.details).toBe('Failed to send email');
		}
		expect([sandbox.state.licenses.size, sandbox.emails.length]).toEqual([0, 0]);
		sandbox.refusesEmails = false;
		expect((await create(mail)).status).toBe(429);
	});

	test('is limited to 50 in 24 hours', async () => {
		const mail = { customerIds: [sandbox.addCustomer().id], sendEmailDelivery: true };
		for (let count = 0; count < 50; count += 1) expect((await create(mail)).status).toBe(200);
		const response = await create(mail);
		expect(response.status).toBe(429);
		expect(response.data.result.details).toBe('Too many requests');
		expect(response.headers['retry-after']).toBeUndefined();
		expect(sandbox.state.licenses.size).toBe(50);
		expect((await create({ ...mail, sendEmailDelivery: false })).status).toBe(200);
		expect((await create({ ...mail, customerIds: [] })).status).toBe(200);
		// The day began with the first e-mail, and refused ones do not prolong it.
		clock = new Date(addDays(clock, 1).getTime() - 1);
		expect((await create(mail)).status).toBe(429);
		clock = new Date(clock.getTime() + 1);
		expect((await create(mail)).status).toBe(200);
	});
});
