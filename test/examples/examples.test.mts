import type { IDataObject } from 'n8n-workflow';

import { sent, startShop } from '../license/support.mts';
import type { LicenseRow, LicenseSeed, Sandbox } from '../sandbox/types.mts';
import { PRODUCT, REFUSED_DOMAIN, runExample, type Surroundings } from './support.mts';

const DAY_MS = 24 * 60 * 60 * 1000;

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
	sandbox.addProduct({ id: PRODUCT, name: 'Orbit Editor' });
});

afterEach(async () => {
	await sandbox.close();
});

const inDays = (days: number) => new Date(Date.now() + days * DAY_MS);
const licenses = (): LicenseRow[] => [...sandbox.state.licenses.values()];
const valueOf = ({ metadata }: LicenseRow, name: string) =>
	metadata.find(({ key }) => key === name)?.value;
const writes = () => sent(sandbox).filter((request) => !request.startsWith('GET'));
const addCustomer = (email: string | null) => sandbox.addCustomer({ email, username: 'alma' }).id;

/** Runs an example that must run to its end. */
async function run(file: string, surroundings?: Surroundings) {
	const example = await runExample(sandbox, file, {}, surroundings);
	expect(example.result.error).toBeUndefined();
	expect(example.result.status).toBe('success');
	return example;
}

describe('Weekly audit', () => {
	test('mails the licenses that need attention, and no others', async () => {
		const customer = sandbox.addCustomer({ email: 'alma@example.com' });
		const used = { lastActiveAt: new Date() };
		const date = (days: number) => ({
			...used,
			expirationType: 'DATE' as const,
			expirationDate: inDays(days),
		});
		const expired = sandbox.addLicense({ ...date(-2), customerIds: [customer.id] });
		const expiring = sandbox.addLicense(date(10.5));
		const suspended = sandbox.addLicense({ ...used, suspended: true });
		const inactive = sandbox.addLicense({ lastActiveAt: inDays(-90) });
		sandbox.addLicense(date(90));
		sandbox.addLicense(used);

		const { mails } = await run('weekly-audit');

		expect(mails).toHaveLength(1);
		expect(mails[0].subject).toBe('Licenses to look at: 4');
		expect(mails[0].text.split('\n').sort()).toEqual([
			`EXPIRED, ${expired.licenseKey}, alma@example.com, -3 days left`,
			`EXPIRING, ${expiring.licenseKey}, no customer, 10 days left`,
			`INACTIVE, ${inactive.licenseKey}, no customer, no expiry`,
			`SUSPENDED, ${suspended.licenseKey}, no customer, no expiry`,
		]);
	});

	test('mails that there are none', async () => {
		sandbox.addLicense({ lastActiveAt: new Date() });

		const { mails } = await run('weekly-audit');

		expect(mails).toEqual([
			{
				toEmail: 'licensing@example.com',
				subject: 'Licenses to look at: 0',
				text: 'No license needs attention.',
			},
		]);
	});
});

describe('Remind before expiry, once per license', () => {
	const FILE = 'remind-before-expiry';
	const expiring = (days: number, fields: LicenseSeed = {}) =>
		sandbox.addLicense({
			lastActiveAt: new Date(),
			expirationType: 'DATE',
			expirationDate: inDays(days),
			...fields,
		});

	test('reminds the customers of licenses that expire soon, and no others', async () => {
		const customerIds = [addCustomer('alma@example.com'), addCustomer('bruno@example.com')];
		const soon = expiring(10.5, { customerIds, productIds: [PRODUCT] });
		expiring(20, { customerIds });
		expiring(-1, { customerIds });
		expiring(5, { customerIds, suspended: true });
		sandbox.addLicense({ customerIds });
		// A subscription goes on by itself.
		const metadata = [{ key: 'n8nIdempotencyKey', value: 'sub_example_1', locked: true }];
		expiring(5, { customerIds, metadata });
		const { mails } = await run(FILE);

		// Lukittu lists a license's customers in no certain order.
		const [{ toEmail }] = mails;
		expect(toEmail.split(', ').sort()).toEqual(['alma@example.com', 'bruno@example.com']);
		expect(mails).toEqual([
			{
				toEmail,
				subject: 'Your license for Orbit Editor expires soon',
				text: expect.stringContaining(`…${soon.licenseKey.slice(-5)} expires on `),
			},
		]);
		expect(licenses().filter((license) => valueOf(license, 'remindedFor'))).toEqual([
			sandbox.state.licenses.get(soon.id),
		]);
	});

	test('reminds once, and again only after a renewal', async () => {
		const { id } = expiring(10, { customerIds: [addCustomer('alma@example.com')] });
		await run(FILE);
		const again = await run(FILE);
		const license = sandbox.state.licenses.get(id) as LicenseRow;
		license.expirationDate = inDays(12);
		const renewed = await run(FILE);

		expect(again.mails).toEqual([]);
		expect(renewed.mails).toHaveLength(1);
		expect(valueOf(license, 'remindedFor')).toBe(license.expirationDate.toISOString());
	});

	test('a mail that is not sent is told, and tried again; the others are sent once', async () => {
		expiring(10, { customerIds: [addCustomer(`alma@${REFUSED_DOMAIN}`)] });
		expiring(11, { customerIds: [addCustomer('bruno@example.com')] });
		const recipients = async () => (await run(FILE)).mails.map(({ toEmail }) => toEmail).sort();

		expect(await recipients()).toEqual(['bruno@example.com', 'licensing@example.com']);
		expect(await recipients()).toEqual(['licensing@example.com']);
		expect(writes()).toHaveLength(1);
	});

	test.each([
		['without a customer', []],
		['of a customer without an address', [null]],
	])('a license %s is told once', async (_, emails) => {
		const { licenseKey } = expiring(10, { customerIds: emails.map(addCustomer) });
		const { mails } = await run(FILE);

		expect(mails).toEqual([expect.objectContaining({ toEmail: 'licensing@example.com' })]);
		expect(mails[0].text).toContain(licenseKey);
		expect((await run(FILE)).mails).toEqual([]);
	});

	test('a license without room for the note is told, and its customer is not mailed daily', async () => {
		const metadata = Array.from({ length: 20 }, (_, index) => ({
			key: `key ${index}`,
			value: 'value',
			locked: false,
		}));
		expiring(10, { customerIds: [addCustomer('alma@example.com')], metadata });
		const { mails } = await run(FILE);

		expect(mails.map(({ toEmail }) => toEmail)).not.toContain('alma@example.com');
		expect(mails[0].text).toContain('20 metadata entries');
	});
});

