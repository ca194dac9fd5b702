import type { IDataObject } from 'n8n-workflow';

import type { LicenseRow, LicenseSeed, Sandbox } from '../sandbox/types.mts';
import {
	byId,
	byKey,
	customers,
	metadata,
	products,
	readable,
	runLicense,
	startShop,
	type Locator,
} from './support.mts';

const DAY = 86_400_000;
const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

const inDays = (days: number) => new Date(Date.now() + days * DAY);

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => {
	await sandbox.close();
});

/** A license that carries something in every field, so that any accident shows. */
function addFullLicense(fields: LicenseSeed = {}): LicenseRow {
	return sandbox.addLicense({
		hwidLimit: 3,
		ipLimit: 7,
		customerIds: [sandbox.addCustomer().id, sandbox.addCustomer().id],
		productIds: [sandbox.addProduct().id, sandbox.addProduct().id],
		metadata: [
			{ key: 'order', value: '1001', locked: true },
			{ key: 'note', value: 'first', locked: false },
		],
		...fields,
	});
}

/** What is stored of a license, without what changes with every write. */
function stored(license: LicenseRow) {
	const row = sandbox.state.licenses.get(license.id) as LicenseRow;
	return {
		licenseKey: row.licenseKey,
		expirationType: row.expirationType,
		expirationStart: row.expirationStart,
		expirationDate: row.expirationDate?.toISOString() ?? null,
		expirationDays: row.expirationDays,
		hwidLimit: row.hwidLimit,
		ipLimit: row.ipLimit,
		suspended: row.suspended,
		customerIds: [...row.customerIds].sort(),
		productIds: [...row.productIds].sort(),
		metadata: row.metadata.map(({ key, value, locked }) => ({ key, value, locked })),
	};
}

const update = async (license: Locator, updateFields: IDataObject) =>
	await runLicense(sandbox, 'update', { license, updateFields });

const writes = () => sandbox.requests.filter(({ method }) => method !== 'GET');

const kinds: Array<[string, () => LicenseSeed]> = [
	['never expires', () => ({ expirationType: 'NEVER' })],
	['expires at a date', () => ({ expirationType: 'DATE', expirationDate: inDays(40) })],
	[
		'counts from creation',
		() => ({
			expirationType: 'DURATION',
			expirationStart: 'CREATION',
			expirationDays: 30,
			expirationDate: inDays(12),
		}),
	],
	[
		'was activated',
		() => ({
			expirationType: 'DURATION',
			expirationStart: 'ACTIVATION',
			expirationDays: 30,
			expirationDate: inDays(25),
		}),
	],
	[
		'waits for its activation',
		() => ({
			expirationType: 'DURATION',
			expirationStart: 'ACTIVATION',
			expirationDays: 30,
			expirationDate: null,
		}),
	],
	[
		'had a duration that is over',
		() => ({
			expirationType: 'DURATION',
			expirationStart: 'CREATION',
			expirationDays: 30,
			expirationDate: inDays(-5),
		}),
	],
];

const newKey = 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE';

