import type { IDataObject } from 'n8n-workflow';

import { createKeyed } from '../license/idempotency.mts';
import { metadata, readable, runLicense, startShop } from '../license/support.mts';
import type { Sandbox } from '../sandbox/types.mts';
import { address, ADDRESS, addFullCustomer, DISCORD_ID, runCustomer, stored } from './support.mts';

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

const EMAIL = 'alma@example.com';
const IGNORE = { ignoreEmptyValues: true };

describe.each([
	['create', 'customerFields'],
	['upsert', 'upsertFields'],
] as const)('Customer %s', (operation, collection) => {
	const run = async (fields: IDataObject, options: IDataObject = IGNORE, item = {}) =>
		await runCustomer(
			sandbox,
			operation,
			{ email: EMAIL, [collection]: fields, options },
			{ items: [item as IDataObject] },
		);

	test.each<[string, IDataObject, IDataObject, string[] | undefined]>([
		['an empty full name', { fullName: '' }, {}, ['Full Name']],
		['a short full name', { fullName: ' Al ' }, {}, ['Full Name']],
		['no full name', { fullName: '={{ $json.missing }}' }, {}, ['Full Name']],
		['null as a user name', { username: '={{ null }}' }, {}, ['Username']],
		['an empty Discord ID', { discordId: ' ' }, {}, ['Discord ID']],
		[
			'a short part of an address',
			address({ city: 'X', country: 'Finland', line2: '' }),
			{ address: { country: 'Finland' } },
			['Address: City'],
		],
		[
			'short parts only',
			address({ city: 'X', postalCode: '1' }),
			{},
			['Address: City', 'Address: Postal Code'],
		],
		['an empty address', address({ city: '={{ $json.missing }}' }), {}, ['Address']],
		[
			'empty metadata',
			{
				metadata: metadata(
					{ key: 'order', value: '1001' },
					{ key: 'coupon', value: '={{ $json.missing }}' },
					{ key: '', value: 'a' },
				),
			},
			{ metadata: [{ key: 'order', value: '1001' }] },
			['Metadata: coupon', 'Metadata: entry 3'],
		],
		['only empty metadata', { metadata: metadata({ key: 'a', value: '' }) }, {}, ['Metadata: a']],
		[
			'several',
			{ fullName: '', username: 'alma.b', discordId: DISCORD_ID },
			{ username: 'alma.b' },
			['Full Name'],
		],
		['nothing to leave out', { fullName: 'Alma B' }, { fullName: 'Alma B' }, undefined],
		['no fields', {}, {}, undefined],
	])('leaves out %s', async (_, fields, expected, leftOut) => {
		const { error, items } = await run(fields);
		expect(readable(error).trim()).toBe('');
		expect(items[0].json.leftOut).toEqual(leftOut);
		expect(stored(sandbox, items[0].json.id)).toMatchObject({ email: EMAIL, ...expected });

		const off = await run(fields, { ignoreEmptyValues: false });
		if (leftOut) expect(off.error).toBeDefined();
		else expect(off.items[0].json).not.toHaveProperty('leftOut');
	});

	test.each<[string, IDataObject]>([
		['a full name that is too long', { fullName: 'x'.repeat(256) }],
		['a full name that is no text', { fullName: '={{ [] }}' }],
		['a wrong Discord ID', { discordId: 'gamer' }],
		['a part that is too long', address({ city: 'x'.repeat(101) })],
		[
			'a metadata value that is too long',
			{ metadata: metadata({ key: 'a', value: 'x'.repeat(256) }) },
		],
		['metadata that is no list', { metadata: '={{ $json.missing }}' }],
		['untouched metadata', { metadata: {} }],
		['a part that is no text', address({ city: '={{ ({ toString: 1 }) }}' as string })],
		['half a character', { fullName: '={{ "Alma 🎫".slice(0, 6) }}' }],
	])('still refuses %s', async (_, fields) => {
		const { error } = await run(fields);
		expect(error).toBeDefined();
		expect(sandbox.requests).toEqual([]);
	});

	test('tells of it in the simplified output, and not in items that had all', async () => {
		const { items } = await runCustomer(
			sandbox,
			operation,
			{
				email: '={{ $json.email }}',
				[collection]: { fullName: '={{ $json.name }}' },
				options: { ...IGNORE, simplify: true },
			},
			{
				items: [
					{ email: 'a@example.com', name: 'Al' },
					{ email: 'b@example.com', name: 'Bruno' },
				],
			},
		);
		expect(items.map(({ json }) => [json.fullName, json.leftOut])).toEqual([
			[null, ['Full Name']],
			['Bruno', undefined],
		]);
	});

	test.each(['={{ "maybe" }}', '={{ 1 }}', '={{ $json.missing }}'])(
		'the switch takes nothing but true and false: %s',
		async (ignoreEmptyValues) => {
			const { error } = await run({}, { ignoreEmptyValues });
			expect(readable(error)).toContain("'Ignore Empty Values' is ");
			expect(sandbox.requests).toEqual([]);
		},
	);
});

