import type { IDataObject } from 'n8n-workflow';

import { metadata, readable, sent, startShop } from '../license/support.mts';
import type { Sandbox } from '../sandbox/types.mts';
import { address, ADDRESS, DISCORD_ID, runCustomer, stored } from './support.mts';

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

const create = async (email: string, customerFields: IDataObject = {}) =>
	await runCustomer(sandbox, 'create', { email, customerFields });

const nothing = { email: null, fullName: null, username: null, metadata: [] };
const noAddress = {
	line1: null,
	line2: null,
	city: null,
	state: null,
	country: null,
	postalCode: null,
};

test.each<[string, string, IDataObject, IDataObject]>([
	['an e-mail address', ' Alma@example.com ', {}, { email: 'Alma@example.com' }],
	['a user name alone', '', { username: ' alma.b ' }, { username: 'alma.b' }],
	['no e-mail address by expression', '={{ $json.x }}', { username: 'a' }, { username: 'a' }],
	[
		'a full name',
		'a@example.com',
		{ fullName: 'Alma B' },
		{ email: 'a@example.com', fullName: 'Alma B' },
	],
	[
		'a Discord ID',
		'a@example.com',
		{ discordId: ` ${DISCORD_ID} ` },
		{ email: 'a@example.com', discordId: DISCORD_ID },
	],
	[
		'a whole address',
		'a@example.com',
		address(ADDRESS),
		{ email: 'a@example.com', address: { ...ADDRESS } },
	],
	[
		'two parts of an address, one a number',
		'a@example.com',
		address({ country: 'Finland', postalCode: '={{ 20100 }}' }),
		{ email: 'a@example.com', address: { ...noAddress, country: 'Finland', postalCode: '20100' } },
	],
	[
		'metadata',
		'a@example.com',
		{ metadata: metadata({ key: 'order', value: 1001 }, { key: 'b', value: 'c', locked: true }) },
		{
			email: 'a@example.com',
			metadata: [
				{ key: 'order', value: '1001', locked: false },
				{ key: 'b', value: 'c', locked: true },
			],
		},
	],
])('with %s, the body has what Lukittu wants and no more', async (_, email, fields, body) => {
	const { error, items } = await create(email, fields);

	expect(readable(error).trim()).toBe('');
	expect(sandbox.requests).toHaveLength(1);
	expect(sandbox.requests[0]).toMatchObject({ method: 'POST', status: 201 });
	expect(sandbox.requests[0].body).toEqual({ ...nothing, ...body });
	expect(items).toHaveLength(1);
	expect(items[0].pairedItem).toEqual({ item: 0 });
	expect(items[0].json.id).toBe([...sandbox.state.customers.keys()][0]);
	expect(items[0].json).not.toHaveProperty('alreadyExisted');
	const { discordId = null, address: sentAddress = null, ...plain } = body;
	expect(stored(sandbox, items[0].json.id)).toEqual({
		...nothing,
		...plain,
		discordId,
		address: sentAddress,
	});
});

test('makes a second customer with the same e-mail address, as Lukittu does', async () => {
	const first = await create('alma@example.com');
	const second = await create('alma@example.com');
	expect(second.items[0].json.id).not.toBe(first.items[0].json.id);
	expect(sent(sandbox)).toEqual(['POST /customers', 'POST /customers']);
});

test('without e-mail address and user name it is refused before anything is sent', async () => {
	const { error } = await create('', { fullName: 'Alma B' });
	expect(readable(error)).toBe(
		"The new customer would have neither an e-mail address nor a user name\nLukittu wants at least one of the two. This item changed nothing. Give 'Email' or 'Username'.",
	);
	expect(sandbox.requests).toEqual([]);
});

const x = (count: number) => 'x'.repeat(count);

describe('the shortest and the longest that Lukittu takes', () => {
	test.each<[string, IDataObject]>([
		[`a@example.${x(240)}`, { fullName: 'Bob', username: 'b', discordId: '12345678901234567' }],
		['a@b.io', { fullName: x(255), username: x(255), discordId: '1234567890123456789' }],
		['', { username: 'b', ...address({ line1: x(5), city: x(2), state: x(2), country: x(2) }) }],
		['', { username: 'b', ...address({ line1: x(255), line2: x(255), postalCode: x(20) }) }],
		['', { username: 'b', ...address({ line2: 'x', city: x(100), postalCode: x(3) }) }],
		['', { username: 'b', ...address({ state: x(100), country: x(100) }) }],
	])('%#', async (email, fields) => {
		const { error } = await create(email, fields);
		expect(readable(error).trim()).toBe('');
		expect(sandbox.state.customers.size).toBe(1);
	});
});