const changes: Array<[string, IDataObject, Partial<ReturnType<typeof stored>>]> = [
	['Hardware ID Limit', { hwidLimit: 9 }, { hwidLimit: 9 }],
	['Hardware ID Limit to unlimited', { hwidLimit: 0 }, { hwidLimit: null }],
	['IP Address Limit', { ipLimit: 1000 }, { ipLimit: 1000 }],
	['IP Address Limit to unlimited', { ipLimit: 0 }, { ipLimit: null }],
	['Suspended', { suspended: true }, { suspended: true }],
	['License Key', { licenseKey: ` ${newKey.toLowerCase()} ` }, { licenseKey: newKey }],
	['Remove All of the customers', { removeAll: ['customers'] }, { customerIds: [] }],
	['Replace Customers with none', { replaceCustomers: customers([]) }, { customerIds: [] }],
	['Replace Products with none', { replaceProducts: { product: [] } }, { productIds: [] }],
	['Remove All of the metadata', { removeAll: ['metadata'] }, { metadata: [] }],
	['Replace Metadata with none', { replaceMetadata: { entry: [] } }, { metadata: [] }],
	[
		'Replace Metadata',
		{ replaceMetadata: metadata({ key: 'a', value: 'b', locked: true }) },
		{ metadata: [{ key: 'a', value: 'b', locked: true }] },
	],
	[
		'Remove Metadata',
		{ removeMetadata: ['order', 'unknown'] },
		{ metadata: [{ key: 'note', value: 'first', locked: false }] },
	],
	[
		'Set Metadata, an entry it has and a new one',
		{ setMetadata: metadata({ key: 'order', value: '1002' }, { key: 'plan', value: 'pro' }) },
		{
			metadata: [
				{ key: 'order', value: '1002', locked: true },
				{ key: 'note', value: 'first', locked: false },
				{ key: 'plan', value: 'pro', locked: false },
			],
		},
	],
	[
		'Set Metadata with a lock by expression',
		{ setMetadata: metadata({ key: 'note', value: 'first', locked: '={{ true }}' }) },
		{
			metadata: [
				{ key: 'order', value: '1001', locked: true },
				{ key: 'note', value: 'first', locked: true },
			],
		},
	],
	[
		'Set Metadata without a lock',
		{ setMetadata: metadata({ key: 'order', value: '1001', locked: 'UNLOCKED' }) },
		{
			metadata: [
				{ key: 'order', value: '1001', locked: false },
				{ key: 'note', value: 'first', locked: false },
			],
		},
	],
	[
		'Set Metadata with a lock',
		{ setMetadata: metadata({ key: 'note', value: 'first', locked: 'LOCKED' }) },
		{
			metadata: [
				{ key: 'order', value: '1001', locked: true },
				{ key: 'note', value: 'first', locked: true },
			],
		},
	],
];

describe.each(kinds)('a license that %s', (_, kind) => {
	test.each(changes)('differs in that alone after a change of %s', async (__, fields, expected) => {
		for (const mode of ['id', 'key'] as const) {
			const license = addFullLicense(kind());
			const before = stored(license);
			const reference = mode === 'id' ? byId(license.id) : byKey(license.licenseKey);

			const { error, items } = await update(reference, fields);

			expect(readable(error).trim()).toBe('');
			expect(stored(license)).toEqual({ ...before, ...expected });
			expect(items).toHaveLength(1);
			expect(items[0].json.id).toBe(license.id);
			expect(items[0].json.metadata).toHaveLength(stored(license).metadata.length);
			expect(items[0].pairedItem).toEqual({ item: 0 });
			sandbox.state.licenses.delete(license.id);
		}
	});
});

describe('customers and products', () => {
	test('are added to and removed from those the license has, each once', async () => {
		const license = addFullLicense();
		const [keptCustomer, removedCustomer] = license.customerIds;
		const [keptProduct, removedProduct] = license.productIds;
		const customer = sandbox.addCustomer();
		const product = sandbox.addProduct();

		const { error } = await update(byId(license.id), {
			addCustomers: customers(customer.id, keptCustomer),
			removeCustomers: customers(removedCustomer),
			addProducts: products([product.id]),
			removeProducts: products(`${removedProduct}, ${UNKNOWN_ID}`),
		});

		expect(error).toBeUndefined();
		expect(stored(license).customerIds).toEqual([customer.id, keptCustomer].sort());
		expect(stored(license).productIds).toEqual([product.id, keptProduct].sort());
	});

	test('are replaced as a whole', async () => {
		const license = addFullLicense();
		const customer = sandbox.addCustomer();
		const product = sandbox.addProduct();

		await update(byKey(license.licenseKey), {
			replaceCustomers: customers(customer.id),
			replaceProducts: products(product.id),
		});

		expect(stored(license).customerIds).toEqual([customer.id]);
		expect(stored(license).productIds).toEqual([product.id]);
	});

	test('that do not exist are refused by the server, and nothing changes', async () => {
		const license = addFullLicense();
		const before = stored(license);

		const customer = await update(byId(license.id), { addCustomers: customers(UNKNOWN_ID) });
		const product = await update(byId(license.id), { addProducts: products(UNKNOWN_ID) });

		expect(readable(customer.error)).toMatch(
			/customers, or of those in 'Add Customers', does not exist/,
		);
		expect(readable(product.error)).toMatch(
			/products, or of those in 'Add Products', does not exist/,
		);
		expect(readable(customer.error)).toContain(UNKNOWN_ID);
		expect(stored(license)).toEqual(before);
	});

	test('are refused before writing where they come to more than 20', async () => {
		const license = addFullLicense();
		const nineteen = Array.from({ length: 19 }, () => sandbox.addProduct().id);

		const { error } = await update(byId(license.id), { addProducts: products(nineteen) });

		expect(readable(error)).toMatch(/'Add Products' comes to 21 products\n.*at most 20/);
		expect(writes()).toHaveLength(0);
	});
});

