import type { IDataObject } from 'n8n-workflow';

import { metadata, readable, sent, startShop } from '../license/support.mts';
import type { Sandbox } from '../sandbox/types.mts';
import {
	address,
	ADDRESS,
	addFullCustomer,
	DISCORD_ID,
	runCustomer,
	stored,
	writes,
	type CustomerOperation,
} from './support.mts';

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

const byId = (value: string) => ({ __rl: true, mode: 'id', value });

/** An e-mail address in every operation that takes one. */
const withEmail: Record<string, (email: string) => IDataObject> = {
	create: (email) => ({ email, customerFields: { username: 'a' } }),
	upsert: (email) => ({ email }),
	update: (email) => ({
		customer: byId(addFullCustomer(sandbox).id),
		customerUpdateFields: { email },
	}),
};

const REFUSED = [
	'.alma@example.com',
	'al..ma@example.com',
	'alma.@example.com',
	'alma@-example.com',
	'alma@exa_mple.com',
	'alma@exa..mple.com',
	'alma@.example.com',
	'alma@example.com.',
	'alma@example.c0m',
	'alma@example.co-m',
	'alma@example.c',
	'alma@192.168.0.1',
	'alma@[192.168.0.1]',
	'j\u00fcrgen@example.com',
	'alma@b\u00fccher.example',
	'alma@example.\u4e2d\u56fd',
	'alma\u{1f3ab}@example.com',
	...[...'!#$%&*/={:'].flatMap((sign) => [`al${sign}ma@example.com`, `alma${sign}@example.com`]),
	"alma'@example.com",
	'alma"@example.com',
];

const TAKEN = [
	'a@b.co',
	'al.ma@sub.example.com',
	'alma+shop@example.com',
	'al_ma@example.com',
	'_alma@example.com',
	'-alma-@example.com',
	'alma_@example.com',
	"o'neil@example.com",
	"'alma@example.com",
	'1@1.example.museum',
	'alma@xn--bcher-kva.example',
	'alma@a-b.example.com',
	'ALMA@EXAMPLE.COM',
];

describe.each(['create', 'upsert', 'update'] as CustomerOperation[])('%s', (operation) => {
	test('refuses addresses that Lukittu does not take, and names the user name as a way', async () => {
		for (const email of REFUSED) {
			const { error } = await runCustomer(sandbox, operation, withEmail[operation](email));
			const [message, description] = readable(error).split('\n');
			expect(message).toBe(`'Email' is ${JSON.stringify(email)}, which Lukittu does not take`);
			expect(description).toContain("or a 'Username' instead");
		}
		expect(sandbox.requests).toEqual([]);
	});

	test('takes what Lukittu takes', async () => {
		for (const email of TAKEN) {
			const items = [{ email }];
			const parameters = withEmail[operation]('={{ $json.email }}');
			const { error } = await runCustomer(sandbox, operation, parameters, { items });
			expect([email, readable(error).trim()]).toEqual([email, '']);
		}
		const written = writes(sandbox).map(({ body }) => (body as IDataObject).email);
		expect(written).toEqual(TAKEN);
	});

	test('leaves an address that may be taken to Lukittu', async () => {
		for (const email of [`${'a'.repeat(300)}@example.com`, 'al~ma@example.com']) {
			sandbox.clearRequests();
			await runCustomer(sandbox, operation, withEmail[operation](email));
			expect(writes(sandbox).map(({ body }) => (body as IDataObject).email)).toEqual([email]);
		}
	});

	test('takes an address without what was copied with it', async () => {
		const items = [{ email: '\u200b"alma@example.com" \ufeff' }];
		const parameters = withEmail[operation]('={{ $json.email }}');
		const { items: outputs } = await runCustomer(sandbox, operation, parameters, { items });
		expect(outputs[0].json.email).toBe('alma@example.com');
	});
});

describe('Discord ID', () => {
	const create = async (discordId: string) =>
		await runCustomer(sandbox, 'create', {
			email: 'alma@example.com',
			customerFields: { discordId },
		});

	test.each(['9223372036854775808', '9999999999999999999'])('%s is refused', async (id) => {
		const { error } = await create(id);
		expect(readable(error)).toContain(`'Discord ID' is "${id}", which is not a Discord ID\n`);
		expect(sandbox.requests).toEqual([]);
	});

	test.each(['9223372036854775807', '12345678901234567'])('%s is taken', async (id) => {
		const { error } = await create(id);
		expect(readable(error).trim()).toBe('');
	});
});