describe('what Lukittu would refuse without a name is refused before it is sent', () => {
	const notAnAddress = 'Give one address, such as alma@example.com.';

	test.each<[string, string]>([
		['alma', '"alma"'],
		['alma@example', '"alma@example"'],
		['alma@@example.com', '"alma@@example.com"'],
		['a@b@example.com', '"a@b@example.com"'],
		['@example.com', '"@example.com"'],
		['Alma <alma@example.com>', '"Alma <alma@example.com>"'],
		['alma b@example.com', '"alma b@example.com"'],
		['a@example.com, b@example.com', '"a@example.com, b@example.com"'],
		['={{ "al\\u0000ma@example.com" }}', '"al\\u0000ma@example.com"'],
		['={{ 5 }}', '5'],
		['={{ ({ a: 1 }) }}', '{"a":1}'],
	])('Email %j', async (email, shown) => {
		const { error } = await create(email, { username: 'alma' });
		expect(readable(error)).toBe(
			`'Email' is ${shown}, which is not an e-mail address\n${notAnAddress}`,
		);
		expect(sandbox.requests).toEqual([]);
	});

	const empty =
		'Give a value, or remove the field. If it comes from an expression, check that the expression has a value for this item.';
	const notDiscord =
		'Give the ID of the Discord user, 17 to 19 digits such as 123456789012345678; not the name.';

	test.each<[IDataObject, string]>([
		[
			{ fullName: 'Al' },
			"'Full Name' has 2 characters\nLukittu takes 3 to 255. Give a longer text.",
		],
		[
			{ fullName: '  A ' },
			"'Full Name' has 1 character\nLukittu takes 3 to 255. Give a longer text.",
		],
		[
			{ fullName: x(256) },
			"'Full Name' has 256 characters\nLukittu takes 3 to 255. Give a shorter text.",
		],
		[{ fullName: '' }, `'Full Name' is empty\n${empty}`],
		[
			{ fullName: '={{ true }}' },
			"'Full Name' is true, which is not text\nGive a text of 3 to 255 characters.",
		],
		[
			{ username: '={{ "a\\u0000" }}' },
			"'Username' contains a NUL character\nRemove the character with the code 0.",
		],
		[{ username: '={{ undefined }}' }, `'Username' is empty\n${empty}`],
		[
			{ username: x(256) },
			"'Username' has 256 characters\nLukittu takes 1 to 255. Give a shorter text.",
		],
		[{ discordId: '' }, `'Discord ID' is empty\n${empty}`],
		[{ discordId: 'gamer' }, `'Discord ID' is "gamer", which is not a Discord ID\n${notDiscord}`],
		[
			{ discordId: '1234567890123456' },
			`'Discord ID' is "1234567890123456", which is not a Discord ID\n${notDiscord}`,
		],
		[
			{ discordId: '12345678901234567890' },
			`'Discord ID' is "12345678901234567890", which is not a Discord ID\n${notDiscord}`,
		],
		[
			{ discordId: '={{ 123456789012345678 }}' },
			"'Discord ID' is a number, which does not hold all digits of the ID\nGive it as text. Where it comes from, the ID must stand in quotes, or its last digits are lost.",
		],
		[
			address({ line1: '1234' }),
			"'Address Line 1' in 'Address' has 4 characters\nLukittu takes 5 to 255. Give a longer text.",
		],
		[
			address({ line2: x(256) }),
			"'Address Line 2' in 'Address' has 256 characters\nLukittu takes 1 to 255. Give a shorter text.",
		],
		[
			address({ city: 'X' }),
			"'City' in 'Address' has 1 character\nLukittu takes 2 to 100. Give a longer text.",
		],
		[
			address({ state: x(101) }),
			"'State' in 'Address' has 101 characters\nLukittu takes 2 to 100. Give a shorter text.",
		],
		[
			address({ country: 'X' }),
			"'Country' in 'Address' has 1 character\nLukittu takes 2 to 100. Give a longer text.",
		],
		[
			address({ postalCode: '12' }),
			"'Postal Code' in 'Address' has 2 characters\nLukittu takes 3 to 20. Give a longer text.",
		],
		[
			{ address: {} },
			"'Address' is empty\nGive at least one part of the address, or remove the field. If the parts come from expressions, check that these have values for this item.",
		],
		[{ metadata: {} }, "'Metadata' has no entries\nAdd an entry, or remove the field."],
		[
			{ metadata: metadata({ key: '', value: 'a' }) },
			"'Metadata' entry 1, 'Key' is empty\nGive 1 to 255 characters, or remove the entry.",
		],
		[
			{ metadata: metadata({ key: 'a', value: 'b' }, { key: 'a', value: 'c' }) },
			'\'Metadata\' names the key "a" more than once\nKeep one entry for each key.',
		],
		[
			{
				metadata: metadata(...Array.from({ length: 21 }, (_, n) => ({ key: `k${n}`, value: 'v' }))),
			},
			"'Metadata' comes to 21 entries\nLukittu takes at most 20 metadata entries. Remove 1.",
		],
	])('%j', async (fields, text) => {
		const { error, items } = await create('alma@example.com', fields);
		expect(readable(error)).toBe(text);
		expect(items).toEqual([]);
		expect(sandbox.requests).toEqual([]);
	});
});