describe('metadata', () => {
	test('is refused before writing where it comes to more than 20 entries', async () => {
		const license = addFullLicense();
		const entries = Array.from({ length: 19 }, (_, n) => ({ key: `k${n}`, value: 'v' }));

		const { error } = await update(byId(license.id), { setMetadata: metadata(...entries) });

		expect(readable(error)).toMatch(/'Set Metadata' comes to 21 entries\n.*at most 20/);
		expect(writes()).toHaveLength(0);
	});

	test('keeps what stands behind a key that only looks alike', async () => {
		const license = addFullLicense();
		await update(byId(license.id), { removeMetadata: ['Order', 'order '] });
		expect(stored(license).metadata).toHaveLength(2);
	});
});

describe('the days of a duration', () => {
	const running: LicenseSeed = {
		expirationType: 'DURATION',
		expirationStart: 'ACTIVATION',
		expirationDays: 30,
		expirationDate: new Date('2031-03-20T10:20:30.456Z'),
	};
	const days = (expirationDays: unknown, more: IDataObject = {}) => ({
		expiration: { value: { expirationType: 'DURATION', expirationDays, ...more } },
	});

	test.each([
		[45, '2031-04-04T10:20:30.456Z'],
		[10, '2031-02-28T10:20:30.456Z'],
		[30, '2031-03-20T10:20:30.456Z'],
	])('move a running expiry by the difference: %i', async (expirationDays, expirationDate) => {
		const license = addFullLicense(running);
		const before = stored(license);

		const { error } = await update(byId(license.id), days(expirationDays));

		expect(error).toBeUndefined();
		expect(stored(license)).toEqual({ ...before, expirationDays, expirationDate });
	});

	test('of a license that waits for its activation change, and it goes on waiting', async () => {
		const license = addFullLicense({ ...running, expirationDate: null });
		const before = stored(license);

		await update(byKey(license.licenseKey), days(400));

		expect(stored(license)).toEqual({ ...before, expirationDays: 400 });
	});

	test('of a license that waits for its activation can count from creation instead', async () => {
		const license = addFullLicense({ ...running, expirationDate: null });
		await update(byId(license.id), days(30, { expirationStart: 'CREATION' }));
		const { expirationStart, expirationDate } = stored(license);
		expect(expirationStart).toBe('CREATION');
		// Without a date, Lukittu would make it one that never expires.
		expect(Math.abs(Date.parse(expirationDate as string) - inDays(30).getTime())).toBeLessThan(
			60_000,
		);
	});

	test('may be shortened until the license has expired', async () => {
		const license = addFullLicense({ ...running, expirationDate: inDays(5) });
		await update(byId(license.id), days(1));
		expect(Date.parse(stored(license).expirationDate as string)).toBeLessThan(Date.now());
	});

	test('keep their start unless another is named', async () => {
		const license = addFullLicense(running);
		await update(byId(license.id), days(30, { expirationStart: 'KEEP' }));
		expect(stored(license).expirationStart).toBe('ACTIVATION');
		await update(byId(license.id), days(30, { expirationStart: 'CREATION' }));
		expect(stored(license)).toMatchObject({
			expirationStart: 'CREATION',
			expirationDate: '2031-03-20T10:20:30.456Z',
		});
	});

	test.each([
		['', /'Days' is empty/],
		[0, /'Days' is 0, not a whole number from 1 to 1000\n/],
		[1001, /'Days' is 1001/],
		[1.5, /'Days' is 1.5/],
	])('are refused before anything is sent: %p', async (expirationDays, text) => {
		const license = addFullLicense(running);
		const { error } = await update(byId(license.id), days(expirationDays));
		expect(readable(error)).toMatch(text);
		expect(sandbox.requests).toHaveLength(0);
	});
});