describe('what a customer has already and Lukittu would refuse', () => {
	const NOT_TAKEN: Array<[Parameters<typeof addFullCustomer>[1], string]> = [
		[
			{ email: 'j\u00fcrgen@example.com' },
			'\'Email\' is "jürgen@example.com", which Lukittu does not',
		],
		[{ fullName: 'Al' }, "'Full Name' has 2 characters, and Lukittu takes 3 to 255"],
		[{ username: '' }, "'Username' has 0 characters, and Lukittu takes 1 to 255"],
		[{ address: { ...ADDRESS, city: 'X' } }, "'City' has 1 character, and Lukittu takes 2 to 100"],
	];

	test.each(NOT_TAKEN)('%j is named before the customer is written', async (fields, text) => {
		const { id } = addFullCustomer(sandbox, fields);
		const customerUpdateFields = { setMetadata: metadata({ key: 'a', value: 'b' }) };
		const { error } = await runCustomer(sandbox, 'update', {
			customer: byId(id),
			customerUpdateFields,
		});
		expect(readable(error)).toContain(`Of the customer with the ID ${id}, ${text}`);
		expect(readable(error)).toContain("take it off with 'Clear'");
		expect(sent(sandbox)).toEqual([`GET /customers/${id}`]);
	});

	test.each(NOT_TAKEN)('%j can be given anew in the same step', async (fields) => {
		const { id } = addFullCustomer(sandbox, fields);
		const { error } = await runCustomer(sandbox, 'update', {
			customer: byId(id),
			customerUpdateFields: {
				email: 'alma@example.com',
				fullName: 'Alma Brightwell',
				clear: ['username'],
				replaceAddress: address({ city: 'Newton' }).address,
			},
		});
		expect(readable(error).trim()).toBe('');
	});

	test('does not stop a Create or Update that changes nothing', async () => {
		const { id } = addFullCustomer(sandbox, { fullName: 'Al' });
		const { items } = await runCustomer(sandbox, 'upsert', { email: 'alma@example.com' });
		expect(items[0].json).toMatchObject({ id, alreadyExisted: true });
		expect(writes(sandbox)).toEqual([]);
	});
});

describe('Replace Address', () => {
	const update = async (customerUpdateFields: IDataObject) => {
		const { id } = addFullCustomer(sandbox);
		const result = await runCustomer(sandbox, 'update', {
			customer: byId(id),
			customerUpdateFields,
		});
		return { ...result, id };
	};
	const replacing = (parts: Parameters<typeof address>[0]) => ({
		replaceAddress: address(parts).address,
	});
	const none = {
		line1: null,
		line2: null,
		city: null,
		state: null,
		country: null,
		postalCode: null,
	};

	test.each([
		[{ city: 'Newton', country: 'Norway' }],
		[{ postalCode: '0150' }],
		[{ ...ADDRESS, line2: '' }],
	])('%j is the whole address from then on', async (parts) => {
		const { error, id } = await update(replacing(parts));
		expect(readable(error).trim()).toBe('');
		const given = Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== ''));
		expect(stored(sandbox, id)).toMatchObject({
			address: { ...none, ...given },
			fullName: 'Alma Brightwell',
			discordId: DISCORD_ID,
		});
	});

	test('while Address leaves the other parts', async () => {
		const { id } = await update(address({ city: 'Newton' }));
		expect(stored(sandbox, id).address).toEqual({ ...ADDRESS, city: 'Newton' });
	});

	test.each<[IDataObject, string]>([
		[{ replaceAddress: {} }, "'Replace Address' is empty"],
		[replacing({ city: '', line1: ' ' }), "'Replace Address' is empty"],
		[replacing({ city: 'X' }), "'City' in 'Replace Address' has 1 character"],
		[
			{ ...replacing({ city: 'Newton' }), ...address({ city: 'Newton' }) },
			"'Replace Address' cannot stand beside 'Address'",
		],
		[
			{ ...replacing({ city: 'Newton' }), clear: ['address'] },
			"'Replace Address' cannot stand beside 'Clear'",
		],
	])('%j is refused before anything is sent', async (fields, text) => {
		const { error } = await update(fields);
		expect(readable(error)).toContain(text);
		expect(sandbox.requests).toEqual([]);
	});
});
