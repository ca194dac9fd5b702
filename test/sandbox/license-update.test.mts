import { clientOf, findings, newLicense, without } from './client.mts';
import type { Client } from './client.mts';
import { addDays } from './formats.mts';
import { startSandbox } from './server.mts';
import type { LicenseRow, LicenseSeed, Sandbox } from './server.mts';

const now = new Date('2026-03-01T12:00:00.000Z');
const inDays = (count: number) => addDays(now, count).toISOString();
let sandbox: Sandbox;
let client: Client;

beforeEach(async () => {
	sandbox = await startSandbox({ now: () => now });
	client = clientOf(sandbox);
});
afterEach(() => sandbox.close());

/** What an update must send to leave a license as it is. */
function bodyFor(license: LicenseRow): Record<string, unknown> {
	const never = license.expirationType === 'NEVER';
	return {
		...without(newLicense(), 'sendEmailDelivery'),
		licenseKey: license.licenseKey,
		expirationType: license.expirationType,
		expirationStart: never ? null : license.expirationStart,
		expirationDate: license.expirationDate?.toISOString() ?? null,
		expirationDays: license.expirationDays,
		ipLimit: license.ipLimit,
		hwidLimit: license.hwidLimit,
		suspended: license.suspended,
		productIds: license.productIds,
		customerIds: license.customerIds,
		metadata: license.metadata.map(({ key, value, locked }) => ({ key, value, locked })),
	};
}

const put = (license: LicenseRow, body: object) => client.put(`/licenses/id/${license.id}`, body);
const change = (license: LicenseRow, changes: object) =>
	put(license, { ...bodyFor(license), ...changes });

const dated: LicenseSeed = { expirationType: 'DATE', expirationDate: addDays(now, 60) };
const expired: LicenseSeed = { expirationType: 'DATE', expirationDate: addDays(now, -1) };
const running: LicenseSeed = {
	expirationType: 'DURATION',
	expirationStart: 'ACTIVATION',
	expirationDays: 30,
	expirationDate: addDays(now, 20),
};
const counted: LicenseSeed = { ...running, expirationStart: 'CREATION' };

describe('full replacement', () => {
	test.each([
		['NEVER', {}],
		['DATE', dated],
		['DURATION from ACTIVATION', running],
		['DURATION from CREATION', counted],
	])('a %s license sent back as a whole stays what it is', async (_name, seed: LicenseSeed) => {
		const productIds = [sandbox.addProduct().id];
		const metadata = [{ key: 'a', value: 'b', locked: true }];
		const license = sandbox.addLicense({ ...seed, productIds, metadata, hwidLimit: 2 });
		const before = bodyFor(license);
		const createdAt = license.createdAt;
		const response = await put(license, before);
		expect(response.status).toBe(200);
		expect(response.data.result.details).toBe('License updated');
		expect(bodyFor(license)).toEqual(before);
		expect(license.createdAt).toEqual(createdAt);
		expect(license.updatedAt).toEqual(now);
	});

	test.each([
		'licenseKey',
		...Object.keys(newLicense()).filter((field) => field !== 'sendEmailDelivery'),
	])('%s is required', async (field) => {
		const license = sandbox.addLicense();
		const response = await put(license, without(bodyFor(license), field));
		expect(response.status).toBe(400);
		const finding = field === 'expirationDate' ? 'Invalid date' : 'Required';
		expect(findings(response)).toEqual([`${field}: ${finding}`]);
	});

	test('null and empty lists clear', async () => {
		const license = sandbox.addLicense({
			ipLimit: 1,
			hwidLimit: 2,
			productIds: [sandbox.addProduct().id],
			customerIds: [sandbox.addCustomer().id],
			metadata: [{ key: 'a', value: 'b', locked: true }],
		});
		const empty = { productIds: [], customerIds: [], metadata: [] };
		const response = await change(license, { ipLimit: null, hwidLimit: null, ...empty });
		const { ipLimit, hwidLimit, products, customers, metadata } = response.data.data;
		expect([ipLimit, hwidLimit, products, customers, metadata]).toEqual([null, null, [], [], []]);
	});

	test('what was read cannot be sent back as it is', async () => {
		const license = sandbox.addLicense({ metadata: [{ key: 'a', value: 'b', locked: true }] });
		const { data } = await client.get(`/licenses/${license.licenseKey}`);
		const response = await put(license, data.data);
		expect(response.status).toBe(400);
		expect(findings(response).join()).toContain('Unrecognized key(s) in object');
		expect(findings(await change(license, { expirationStart: 'CREATION' }))).toEqual([
			': Invalid input',
		]);
		expect(findings(await change(license, { sendEmailDelivery: false }))).toEqual([
			": Unrecognized key(s) in object: 'sendEmailDelivery'",
		]);
	});
});

