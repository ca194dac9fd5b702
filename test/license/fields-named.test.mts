import type { IDataObject } from 'n8n-workflow';

import { runCustomer, type CustomerOperation } from '../customer/support.mts';
import type { FaultKind, Sandbox } from '../sandbox/types.mts';
import {
	byId,
	customers,
	products,
	readable,
	runLicense,
	startShop,
	type Operation,
} from './support.mts';

const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

let sandbox: Sandbox;
let license: string;

beforeEach(async () => {
	({ sandbox } = await startShop());
	license = sandbox.addLicense({
		expirationType: 'DATE',
		expirationDate: new Date('2090-01-01'),
	}).id;
});

afterEach(async () => await sandbox.close());

async function messageOf(operation: Operation, parameters: IDataObject): Promise<string> {
	return readable((await runLicense(sandbox, operation, parameters)).error);
}

/** What a write comes to where the server refuses it. */
async function refused(operation: Operation, kind: FaultKind, parameters: IDataObject = {}) {
	const method = operation === 'create' ? 'POST' : 'PUT';
	sandbox.addFault({ method, kind });
	const named = operation === 'create' ? {} : { license: byId(license) };
	return await messageOf(operation, { ...named, ...parameters });
}

const invalid = (...data: Array<{ message: string; path: unknown[] }>): FaultKind => ({
	status: 400,
	details: 'Invalid request body',
	data,
});

describe('what Lukittu does not know', () => {
	const absent: FaultKind = { status: 404, details: 'Not found' };

	test('names the field that the item has', async () => {
		expect(await messageOf('get', { license: byId(UNKNOWN_ID) })).toContain("Check 'License'");
		const { error } = await runCustomer(sandbox, 'get', { customer: byId(UNKNOWN_ID) });
		expect(readable(error)).toContain("Check 'Customer'");
	});

	test.each<[string, Operation, IDataObject]>([
		['Create', 'create', {}],
		['Create with a key', 'create', { additionalFields: { idempotencyKey: 'order-1' } }],
		['Get Many', 'getAll', { returnAll: true }],
		['Get Many with filters', 'getAll', { filters: { customers: customers(UNKNOWN_ID) } }],
	])('names no field of another operation: %s', async (_, operation, parameters) => {
		sandbox.addFault({ times: 50, kind: absent });
		const text = await messageOf(operation, parameters);
		expect(text).toContain('Lukittu does not know');
		expect(text).not.toMatch(/'License'|'Customer'/);
		expect(text).toContain("'Team ID'");
	});

	test.each<[CustomerOperation, IDataObject]>([
		['create', { email: 'alma@example.com' }],
		['upsert', { email: 'alma@example.com' }],
		['getAll', {}],
	])('names no field of another operation: customer %s', async (operation, parameters) => {
		sandbox.addFault({ times: 50, kind: absent });
		const { error } = await runCustomer(sandbox, operation, parameters);
		expect(readable(error)).not.toMatch(/'License'|'Customer'/);
	});
});

describe('a customer or product that does not exist', () => {
	const gone = (noun: string): FaultKind => ({ status: 400, details: `Invalid ${noun}Ids` });

	test.each<[string, Operation, IDataObject, string]>([
		[
			'added',
			'update',
			{ updateFields: { addCustomers: customers(UNKNOWN_ID) } },
			"One of the license's customers, or of those in 'Add Customers', does not",
		],
		[
			'replaced',
			'update',
			{ updateFields: { replaceCustomers: customers(UNKNOWN_ID) } },
			"'Replace Customers' names a customer that does not",
		],
		[
			'not named',
			'update',
			{ updateFields: { hwidLimit: 2 } },
			"One of the license's customers does not",
		],
		['not named', 'suspend', {}, "One of the license's customers does not"],
		['not named', 'renew', { renewBy: 'days', days: 3 }, "One of the license's customers does not"],
		[
			'given',
			'create',
			{ customers: customers(UNKNOWN_ID) },
			"'Customers' names a customer that does not",
		],
	])('customers, %s: %s', async (_, operation, parameters, text) => {
		const message = await refused(operation, gone('customer'), parameters);
		expect(message).toContain(text);
		const labels = message.match(/'(Add|Replace) \w+'/g) ?? [];
		expect(labels).toEqual(text.match(/'(Add|Replace) \w+'/g) ?? []);
	});

	test.each<[IDataObject, string]>([
		[{ addProducts: products(UNKNOWN_ID) }, "or of those in 'Add Products', does not"],
		[{ replaceProducts: products(UNKNOWN_ID) }, "'Replace Products' names a product that"],
		[{ suspended: true }, "One of the license's products does not"],
	])('products, by %j', async (updateFields, text) => {
		expect(await refused('update', gone('product'), { updateFields })).toContain(text);
	});
});

