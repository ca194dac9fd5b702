import { setTimeout as sleep } from 'node:timers/promises';
import type { IDataObject } from 'n8n-workflow';

import { isThroughRouting } from '../engine/index.mts';
import type { Sandbox } from '../sandbox/server.mts';
import {
	byId,
	customers,
	fromList,
	metadata,
	products,
	readable,
	runLicense,
	sent,
	startShop,
	type RunExtra,
} from './support.mts';

/** The body of a create with nothing filled in. */
const NOTHING_SET = {
	expirationType: 'NEVER',
	expirationStart: null,
	expirationDate: null,
	expirationDays: null,
	hwidLimit: null,
	ipLimit: null,
	suspended: false,
	sendEmailDelivery: false,
	customerIds: [],
	productIds: [],
	metadata: [],
};

const DATE = '2040-07-01T12:00:00.000Z';

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

/** Creates one license with one request, and gives back the body that was sent. */
async function bodySent(parameters: IDataObject, extra?: RunExtra): Promise<IDataObject> {
	const { error } = await runLicense(sandbox, 'create', parameters, extra);
	expect(error).toBeUndefined();
	expect(sent(sandbox)).toEqual(['POST /licenses']);
	return sandbox.requests[0].body as IDataObject;
}

/** Runs a create that must end before anything is sent, and gives back what the user reads. */
async function refusal(parameters: IDataObject, extra?: RunExtra): Promise<string> {
	const { error, items } = await runLicense(sandbox, 'create', parameters, extra);
	expect(items).toEqual([]);
	expect(sandbox.requests).toEqual([]);
	return readable(error);
}

describe('expiration', () => {
	test.each([
		['NEVER', { expirationType: 'NEVER' }, {}],
		['no type at all, which is NEVER', {}, {}],
		[
			'DATE',
			{ expirationType: 'DATE', expirationDate: DATE },
			{ expirationType: 'DATE', expirationDate: DATE },
		],
		[
			'DURATION, from creation where nothing is chosen',
			{ expirationType: 'DURATION', expirationDays: 30 },
			{ expirationType: 'DURATION', expirationStart: 'CREATION', expirationDays: 30 },
		],
		[
			'DURATION from activation',
			{ expirationType: 'DURATION', expirationDays: 1000, expirationStart: 'ACTIVATION' },
			{ expirationType: 'DURATION', expirationStart: 'ACTIVATION', expirationDays: 1000 },
		],
		[
			'a type by expression in lower case',
			{ expirationType: '={{ "duration" }}', expirationDays: '={{ "1" }}' },
			{ expirationType: 'DURATION', expirationStart: 'CREATION', expirationDays: 1 },
		],
	])('sends all eleven fields, null where unset: %s', async (_, parameters, expected) => {
		expect(await bodySent(parameters)).toEqual({ ...NOTHING_SET, ...expected });
	});

	const leftovers = {
		expirationDate: DATE,
		expirationDays: 30,
		expirationStart: 'ACTIVATION',
	};

	test.each([
		['NEVER', {}],
		['DATE', { expirationDate: DATE }],
		['DURATION', { expirationStart: 'ACTIVATION', expirationDays: 30 }],
	])('does not send what was filled in before the type became %s', async (type, expected) => {
		const body = await bodySent({ ...leftovers, expirationType: type });

		expect(body).toEqual({ ...NOTHING_SET, ...expected, expirationType: type });
	});

	// With an expression as the type, n8n keeps every field that some type shows.
	test.each([
		['NEVER', {}],
		['DATE', { expirationDate: DATE }],
		['DURATION', { expirationStart: 'ACTIVATION', expirationDays: 30 }],
	])('does not send fields of other types where %s is an expression', async (type, expected) => {
		const body = await bodySent({ ...leftovers, expirationType: `={{ "${type}" }}` });

		expect(body).toEqual({ ...NOTHING_SET, ...expected, expirationType: type });
	});
});