describe('expiry', () => {
	test('a DURATION without its date loses it', async () => {
		for (const seed of [running, counted]) {
			const license = sandbox.addLicense(seed);
			const response = await change(license, { expirationDate: null });
			expect(response.data.data.expirationDate).toBeNull();
		}
	});

	test('other days do not move the date', async () => {
		const license = sandbox.addLicense(running);
		const response = await change(license, { expirationDays: 90 });
		expect(response.data.data).toMatchObject({
			expirationDays: 90,
			expirationDate: inDays(20),
		});
	});

	test('a DURATION takes a date in the past', async () => {
		const license = sandbox.addLicense(running);
		const response = await change(license, { expirationDate: inDays(-5) });
		expect(response.data.data.expirationDate).toBe(inDays(-5));
	});

	test('a DATE with days keeps the date', async () => {
		const license = sandbox.addLicense(dated);
		const response = await change(license, { expirationDays: 7 });
		expect(response.data.data).toMatchObject({ expirationDate: inDays(60), expirationDays: 7 });
	});

	test('an expired DATE license takes no change without a new date', async () => {
		const license = sandbox.addLicense(expired);
		const refused = await change(license, { suspended: true });
		expect(refused.status).toBe(400);
		expect(refused.data.data).toEqual([{ message: expect.any(String), path: ['expirationDate'] }]);
		expect(license.suspended).toBe(false);
		const taken = await change(license, { suspended: true, expirationDate: inDays(9) });
		expect(taken.data.data).toMatchObject({ suspended: true, expirationDate: inDays(9) });
	});

	test.each([
		['2027-01-06', '2027-01-06T00:00:00.000Z'],
		['2027-01-06T10:00:00', '2027-01-06T10:00:00.000Z'],
		['2027-01-06T10:00:00+0200', '2027-01-06T08:00:00.000Z'],
		['2027-02-30T00:00:00Z', '2027-03-02T00:00:00.000Z'],
		['01.06.2027', '2027-01-06T00:00:00.000Z'],
		['January 6, 2027', '2027-01-06T00:00:00.000Z'],
		['Wed, 06 Jan 2027 10:00:00 GMT', '2027-01-06T10:00:00.000Z'],
		['2027', '2027-01-01T00:00:00.000Z'],
		[1_799_193_600_000, '2027-01-06T00:00:00.000Z'],
		[['2027-01-06'], '2027-01-06T00:00:00.000Z'],
	])('takes the date %j that JavaScript understands', async (expirationDate, stored) => {
		const response = await change(sandbox.addLicense(dated), { expirationDate });
		expect(response.data.data.expirationDate).toBe(stored);
	});

	test.each([
		[false, '1970-01-01T00:00:00.000Z'],
		['1', '2001-01-01T00:00:00.000Z'],
		[1_799_193_600, '1970-01-21T19:46:33.600Z'],
	])('a DURATION takes %j, and is expired', async (expirationDate, stored) => {
		const response = await change(sandbox.addLicense(running), { expirationDate });
		expect(response.data.data.expirationDate).toBe(stored);
	});

	test('what is no date is refused and changes nothing', async () => {
		const license = sandbox.addLicense(dated);
		const response = await change(license, { expirationDate: 'soon', suspended: true });
		expect(response.status).toBe(400);
		expect(findings(response)).toEqual(['expirationDate: Invalid date']);
		expect(license.suspended).toBe(false);
	});

	test.each(['+010000-01-01T00:00:00Z', '-000001-01-01T00:00:00Z', '0000-01-01T00:00:00Z'])(
		'a DURATION with the date %s fails and changes nothing',
		async (expirationDate) => {
			const license = sandbox.addLicense(running);
			const response = await change(license, { expirationDate, suspended: true });
			expect(response.status).toBe(500);
			expect(response.data.result.details).toBe('Internal server error');
			expect(license.suspended).toBe(false);
		},
	);

	test.each([
		['NEVER', {}],
		['DATE', dated],
		['DURATION from ACTIVATION, not used yet', { ...running, expirationDate: null }],
	])(
		'days count from now where %s becomes DURATION from CREATION',
		async (_name, seed: LicenseSeed) => {
			for (const expirationDate of [null, inDays(40), inDays(-40)]) {
				const response = await change(sandbox.addLicense(seed), {
					expirationType: 'DURATION',
					expirationStart: 'CREATION',
					expirationDate,
					expirationDays: 10,
				});
				expect(response.data.data.expirationDate).toBe(inDays(10));
			}
		},
	);

	test.each([
		['CREATION', inDays(10)],
		['ACTIVATION', null],
	])('a change to DURATION from %s without a date gives %s', async (expirationStart, date) => {
		for (const seed of [{}, dated]) {
			const response = await change(sandbox.addLicense(seed), {
				expirationType: 'DURATION',
				expirationStart,
				expirationDate: null,
				expirationDays: 10,
			});
			expect(response.data.data).toMatchObject({ expirationStart, expirationDate: date });
		}
	});

	test('a change to NEVER clears all and reads back CREATION', async () => {
		const response = await change(sandbox.addLicense(running), {
			expirationType: 'NEVER',
			expirationStart: null,
			expirationDate: null,
			expirationDays: null,
		});
		expect(response.data.data).toMatchObject({
			expirationType: 'NEVER',
			expirationStart: 'CREATION',
			expirationDate: null,
			expirationDays: null,
		});
	});

	test('a change to DATE takes the date', async () => {
		const response = await change(sandbox.addLicense(running), {
			expirationType: 'DATE',
			expirationDate: inDays(80),
			expirationDays: null,
		});
		expect(response.data.data).toMatchObject({
			expirationType: 'DATE',
			expirationDate: inDays(80),
		});
	});
});