describe('what Lukittu finds of a body', () => {
	const date = { message: 'Invalid input', path: ['expirationDate'] };

	test.each<[string, Operation, IDataObject, string]>([
		[
			'Renew Until',
			'renew',
			{ renewBy: 'date', renewUntil: '2099-01-01' },
			"'Renew Until': it must be a date in the future",
		],
		[
			'Days',
			'renew',
			{ renewBy: 'days', days: 5 },
			"the license's expiration: it must be a date in the future",
		],
		[
			'Expiration',
			'update',
			{
				updateFields: {
					expiration: { value: { expirationType: 'DATE', expirationDate: '2099-01-01' } },
				},
			},
			"'Expiration Date': it must be a date in the future",
		],
		[
			'nothing of it',
			'update',
			{ updateFields: { hwidLimit: 2 } },
			"the license's expiration: it must be a date in the future",
		],
		['nothing of it', 'suspend', {}, "the license's expiration: it must be a date in the future"],
	])('of the date, where the item names %s', async (_, operation, parameters, text) => {
		const message = await refused(operation, invalid(date), parameters);
		expect(message).toContain(text);
		const label = /'(Expiration Date|Renew Until)'/;
		expect(label.exec(message)?.[1]).toBe(label.exec(text)?.[1]);
	});

	test('tells what the item names from what the license has', async () => {
		const message = await refused(
			'update',
			invalid(
				{ message: 'Too large', path: ['hwidLimit'] },
				{ message: 'Too small', path: ['ipLimit'] },
				{ message: 'Too long', path: ['metadata', 2, 'value'] },
			),
			{
				updateFields: { hwidLimit: 5, setMetadata: { entry: [{ key: 'a', value: 'b' }] } },
			},
		);
		expect(message).toContain("'Hardware ID Limit': Too large");
		expect(message).toContain("the license's IP Address Limit: Too small");
		expect(message).toContain("the license's Metadata entry 3, Value: Too long");
		expect(message).toContain('in this item or in Lukittu');
	});

	test('names the fields that Create has', async () => {
		const message = await refused('create', invalid({ message: 'Too large', path: ['hwidLimit'] }));
		expect(message).toContain("'Hardware ID Limit': Too large");
		expect(message).toContain('Correct the fields named above');
	});
});

describe('a key that another license has', () => {
	const taken: FaultKind = { status: 400, details: 'License key already exists' };

	test.each<[Operation, IDataObject, boolean]>([
		['update', { updateFields: { licenseKey: 'NEWKY-NEWKY-NEWKY-NEWKY-NEWKY' } }, true],
		['update', { updateFields: { hwidLimit: 3 } }, false],
		['renew', { renewBy: 'days', days: 3 }, false],
		['suspend', {}, false],
	])('%s with %j', async (operation, parameters, isNamed) => {
		const message = await refused(operation, taken, parameters);
		expect(message.includes("'License Key'")).toBe(isNamed);
	});
});

describe('e-mails', () => {
	const customer = () => ({ customers: customers(sandbox.addCustomer().id) });
	const on = { additionalFields: { sendEmailDelivery: true } };

	test.each<[string, boolean]>([
		['Failed to send email', true],
		['Failed to send email', false],
		['Too many requests', true],
		['Too many requests', false],
	])('%s, asked for: %s', async (details, isOn) => {
		const status = details.startsWith('Too') ? 429 : 500;
		sandbox.addFault({ method: 'POST', times: 50, kind: { status, details } });
		const message = await messageOf('create', {
			...customer(),
			...(isOn && on),
			options: { keepTryingFor: 0 },
		});
		expect(message.includes("'Send Email Delivery'")).toBe(isOn);
	});

	test('the quota is told as Lukittu counts it', async () => {
		sandbox.addFault({ method: 'POST', kind: { status: 429, details: 'Too many requests' } });
		const message = await messageOf('create', { ...customer(), ...on });
		expect(message).toContain('The 24 hours begin with the first one');
		expect(message).toContain('those that were refused or could not be sent count too');
	});
});

describe('other places', () => {
	test.each<[string, Operation, IDataObject, string]>([
		[
			'a filter',
			'getAll',
			{ filters: { products: products(UNKNOWN_ID) } },
			"The filter 'Products' is too long",
		],
		[
			'a look-up',
			'create',
			{
				additionalFields: { idempotencyKey: 'a', metadata: { entry: [{ key: 'a', value: 'b' }] } },
			},
			'The request for the list of licenses is too long',
		],
		['no filter', 'getAll', {}, 'The request for the list of licenses is too long'],
	])('too long an address, by %s', async (_, operation, parameters, text) => {
		sandbox.addFault({ times: 50, kind: { status: 414, html: true } });
		expect(await messageOf(operation, parameters)).toContain(text);
	});

	test('a look-up that is not complete names no filters', async () => {
		const data = { licenses: [], hasNextPage: false, totalResults: 3 };
		sandbox.addFault({ method: 'GET', times: 100, kind: { status: 200, data } });
		const message = await messageOf('create', { additionalFields: { idempotencyKey: 'order-1' } });
		expect(message).toContain('came on none of its pages');
		expect(message).not.toMatch(/'Products'|'Customers'|filters/);
	});

	test('too many customers, where none is added', async () => {
		const many = Array.from({ length: 21 }, () => sandbox.addCustomer().id);
		const full = sandbox.addLicense({ customerIds: many }).id;
		const update = async (updateFields: IDataObject) =>
			await messageOf('update', { license: byId(full), updateFields });
		expect(await update({ hwidLimit: 2 })).toContain('The license comes to 21 customers');
		expect(await update({ addCustomers: customers(sandbox.addCustomer().id) })).toContain(
			"The license with 'Add Customers' comes to 22 customers",
		);
	});

	test('an e-mail address that the customer has already', async () => {
		const { id } = sandbox.addCustomer({ email: 'alma@example.com' });
		const update = async (customerUpdateFields: IDataObject) => {
			sandbox.addFault({ method: 'PUT', kind: { status: 400, details: 'Invalid email' } });
			const result = await runCustomer(sandbox, 'update', {
				customer: byId(id),
				customerUpdateFields,
			});
			return readable(result.error);
		};
		expect(await update({ fullName: 'Alma' })).not.toContain("'Email'");
		expect(await update({ email: 'a@example.com' })).toContain("Check 'Email'");
	});
});