describe('what is no full date', () => {
	test.each([
		['a time alone', '23:59'],
		['a year alone', '2040'],
		['a month alone', '2040-06'],
		['a date of another country', '31.12.2040'],
		['too many digits for a timestamp', '20401231235959'],
		['a number too large for a timestamp', 20_401_231_235_959],
	])('is refused before anything is sent: %s', async (_, value) => {
		const expirationDate = `={{ ${JSON.stringify(value)} }}`;
		const text = await refusal({ expirationType: 'DATE', expirationDate });
		expect(text).toContain('which is not a date');
	});
});

describe('expiration date', () => {
	const NEW_YORK = 'America/New_York';
	const HELSINKI = 'Europe/Helsinki';
	const SECONDS = Date.parse(DATE) / 1000;

	test.each([
		['a date in summer', '2040-07-01', NEW_YORK, '2040-07-02T03:59:59.999Z'],
		['a date in winter', '2040-01-15', NEW_YORK, '2040-01-16T04:59:59.999Z'],
		['a date in summer', '2040-07-01', HELSINKI, '2040-07-01T20:59:59.999Z'],
		['a date in winter', '2040-01-15', HELSINKI, '2040-01-15T21:59:59.999Z'],
		['what the date picker gives', '2040-07-01T12:30:00', NEW_YORK, '2040-07-01T16:30:00.000Z'],
		['what the date picker gives', '2040-07-01T12:30:00', HELSINKI, '2040-07-01T09:30:00.000Z'],
		['a time without seconds', '2040-07-01T12:30', HELSINKI, '2040-07-01T09:30:00.000Z'],
		['a database time', '2040-07-01 12:30:00', HELSINKI, '2040-07-01T09:30:00.000Z'],
		['an hour that DST skips', '2040-03-11T02:30:00', NEW_YORK, '2040-03-11T07:30:00.000Z'],
		['a UTC time', '2040-07-01T12:00:00Z', NEW_YORK, DATE],
		['a time with an offset', '2040-07-01T14:00:00+02:00', NEW_YORK, DATE],
		['a time with blanks around it', ' 2040-07-01T12:00:00Z ', NEW_YORK, DATE],
		['Unix seconds', SECONDS, NEW_YORK, DATE],
		['Unix seconds as text', String(SECONDS), NEW_YORK, DATE],
		['Unix milliseconds', SECONDS * 1000, NEW_YORK, DATE],
		['Unix milliseconds as text', String(SECONDS * 1000), NEW_YORK, DATE],
		['a Date', `={{ new Date("${DATE}") }}`, NEW_YORK, DATE],
		[
			'a Luxon DateTime in the workflow time zone',
			'={{ DateTime.fromISO("2040-07-01T15:00:00") }}',
			HELSINKI,
			DATE,
		],
		[
			'a Luxon DateTime in another zone',
			'={{ DateTime.fromISO("2040-07-01T15:00:00", { zone: "Europe/Helsinki" }) }}',
			NEW_YORK,
			DATE,
		],
	])('reads %s (%s) in %s', async (_, expirationDate, timezone, expected) => {
		const parameters = { expirationType: 'DATE', expirationDate };

		const body = await bodySent(parameters, { settings: { timezone } });

		expect(body.expirationDate).toBe(expected);
		const [license] = sandbox.state.licenses.values();
		expect(license.expirationDate?.toISOString()).toBe(expected);
	});

	it('counts from now with $now', async () => {
		const before = Date.now();

		const body = await bodySent({
			expirationType: 'DATE',
			expirationDate: '={{ $now.plus({ days: 30 }) }}',
		});

		const days = (Date.parse(String(body.expirationDate)) - before) / (24 * 60 * 60 * 1000);
		expect(days).toBeCloseTo(30, 2);
	});

	it('takes another date for each item', async () => {
		const parameters = { expirationType: 'DATE', expirationDate: '={{ $json.until }}' };
		const items = [{ until: '2040-07-01T12:00:00Z' }, { until: '2041-07-01T12:00:00Z' }];

		const result = await runLicense(sandbox, 'create', parameters, { items });

		expect(result.items.map(({ json }) => json.expirationDate)).toEqual([
			'2040-07-01T12:00:00.000Z',
			'2041-07-01T12:00:00.000Z',
		]);
	});
});

