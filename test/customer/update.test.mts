import type { IDataObject } from 'n8n-workflow';

import { byId, fromList, metadata, readable, sent, startShop } from '../license/support.mts';
import type { CustomerRow, Sandbox } from '../sandbox/types.mts';
import {
	address,
	ADDRESS,
	addFullCustomer,
	DISCORD_ID,
	runCustomer,
	stored,
	UNKNOWN_ID,
	writes,
} from './support.mts';

const OTHER_DISCORD_ID = '999999999999999999';

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

const update = async (id: unknown, customerUpdateFields: IDataObject) =>
	await runCustomer(sandbox, 'update', { customer: byId(id), customerUpdateFields });

type Stored = ReturnType<typeof stored>;

const changes: Array<[string, IDataObject, Partial<Stored>]> = [
	['Email', { email: ' alma@example.org ' }, { email: 'alma@example.org' }],
	['Full Name', { fullName: ' Alma B ' }, { fullName: 'Alma B' }],
	['Username', { username: 'a' }, { username: 'a' }],
	['Username by a number', { username: '={{ 42 }}' }, { username: '42' }],
	['Discord ID', { discordId: OTHER_DISCORD_ID }, { discordId: OTHER_DISCORD_ID }],
	['one part of Address', address({ city: 'Newton' }), { address: { ...ADDRESS, city: 'Newton' } }],
	[
		'Address with parts without a value',
		address({ line1: '2 Harbour Street', line2: ' ', state: '={{ $json.state }}' }),
		{ address: { ...ADDRESS, line1: '2 Harbour Street' } },
	],
	['Clear of the address', { clear: ['address'] }, { address: null }],
	['Clear of the Discord ID', { clear: ['discordId'] }, { discordId: null }],
	['Clear of the e-mail address', { clear: ['email'] }, { email: null }],
	['Clear of the full name', { clear: ['fullName'] }, { fullName: null }],
	['Clear of the metadata', { clear: ['metadata'] }, { metadata: [] }],
	['Clear of the user name', { clear: ['username'] }, { username: null }],
	['Clear by an expression that gives a text', { clear: '={{ "fullName" }}' }, { fullName: null }],
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
		'Set Metadata with a lock',
		{ setMetadata: metadata({ key: 'note', value: 'first', locked: 'LOCKED' }) },
		{
			metadata: [
				{ key: 'order', value: '1001', locked: true },
				{ key: 'note', value: 'first', locked: true },
			],
		},
	],
	[
		'Remove Metadata',
		{ removeMetadata: ['order', 'unknown'] },
		{ metadata: [{ key: 'note', value: 'first', locked: false }] },
	],
	[
		'Replace Metadata',
		{ replaceMetadata: metadata({ key: 'a', value: 'b', locked: true }) },
		{ metadata: [{ key: 'a', value: 'b', locked: true }] },
	],
	['Replace Metadata with none', { replaceMetadata: { entry: [] } }, { metadata: [] }],
];

describe('of a customer that has everything', () => {
	test.each(changes)('only that differs after a change of %s', async (_, fields, expected) => {
		const customer = addFullCustomer(sandbox);
		const before = stored(sandbox, customer.id);

		const { error, items } = await update(customer.id, fields);

		expect(readable(error).trim()).toBe('');
		expect(stored(sandbox, customer.id)).toEqual({ ...before, ...expected });
		expect(sent(sandbox)).toEqual([
			`GET /customers/${customer.id}`,
			`PUT /customers/${customer.id}`,
			`GET /customers/${customer.id}`,
		]);
		expect(items).toHaveLength(1);
		expect(items[0].json).toMatchObject({
			id: customer.id,
			email: stored(sandbox, customer.id).email,
			address: stored(sandbox, customer.id).address,
		});
		expect(items[0].pairedItem).toEqual({ item: 0 });
	});
});