describe('Import customers and licenses from a sheet', () => {
	const FILE = 'import-from-sheet';
	const row = (row_number: number, fields: IDataObject): IDataObject => ({
		row_number,
		order: 2000 + row_number,
		email: 'alma@example.com',
		name: 'Alma Brightwell',
		product: PRODUCT,
		expires: '',
		licenseKey: '',
		result: '',
		...fields,
	});
	const OWN_KEY = 'AAAA1-BBBB2-CCCC3-DDDD4-EEEE5';

	test('makes one license for each row, and writes its key back', async () => {
		const sheet = [
			row(2, { expires: '2099-06-30', licenseKey: OWN_KEY }),
			row(3, {}),
			row(4, { email: 'bruno@example.com', name: 'Bo' }),
		];
		await run(FILE, { sheet });

		expect(sheet.map(({ result }) => result)).toEqual(['Imported', 'Imported', 'Imported']);
		expect(licenses().map(({ licenseKey }) => licenseKey)).toEqual(
			sheet.map(({ licenseKey }) => licenseKey),
		);
		const [dated, endless, third] = licenses();
		expect(dated).toMatchObject({ licenseKey: OWN_KEY, productIds: [PRODUCT] });
		expect(dated.expirationDate?.toISOString().slice(0, 10)).toMatch(/2099-0[67]-(30|01)/);
		expect(endless.expirationType).toBe('NEVER');
		expect(endless.customerIds).toEqual(dated.customerIds);
		expect(sandbox.state.customers.get(third.customerIds[0])?.email).toBe('bruno@example.com');
	});

	test('run twice, it makes nothing more', async () => {
		const sheet = [row(2, { licenseKey: OWN_KEY }), row(3, { expires: '2099-06-30' })];
		await run(FILE, { sheet });
		const [before, count] = [JSON.stringify(licenses()), writes().length];
		await run(FILE, { sheet });

		expect(JSON.stringify(licenses())).toBe(before);
		expect(writes()).toHaveLength(count);
		expect(sheet.map(({ result }) => result)).toEqual(['Was there already', 'Was there already']);
	});

	test.each([
		['no e-mail address', { email: '' }, 'column email is empty'],
		['no order', { order: '' }, 'column order is empty'],
		['no product', { product: ' ' }, 'column product is empty'],
		['an address that is none', { email: 'alma' }, 'alma'],
		['a product that is none', { product: 'Orbit Editor' }, 'Orbit Editor'],
		['a date that has passed', { expires: '2020-01-31' }, '2020'],
		['a number for a date', { expires: 46205 }, '46205'],
	])('a row with %s says so, and the others are imported', async (_, fields, why) => {
		const sheet = [row(2, {}), row(3, fields), row(4, {})];
		await run(FILE, { sheet });

		expect(licenses()).toHaveLength(2);
		expect(sheet.map(({ result }) => result)).toEqual([
			'Imported',
			expect.stringMatching(/^Not imported\. /),
			'Imported',
		]);
		expect(sheet[1].result).toContain(why);
	});

	test('an order that stands in two rows makes no license', async () => {
		const sheet = [row(2, { order: 7 }), row(3, { order: '7 ' })];
		await run(FILE, { sheet });

		expect(licenses()).toEqual([]);
		expect(sheet[0].result).toContain('7-1');
	});

	test('a key that Lukittu does not take is told, with the one that the license has', async () => {
		const sheet = [row(2, { licenseKey: 'OLD-KEY-17' })];
		await run(FILE, { sheet });

		const [{ licenseKey }] = licenses();
		expect(sheet[0].result).toContain(`Imported, but with the key ${licenseKey}`);
		expect(sheet[0].result).toContain('OLD-KEY-17');
	});
});