describe.each([
	{
		field: 'customers',
		sentAs: 'customerIds',
		noun: 'customer',
		rows: customers,
		add: () => sandbox.addCustomer().id,
	},
	{
		field: 'products',
		sentAs: 'productIds',
		noun: 'product',
		rows: products,
		add: () => sandbox.addProduct().id,
	},
])('$field', ({ field, sentAs, noun, rows, add }) => {
	const UNKNOWN = '123e4567-e89b-42d3-a456-426614174000';
	const label = noun === 'customer' ? 'Customers' : 'Products';
	let one: string;
	let two: string;
	let three: string;

	beforeEach(() => {
		[one, two, three] = [add(), add(), add()];
	});

	/** Runs with the given rows and an item that holds the three IDs, and gives back the IDs sent. */
	async function idsSent(...values: unknown[]): Promise<unknown> {
		const items = [{ one, two, three }];
		return (await bodySent({ [field]: rows(...values) }, { items }))[sentAs];
	}

	it('takes one From List', async () => {
		expect(await idsSent(fromList(one))).toEqual([one]);
	});

	it('takes one By ID', async () => {
		expect(await idsSent(byId(one))).toEqual([one]);
	});

	it('takes one By ID from an expression', async () => {
		expect(await idsSent(byId('={{ $json.two }}'))).toEqual([two]);
	});

	it('takes an ID in capital letters with blanks around it', async () => {
		expect(await idsSent(byId(`  ${one.toUpperCase()} `))).toEqual([one]);
	});

	it('takes a comma list', async () => {
		expect(await idsSent(byId(`${two},${one.toUpperCase()} , ${three}`))).toEqual([
			two,
			one,
			three,
		]);
	});

	it('takes an array from an expression', async () => {
		expect(await idsSent(byId('={{ [$json.three, $json.one] }}'))).toEqual([three, one]);
	});

	it('takes several rows, each its own way', async () => {
		const values = [byId('={{ [$json.three] }}'), fromList(two), byId(one)];

		expect(await idsSent(...values)).toEqual([three, two, one]);
	});

	it('takes an empty array for none', async () => {
		expect(await idsSent(byId('={{ [] }}'))).toEqual([]);
	});

	it('links them to the license', async () => {
		const result = await runLicense(sandbox, 'create', { [field]: rows(`${one},${two}`) });

		const linked = result.items[0].json[field] as IDataObject[];
		expect(linked.map(({ id }) => id)).toEqual([one, two].sort());
	});

	it('takes 20', async () => {
		const ids = Array.from({ length: 20 }, add);

		expect(await idsSent(byId(ids.join(',')))).toEqual(ids);
	});

	it('refuses 21 before anything is sent', async () => {
		const ids = Array.from({ length: 21 }, add);

		const text = await refusal({ [field]: rows(ids.slice(0, 20).join(','), ids[20]) });

		expect(text).toContain(`'${label}' comes to 21 ${noun}s`);
		expect(text).toContain(`at most 20 ${noun}s`);
	});

	test.each([
		['in one list', () => rows(`${one},${two},${one}`)],
		['in two rows', () => rows(one, two, one)],
		['in two cases of letters', () => rows(one, one.toUpperCase())],
		['in an array', () => rows('={{ [$json.one, $json.one] }}')],
	])('refuses a repeated ID %s before anything is sent', async (_, value) => {
		const text = await refusal({ [field]: value() }, { items: [{ one }] });

		expect(text).toContain(`'${label}' names the ${noun} ${one} more than once`);
		expect(text).toContain('Remove the repeated ID');
	});

	test.each([
		['nothing chosen in a row', () => rows(fromList(''))],
		['an expression without a value', () => rows('={{ $json.missing }}')],
		['an expression that gives null', () => rows('={{ null }}')],
		['an expression that gives an empty text', () => rows('={{ "" }}')],
		['an array with a gap', () => rows('={{ [$json.one, ""] }}')],
		['a list that ends with a comma', () => rows('={{ $json.one + "," }}')],
	])('refuses %s before anything is sent', async (_, value) => {
		const text = await refusal({ [field]: value() }, { items: [{ one }] });

		expect(text).toContain(`'${label}' has no ${noun} ID`);
		expect(text).toContain('check that the expression has a value for this item');
	});

	test.each([
		['a name', '={{ "Alma" }}', '"Alma"'],
		['an ID that is too short', '={{ "123e4567" }}', '"123e4567"'],
		['a number', '={{ 5 }}', '5'],
		['an object', '={{ { id: $json.one } }}', '{"id":'],
		['a path', '={{ "../../x" }}', '"../../x"'],
	])('refuses %s before anything is sent', async (_, value, shown) => {
		const text = await refusal({ [field]: rows(value) }, { items: [{ one }] });

		expect(text).toContain(`'${label}' is ${shown}`);
		expect(text).toContain(`which is not a ${noun} ID`);
	});

	it('says which field names one that does not exist, and creates nothing', async () => {
		const { error } = await runLicense(sandbox, 'create', { [field]: rows(one, UNKNOWN) });

		expect(readable(error)).toContain(`'${label}' names a ${noun} that does not exist`);
		expect(readable(error)).toContain('This item changed nothing');
		expect(readable(error)).toContain(UNKNOWN);
		expect(sandbox.state.licenses.size).toBe(0);
	});
});