describe('of a customer that has an e-mail address alone', () => {
	const nothing: Stored = {
		email: 'bo@example.com',
		fullName: null,
		username: null,
		address: null,
		discordId: null,
		metadata: [],
	};
	const noAddress = {
		line1: null,
		line2: null,
		city: null,
		state: null,
		country: null,
		postalCode: null,
	};

	test.each<[string, IDataObject, Partial<Stored>, IDataObject]>([
		['Full Name', { fullName: 'Bo Example' }, { fullName: 'Bo Example' }, {}],
		['Discord ID', { discordId: DISCORD_ID }, { discordId: DISCORD_ID }, { discordId: DISCORD_ID }],
		[
			'one part of Address',
			address({ country: 'Finland' }),
			{ address: { ...noAddress, country: 'Finland' } },
			{ address: { ...noAddress, country: 'Finland' } },
		],
		['Clear of what it does not have', { clear: ['address', 'discordId', 'fullName'] }, {}, {}],
	])('%s: the body has what Lukittu wants, no more', async (_, fields, expected, own) => {
		const { id } = sandbox.addCustomer({ email: 'bo@example.com' });

		const { error } = await update(id, fields);

		expect(readable(error).trim()).toBe('');
		expect(stored(sandbox, id)).toEqual({ ...nothing, ...expected });
		const { email, fullName, username } = stored(sandbox, id);
		expect(writes(sandbox)[0].body).toEqual({ email, fullName, username, metadata: [], ...own });
	});
});

test('the body leaves the Discord ID out to keep the link, and sends null to remove it', async () => {
	const { id } = addFullCustomer(sandbox);

	await update(id, { fullName: 'Alma B' });
	await update(id, { clear: ['discordId', 'address'] });

	const [kept, removed] = writes(sandbox).map(({ body }) => body as IDataObject);
	expect(kept).not.toHaveProperty('discordId');
	expect(kept.address).toEqual(ADDRESS);
	expect(removed.discordId).toBeNull();
	expect(removed).not.toHaveProperty('address');
});

describe('what is refused before anything is sent', () => {
	const useClear =
		"To take it off the customer, use 'Clear'; to leave it as it is, remove the field. If it comes from an expression, check that the expression has a value for this item.";

	test.each<[string, IDataObject, string]>([
		['no field', {}, "'Update Fields' names nothing to change\nAdd at least one field"],
		['an empty Email', { email: ' ' }, `'Email' is empty\n${useClear}`],
		[
			'a Full Name without value',
			{ fullName: '={{ $json.x }}' },
			`'Full Name' is empty\n${useClear}`,
		],
		['an empty Username', { username: '' }, `'Username' is empty\n${useClear}`],
		['an empty Discord ID', { discordId: '={{ null }}' }, `'Discord ID' is empty\n${useClear}`],
		['an empty Address', address({ city: '' }), "'Address' is empty\nGive at least one part"],
		['an Address left alone', { address: {} }, "'Address' is empty"],
		['an empty Clear', { clear: [] }, "'Clear' is empty\nChoose what to take off the customer"],
		[
			'an unknown Clear',
			{ clear: ['name'] },
			'\'Clear\' is "name"\nGive one of: address, discordId',
		],
		['Set Metadata left alone', { setMetadata: {} }, "off the customer, use 'Clear'."],
		[
			'Clear beside a new value',
			{ clear: ['email'], email: 'a@example.com' },
			"'Clear' names 'Email', which has a new value beside it\nKeep one of them.",
		],
		[
			'Clear beside a new address',
			{ clear: ['address'], ...address({ city: 'Newton' }) },
			"'Clear' names 'Address', which has a new value beside it",
		],
		[
			'Clear beside Set Metadata',
			{ clear: ['metadata'], setMetadata: metadata({ key: 'a', value: 'b' }) },
			"'Clear' cannot stand beside 'Set Metadata'\nKeep one of them.",
		],
		[
			'Set Metadata and Remove Metadata of one key',
			{ setMetadata: metadata({ key: 'a', value: 'b' }), removeMetadata: ['a'] },
			"'Set Metadata' and 'Remove Metadata' both name the key \"a\"",
		],
	])('%s', async (_, fields, text) => {
		const customer = addFullCustomer(sandbox);
		const before = stored(sandbox, customer.id);

		const { error, items } = await update(customer.id, fields);

		expect(readable(error)).toContain(text);
		expect(items).toEqual([]);
		expect(sandbox.requests).toEqual([]);
		expect(stored(sandbox, customer.id)).toEqual(before);
	});
});