describe('another expiration', () => {
	const change = (value: IDataObject) => ({ expiration: { value } });

	test('from never to a date', async () => {
		const license = addFullLicense({ expirationType: 'NEVER' });
		const before = stored(license);
		await update(
			byId(license.id),
			change({ expirationType: 'DATE', expirationDate: '2031-01-01T00:00:00Z', expirationDays: 5 }),
		);
		expect(stored(license)).toEqual({
			...before,
			expirationType: 'DATE',
			expirationDate: '2031-01-01T00:00:00.000Z',
		});
	});

	test('from a date to a duration counts from now', async () => {
		const license = addFullLicense({ expirationType: 'DATE', expirationDate: inDays(90) });
		const { error } = await update(
			byId(license.id),
			change({ expirationType: 'DURATION', expirationDays: 10 }),
		);
		expect(error).toBeUndefined();
		expect(stored(license)).toMatchObject({ expirationType: 'DURATION', expirationDays: 10 });
		const ends = Date.parse(stored(license).expirationDate as string);
		expect(Math.abs(ends - inDays(10).getTime())).toBeLessThan(60_000);
	});

	test('from a date to a duration from activation waits for it', async () => {
		const license = addFullLicense({ expirationType: 'DATE', expirationDate: inDays(90) });
		await update(
			byId(license.id),
			change({
				expirationType: 'DURATION',
				expirationDays: 10,
				expirationStart: 'ACTIVATION',
			}),
		);
		expect(stored(license)).toMatchObject({
			expirationStart: 'ACTIVATION',
			expirationDate: null,
			expirationDays: 10,
		});
	});

	test('from a running duration to never', async () => {
		const license = addFullLicense({
			expirationType: 'DURATION',
			expirationStart: 'ACTIVATION',
			expirationDays: 30,
			expirationDate: inDays(3),
		});
		await update(byId(license.id), change({ expirationType: 'NEVER' }));
		expect(stored(license)).toMatchObject({
			expirationType: 'NEVER',
			expirationDate: null,
			expirationDays: null,
		});
	});

	test('of an expired date license makes it valid again', async () => {
		const license = addFullLicense({ expirationType: 'DATE', expirationDate: inDays(-3) });
		const { error } = await update(byId(license.id), {
			...change({ expirationType: 'DATE', expirationDate: '2031-01-01T00:00:00Z' }),
			suspended: true,
		});
		expect(error).toBeUndefined();
		expect(stored(license)).toMatchObject({
			expirationDate: '2031-01-01T00:00:00.000Z',
			suspended: true,
		});
	});

	test.each([
		[{}, /'Expiration' is empty/],
		[change({ expirationType: 'DATE' }), /'Expiration Date' is empty/],
		[
			change({ expirationType: 'DATE', expirationDate: '2020-01-01' }),
			/'Expiration Date' is in the past: 2020-01-0/,
		],
		[change({ expirationType: 'SOMETIMES' }), /'Expiration Type' is "SOMETIMES"/],
	])('is refused before anything is sent: %j', async (fields, text) => {
		const license = addFullLicense();
		const { error } = await update(byId(license.id), { expiration: {}, ...fields });
		expect(readable(error)).toMatch(text);
		expect(sandbox.requests).toHaveLength(0);
	});
});

test('an expired date license is refused before writing, with the way out', async () => {
	const license = addFullLicense({ expirationType: 'DATE', expirationDate: inDays(-3) });
	const { error } = await update(byId(license.id), { suspended: true });
	expect(readable(error)).toMatch(
		/expired on .* does not let an expired license be edited\n.*Add 'Expiration' with a new date/,
	);
	expect(writes()).toHaveLength(0);
});