describe.each([
	['hwidLimit', 'Hardware ID Limit'],
	['ipLimit', 'IP Address Limit'],
])('%s', (field, label) => {
	test.each([
		['0 as unlimited', 0, null],
		['the text 0 as unlimited', '0', null],
		['1', 1, 1],
		['1000', 1000, 1000],
		['a number as text', '5', 5],
		['a number as text with blanks', '={{ " 7 " }}', 7],
		['an expression', '={{ $json.seats * 2 }}', 6],
	])('takes %s', async (_, value, expected) => {
		const additionalFields = { [field]: value };

		const body = await bodySent({ additionalFields }, { items: [{ seats: 3 }] });

		expect(body).toEqual({ ...NOTHING_SET, [field]: expected });
		const [license] = sandbox.state.licenses.values();
		expect(license).toMatchObject({ [field]: expected });
	});

	test.each([
		['1001', 1001, '1001'],
		['-1', -1, '-1'],
		['1.5', 1.5, '1.5'],
		['a word', '={{ "many" }}', '"many"'],
		['a decimal as text', '={{ "1.5" }}', '"1.5"'],
		['an array', '={{ [5] }}', '[5]'],
		['true', '={{ true }}', 'true'],
	])('refuses %s before anything is sent', async (_, value, shown) => {
		const text = await refusal({ additionalFields: { [field]: value } });

		expect(text).toContain(`'${label}' is ${shown}`);
		expect(text).toContain('Give a whole number from 0 to 1000');
	});

	// Taken for "not added", it would make the license unlimited.
	test.each([
		['an empty text', '={{ "" }}'],
		['an expression without a value', '={{ $json.missing }}'],
		['an expression that gives null', '={{ null }}'],
	])('refuses %s before anything is sent', async (_, value) => {
		const text = await refusal({ additionalFields: { [field]: value } });

		expect(text).toContain(`'${label}' is empty`);
		expect(text).toContain('check that the expression has a value for this item');
	});
});