describe('what is refused before anything is written', () => {
	test.each<[string, Partial<CustomerRow>, IDataObject]>([
		['Email and Username are cleared', {}, { clear: ['email', 'username'] }],
		['the e-mail address is all there is', { username: null }, { clear: ['email'] }],
		['the user name is all there is', { email: null }, { clear: ['username'] }],
	])('neither e-mail address nor user name: %s', async (_, fields, changes) => {
		const { id } = addFullCustomer(sandbox, fields as object);

		const { error } = await update(id, changes);

		expect(readable(error)).toBe(
			`The customer with the ID ${id} would have neither an e-mail address nor a user name\nLukittu wants at least one of the two. This item changed nothing. Give 'Email' or 'Username'.`,
		);
		expect(writes(sandbox)).toEqual([]);
	});

	test('more than 20 metadata entries', async () => {
		const { id } = addFullCustomer(sandbox);
		const entries = Array.from({ length: 19 }, (_, n) => ({ key: `k${n}`, value: 'v' }));

		const { error } = await update(id, { setMetadata: metadata(...entries) });

		expect(readable(error)).toContain(
			`The metadata of the customer with the ID ${id} comes to 21 entries\nLukittu takes at most 20 metadata entries. Remove 1.`,
		);
		expect(writes(sandbox)).toEqual([]);
	});

	test.each(['email', 'fullName', 'username', 'address', 'metadata'])(
		'an answer that lacks %s: writing it back would remove it',
		async (field) => {
			const { id } = addFullCustomer(sandbox);
			const { items } = await runCustomer(sandbox, 'get', { customer: byId(id) });
			const data = { ...items[0].json, [field]: undefined };
			sandbox.addFault({ method: 'GET', kind: { status: 200, data } });

			const { error } = await update(id, { discordId: OTHER_DISCORD_ID });

			expect(readable(error)).toContain(
				`Lukittu did not tell all of the customer with the ID ${id}`,
			);
			expect(writes(sandbox)).toEqual([]);
		},
	);
});

test('an address as the documents have it, with a street, is kept in the fields Lukittu takes', async () => {
	const { id } = addFullCustomer(sandbox);
	const { items } = await runCustomer(sandbox, 'get', { customer: byId(id) });
	const { city, state, country, postalCode } = ADDRESS;
	const documented = { street: '3 Old Street', city, state, country, postalCode };
	const data = { ...items[0].json, address: documented };
	sandbox.addFault({ method: 'GET', kind: { status: 200, data } });

	await update(id, { fullName: 'Alma B' });

	const kept = { line1: '3 Old Street', line2: null, city, state, country, postalCode };
	expect(stored(sandbox, id).address).toEqual(kept);
});

test('updates of one customer in one run take turns, and none is lost', async () => {
	const { id } = addFullCustomer(sandbox);
	sandbox.latencyMs = 5;
	const items = Array.from({ length: 15 }, (_, n) => ({ n }));
	const customerUpdateFields = { setMetadata: metadata({ key: '=k{{ $json.n }}', value: 'v' }) };

	const { error } = await runCustomer(
		sandbox,
		'update',
		{ customer: fromList(id.toUpperCase()), customerUpdateFields },
		{ items },
	);

	expect(readable(error).trim()).toBe('');
	expect(stored(sandbox, id).metadata).toHaveLength(17);
});

test('of a customer that does not exist, the message names the field', async () => {
	const { error } = await update(UNKNOWN_ID, { fullName: 'Alma B' });
	expect(readable(error)).toBe(
		`Lukittu does not know the customer with the ID ${UNKNOWN_ID}\nCheck 'Customer': the customer may have been deleted, or belong to another team than the one of the credential.`,
	);
});