test('Create or Update leaves on the customer what is empty for an item', async () => {
	const { id } = addFullCustomer(sandbox);
	const { items } = await runCustomer(sandbox, 'upsert', {
		email: EMAIL,
		upsertFields: { fullName: '', username: 'new', ...address({ city: 'X', state: 'Turku' }) },
		options: IGNORE,
	});
	expect(items[0].json.leftOut).toEqual(['Address: City', 'Full Name']);
	expect(stored(sandbox, id)).toMatchObject({
		fullName: 'Alma Brightwell',
		username: 'new',
		address: { ...ADDRESS, state: 'Turku' },
		discordId: DISCORD_ID,
	});
});

describe('License Create', () => {
	const fields = {
		metadata: metadata({ key: 'order', value: '1001' }, { key: 'coupon', value: '' }),
	};

	test('leaves out empty metadata, with an idempotency key and without', async () => {
		for (const additionalFields of [fields, { ...fields, idempotencyKey: 'sale 1' }]) {
			const { error, items } = await runLicense(sandbox, 'create', {
				additionalFields,
				options: IGNORE,
			});
			expect(readable(error).trim()).toBe('');
			expect(items[0].json).toMatchObject({ leftOut: ['Metadata: coupon'], alreadyExisted: false });
			const keys = (items[0].json.metadata as IDataObject[]).map(({ key }) => key);
			expect(keys).toContain('order');
			expect(keys).not.toContain('coupon');
		}
	});

	test.each<[string, IDataObject]>([
		// Without it, every repeat would create a license again.
		['the idempotency key', { idempotencyKey: '' }],
		// Without it, the license would work on any number of devices.
		['the limit', { hwidLimit: '={{ $json.missing }}' }],
		['a switch', { suspended: '={{ $json.missing }}' }],
	])('still refuses an empty value where it would matter: %s', async (_, additionalFields) => {
		const { error } = await runLicense(sandbox, 'create', { additionalFields, options: IGNORE });
		expect(readable(error)).toContain('is empty\n');
		expect(sandbox.requests).toEqual([]);
	});

	test("'Send Email Delivery' without customers is refused", async () => {
		const additionalFields = { sendEmailDelivery: true };
		for (const customers of [
			{},
			{ customer: [] },
			{ customer: [{ customerId: byExpression('[]') }] },
		]) {
			const { error } = await runLicense(sandbox, 'create', { additionalFields, customers });
			expect(readable(error)).toMatch(
				/^'Send Email Delivery' is on, but 'Customers' names nobody\n.*Add a customer/,
			);
			const keyed = await createKeyed(sandbox, 'sale 1', additionalFields, {
				parameters: { customers },
			});
			expect(readable(keyed.error)).toContain("'Customers' names nobody");
		}
		expect(sandbox.requests).toEqual([]);
	});
});

function byExpression(expression: string): IDataObject {
	return { __rl: true, mode: 'id', value: `={{ ${expression} }}` };
}