describe.each([
	['suspended', 'Suspended'],
	['sendEmailDelivery', 'Send Email Delivery'],
])('%s', (field, label) => {
	test.each([
		['on', true, true],
		['off', false, false],
		['the text true', '={{ "true" }}', true],
		['the text false', '={{ "false" }}', false],
		['the text FALSE with blanks', '={{ " FALSE " }}', false],
		['an expression', '={{ $json.seats > 1 }}', true],
	])('takes %s', async (_, value, expected) => {
		const additionalFields = { [field]: value };
		const { id } = sandbox.addCustomer();
		const parameters = { additionalFields, customers: customers(id) };

		const body = await bodySent(parameters, { items: [{ seats: 3 }] });

		expect(body).toEqual({ ...NOTHING_SET, customerIds: [id], [field]: expected });
	});

	test.each([
		['a word', '={{ "maybe" }}', '"maybe"'],
		['a number', '={{ 1 }}', '1'],
	])('refuses %s before anything is sent', async (_, value, shown) => {
		const text = await refusal({ additionalFields: { [field]: value } });

		expect(text).toContain(`'${label}' is ${shown}`);
		expect(text).toContain('give true or false');
	});

	// Taken for "not added", it would switch off what the user wanted decided by the item.
	it.each([
		['without a value', '={{ $json.missing }}'],
		['that gives an empty text', '={{ "" }}'],
	])('refuses an expression %s before anything is sent', async (_, value) => {
		const text = await refusal({ additionalFields: { [field]: value } });

		expect(text).toContain(`'${label}' is empty`);
		expect(text).toContain('check that the expression has a value for this item');
	});
});

describe('metadata', () => {
	const longest = 'x'.repeat(255);

	it('sends the entries in their order, numbers and booleans as text', async () => {
		const entries = metadata(
			{ key: 'order', value: '1001', locked: true },
			{ key: 'seats', value: '={{ $json.seats }}', locked: false },
			{ key: 'none', value: '={{ 0 }}' },
			{ key: '={{ 2040 }}', value: '={{ false }}', locked: '={{ "true" }}' },
			{ key: ' kept as it is ', value: 'Ä 漢 🔑' },
		);

		const body = await bodySent(
			{ additionalFields: { metadata: entries } },
			{ items: [{ seats: 3 }] },
		);

		expect(body.metadata).toEqual([
			{ key: 'order', value: '1001', locked: true },
			{ key: 'seats', value: '3', locked: false },
			{ key: 'none', value: '0', locked: false },
			{ key: '2040', value: 'false', locked: true },
			{ key: ' kept as it is ', value: 'Ä 漢 🔑', locked: false },
		]);
	});

	it('takes 20 entries of 255 characters', async () => {
		const entries = Array.from({ length: 20 }, (_, index) => ({
			key: String(index).padEnd(255, 'k'),
			value: longest,
		}));

		const body = await bodySent({ additionalFields: { metadata: metadata(...entries) } });

		expect(body.metadata).toEqual(entries.map((entry) => ({ ...entry, locked: false })));
	});

	it('takes a field without entries', async () => {
		expect(await bodySent({ additionalFields: { metadata: {} } })).toEqual(NOTHING_SET);
	});

	it('refuses 21 entries before anything is sent', async () => {
		const entries = Array.from({ length: 21 }, (_, index) => ({ key: `k${index}`, value: 'v' }));

		const text = await refusal({ additionalFields: { metadata: metadata(...entries) } });

		expect(text).toContain("'Metadata' comes to 21 entries");
		expect(text).toContain('at most 20 metadata entries');
	});

	test.each([
		['an empty key', { key: '', value: 'v' }, "'Key' is empty"],
		['an empty value', { key: 'k', value: '' }, "'Value' is empty"],
		['a value missing from the item', { key: 'k', value: '={{ $json.x }}' }, "'Value' is empty"],
		['a key of 256 characters', { key: `${longest}x`, value: 'v' }, "'Key' has 256 characters"],
		['a value of 256 characters', { key: 'k', value: `${longest}x` }, "'Value' has 256 characters"],
		['an object', { key: 'k', value: '={{ ({ a: 1 }) }}' }, `'Value' is {"a":1}`],
		['an array', { key: 'k', value: '={{ [1, 2] }}' }, "'Value' is [1,2]"],
		['a NUL character', { key: 'k', value: 'a\0b' }, "'Value' contains a NUL character"],
	])('refuses %s before anything is sent', async (_, entry, message) => {
		const entries = metadata({ key: 'first', value: 'right' }, entry);

		const text = await refusal({ additionalFields: { metadata: entries } });

		expect(text).toContain(`'Metadata' entry 2, ${message}`);
	});

	it('refuses a lock that is neither on nor off before anything is sent', async () => {
		const entries = metadata({ key: 'k', value: 'v', locked: '={{ "maybe" }}' });

		const text = await refusal({ additionalFields: { metadata: entries } });

		expect(text).toMatch(/Metadata.*Locked.*"maybe"/);
	});
});