describe('license key', () => {
	const key = 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE';

	test('can be changed', async () => {
		const license = sandbox.addLicense();
		const old = license.licenseKey;
		expect((await change(license, { licenseKey: key })).data.data.licenseKey).toBe(key);
		expect((await client.get(`/licenses/${key}`)).status).toBe(200);
		expect((await client.get(`/licenses/${old}`)).status).toBe(404);
	});

	test('must be free', async () => {
		sandbox.addLicense({ licenseKey: key });
		const response = await change(sandbox.addLicense(), { licenseKey: key });
		expect(response.status).toBe(400);
		expect(response.data.data).toBeNull();
		expect(response.data.result.details).toBe('License key already exists');
	});

	test('must have the right form', async () => {
		const response = await change(sandbox.addLicense(), { licenseKey: key.toLowerCase() });
		expect(findings(response)).toEqual(['licenseKey: Invalid']);
	});
});

test('an unknown license or product is refused', async () => {
	const license = sandbox.addLicense();
	const unknown = '11111111-1111-4111-8111-111111111111';
	const missing = await client.put(`/licenses/id/${unknown}`, bodyFor(license));
	expect(missing.status).toBe(404);
	expect(missing.data.result.details).toBe('License not found');
	const response = await change(license, { productIds: [unknown] });
	expect(response.data.result.details).toBe('Invalid productIds');
});