describe('what cannot be meant is refused before anything is sent', () => {
	const entry = { key: 'a', value: 'b' };
	test.each<[string, IDataObject, RegExp]>([
		['nothing named', {}, /'Update Fields' names nothing to change\nAdd at least one field/],
		[
			'a limit without a value',
			{ hwidLimit: '={{ $json.missing }}' },
			/'Hardware ID Limit' is empty/,
		],
		[
			'a key without a value',
			{ licenseKey: '={{ $json.missing }}' },
			/'License Key' has no license/,
		],
		['a suspension without a value', { suspended: '={{ $json.missing }}' }, /'Suspended' is empty/],
		['an empty limit', { hwidLimit: '' }, /'Hardware ID Limit' is empty/],
		['an empty key', { licenseKey: '' }, /'License Key' has no license key/],
		['a broken key', { licenseKey: 'ABC' }, /'License Key' is "ABC"/],
		['no boolean', { suspended: 'maybe' }, /'Suspended' is "maybe"\n.*true or false/],
		['an empty row', { addCustomers: customers('') }, /'Add Customers' has no customer ID/],
		[
			'an empty replacement',
			{ replaceProducts: products('') },
			/'Replace Products' has no product/,
		],
		[
			'replace beside add',
			{ replaceCustomers: { customer: [] }, addCustomers: customers(UNKNOWN_ID) },
			/'Replace Customers' cannot stand beside 'Add Customers'/,
		],
		[
			'replace beside remove',
			{ replaceProducts: products([]), removeProducts: products(UNKNOWN_ID) },
			/'Replace Products' cannot stand beside/,
		],
		[
			'add and remove of one',
			{ addProducts: products(UNKNOWN_ID), removeProducts: products(UNKNOWN_ID) },
			/'Add Products' and 'Remove Products' both name 00000000/,
		],
		[
			'replace beside set metadata',
			{ replaceMetadata: metadata(entry), setMetadata: metadata(entry) },
			/'Replace Metadata' cannot stand beside/,
		],
		[
			'remove all beside set metadata',
			{ removeAll: ['metadata'], setMetadata: metadata(entry) },
			/'Remove All' cannot stand beside 'Set Metadata'/,
		],
		[
			'remove all beside add',
			{ removeAll: ['products', 'metadata'], addProducts: products(UNKNOWN_ID) },
			/'Remove All' cannot stand beside 'Add Products'/,
		],
		['nothing chosen in remove all', { removeAll: [] }, /'Remove All' is empty/],
		['nothing in remove metadata', { removeMetadata: [] }, /'Remove Metadata' has no entries/],
		['something else in remove all', { removeAll: ['x'] }, /'Remove All' is "x"/],
		['a field left alone', { replaceProducts: {} }, /'Replace Products' has no entries/],
		['a metadata field left alone', { replaceMetadata: {} }, /'Replace Metadata' has no entries/],
		[
			'set and remove of one key',
			{ removeMetadata: ['a'], setMetadata: metadata(entry) },
			/'Set Metadata' and 'Remove Metadata' both name the key "a"/,
		],
		[
			'one key set twice',
			{ setMetadata: metadata(entry, entry) },
			/'Set Metadata' names the key "a" more than once/,
		],
		['an empty metadata key', { removeMetadata: [''] }, /'Remove Metadata' key 1 is empty/],
		[
			'21 new metadata entries',
			{
				setMetadata: metadata(
					...Array.from({ length: 21 }, (_, n) => ({ key: `k${n}`, value: 'v' })),
				),
			},
			/'Set Metadata' comes to 21 entries/,
		],
		[
			'21 metadata entries',
			{ replaceMetadata: metadata(...Array.from({ length: 21 }, () => entry)) },
			/'Replace Metadata' comes to 21 entries/,
		],
	])('%s', async (_, fields, text) => {
		const license = addFullLicense();
		const { error } = await update(byId(license.id), fields);
		expect(readable(error)).toMatch(text);
		expect(sandbox.requests).toHaveLength(0);
	});
});

test('a key that another license has is refused, and nothing changes', async () => {
	const license = addFullLicense();
	const other = addFullLicense();
	const before = stored(license);
	const { error } = await update(byId(license.id), { licenseKey: other.licenseKey });
	expect(readable(error)).toMatch(
		new RegExp(`The license key ${other.licenseKey} belongs to another license\n`),
	);
	expect(stored(license)).toEqual(before);
});

test('a license that is not there is named in the message', async () => {
	const { error } = await update(byId(UNKNOWN_ID), { suspended: true });
	expect(readable(error)).toContain(`Lukittu does not know the license with the ID ${UNKNOWN_ID}`);
	expect(writes()).toHaveLength(0);
});