describe('e-mail delivery', () => {
	const parameters = (sendEmailDelivery: boolean) => ({
		customers: customers(...sandbox.state.customers.keys()),
		additionalFields: { sendEmailDelivery },
	});

	beforeEach(() => {
		sandbox.addCustomer({ email: 'alma@example.com' });
		sandbox.addCustomer({ email: null, username: 'bruno' });
	});

	it('has Lukittu e-mail the key to the customers who have an address', async () => {
		const { items } = await runLicense(sandbox, 'create', parameters(true));

		expect(sandbox.emails).toEqual([
			{ licenseKey: items[0].json.licenseKey, to: 'alma@example.com' },
		]);
	});

	it('sends none by default', async () => {
		const { items } = await runLicense(sandbox, 'create', parameters(false));

		expect(items).toHaveLength(1);
		expect(sandbox.emails).toEqual([]);
	});
});

describe('the output', () => {
	it('is the license, with its customers, products and metadata', async () => {
		const customer = sandbox.addCustomer({ fullName: 'Alma Brightwell' });
		const product = sandbox.addProduct({ name: 'Orbit Editor' });

		const { items } = await runLicense(sandbox, 'create', {
			customers: customers(customer.id),
			products: products(product.id),
			additionalFields: { metadata: metadata({ key: 'order', value: '1001' }), hwidLimit: 2 },
		});

		const [license] = sandbox.state.licenses.values();
		expect(items).toEqual([{ json: expect.any(Object), pairedItem: { item: 0 } }]);
		expect(items[0].json).toMatchObject({
			id: license.id,
			licenseKey: license.licenseKey,
			hwidLimit: 2,
			customers: [{ id: customer.id, fullName: 'Alma Brightwell' }],
			products: [{ id: product.id, name: 'Orbit Editor' }],
			metadata: [{ key: 'order', value: '1001', locked: false }],
		});
		expect(items[0].json).not.toHaveProperty('result');
	});

	// n8n's routing has the node carry items out one after the other.
	const itAllAtOnce = isThroughRouting ? it.skip : it;

	itAllAtOnce(
		'comes in the order of the items, whichever answer comes first, paired with its input',
		async () => {
			const items = [0, 1, 2, 3, 4].map((number) => ({ number }));
			sandbox.onRequest = async ({ body }) => {
				const { ipLimit } = body as { ipLimit: number };
				await sleep((5 - ipLimit) * 20);
			};
			const parameters = { additionalFields: { ipLimit: '={{ $json.number + 1 }}' } };

			const result = await runLicense(sandbox, 'create', parameters, { items });

			expect(result.items.map(({ json, pairedItem }) => [json.ipLimit, pairedItem])).toEqual([
				[1, { item: 0 }],
				[2, { item: 1 }],
				[3, { item: 2 }],
				[4, { item: 3 }],
				[5, { item: 4 }],
			]);
			const made = [...sandbox.state.licenses.values()].map(({ ipLimit }) => ipLimit);
			expect(made).toEqual([5, 4, 3, 2, 1]);
		},
	);

	it('is nothing, and nothing is sent, for no items', async () => {
		const { items, error } = await runLicense(sandbox, 'create', {}, { items: [] });

		expect({ items, error }).toEqual({ items: [], error: undefined });
		expect(sandbox.requests).toEqual([]);
	});

	itAllAtOnce('sends nothing for any item where one item has a value that is refused', async () => {
		const parameters = { additionalFields: { ipLimit: '={{ $json.seats }}' } };
		const items = [{ seats: 1 }, { seats: 1001 }, { seats: 2 }];

		const text = await refusal(parameters, { items });

		expect(text).toContain("'IP Address Limit' is 1001");
		expect(text).toContain('None of the 3 items was carried out');
	});
});