test('updates of one license by many items of one run all take effect', async () => {
	sandbox.latencyMs = 2;
	const license = addFullLicense({ metadata: [] });
	const items = Array.from({ length: 20 }, (_, n) => ({ n }));

	const { error, items: output } = await runLicense(
		sandbox,
		'update',
		{
			license: byId(license.id),
			updateFields: { setMetadata: metadata({ key: '=k{{ $json.n }}', value: 'v' }) },
		},
		{ items },
	);

	expect(error).toBeUndefined();
	expect(output).toHaveLength(20);
	expect(
		stored(license)
			.metadata.map(({ key }) => key)
			.sort(),
	).toEqual(items.map(({ n }) => `k${n}`).sort());
});

test('two executions at once in one n8n do not undo each other', async () => {
	sandbox.latencyMs = 2;
	const license = addFullLicense();
	const before = stored(license);

	await Promise.all([
		update(byId(license.id), { hwidLimit: 50 }),
		update(byKey(license.licenseKey), { ipLimit: 60 }),
		update(byKey(license.licenseKey.toLowerCase()), { suspended: true }),
	]);

	expect(stored(license)).toEqual({ ...before, hwidLimit: 50, ipLimit: 60, suspended: true });
});

test('a key that goes to another license while it is read changes neither', async () => {
	const meant = addFullLicense();
	const other = addFullLicense();
	const key = meant.licenseKey;
	sandbox.onRequest = ({ path }) => {
		if (!path.endsWith(key)) return;
		meant.licenseKey = newKey;
		other.licenseKey = key;
	};
	const { error } = await update(byId(meant.id), { suspended: true });
	expect(readable(error)).toMatch(/The key .* went to another license while it was read/);
	expect(writes()).toHaveLength(0);
});

test('a key changed by one item does not lose the license for the next', async () => {
	sandbox.latencyMs = 2;
	const license = addFullLicense();
	const { error } = await runLicense(
		sandbox,
		'update',
		{
			license: byId(license.id),
			updateFields: { licenseKey: '={{ $json.key }}' },
		},
		{ items: [{ key: newKey }, { key: license.licenseKey }, { key: newKey }] },
	);
	expect(error).toBeUndefined();
	expect(stored(license).licenseKey).toBe(newKey);
});

test.each([
	['a text', 'abc'],
	['an array by expression', '={{ ["00000000-0000-4000-8000-000000000000"] }}'],
])('%s in place of the entries is refused, not taken for none', async (_, replaceCustomers) => {
	const license = addFullLicense();
	const { error } = await update(byId(license.id), { replaceCustomers });
	expect(readable(error)).toMatch(/'Replace Customers' has no entries\n.*'Remove All'/);
	expect(sandbox.requests).toHaveLength(0);
});

test('an expiration without a type is refused, not taken for never', async () => {
	const license = addFullLicense({ expirationType: 'DATE', expirationDate: inDays(40) });
	const before = stored(license);
	const result = await update(byId(license.id), {
		expiration: { value: { expirationDays: 60 } },
	}).catch((error: Error) => ({ error }));
	expect(readable(result.error)).toMatch(/Expiration Type/);
	expect(stored(license)).toEqual(before);
});

test('a key that goes to another license while it waits for its turn changes neither', async () => {
	const meant = addFullLicense();
	const other = addFullLicense();
	const key = meant.licenseKey;
	let lookUps = 0;
	sandbox.onRequest = () => {
		lookUps += 1;
		if (lookUps !== 2) return;
		meant.licenseKey = newKey;
		other.licenseKey = key;
	};
	const { error } = await update(byKey(key), { suspended: true });
	expect(readable(error)).toMatch(/The key .* went to another license while it was read/);
	expect(writes()).toHaveLength(0);
});

test.each(['metadata', 'customers', 'products'])(
	'an answer without %s is never written back',
	async (field) => {
		const license = addFullLicense();
		const { items } = await runLicense(sandbox, 'get', { license: byId(license.id) });
		const { [field]: _, ...data } = items[0].json;
		sandbox.addFault({
			path: new RegExp(license.licenseKey),
			times: 3,
			kind: { status: 200, data },
		});
		const { error } = await update(byKey(license.licenseKey), { hwidLimit: 1 });
		expect(readable(error)).toMatch(/did not tell all of the license/);
		expect(writes()).toHaveLength(0);
	},
);
