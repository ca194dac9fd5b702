import { setTimeout as sleep } from 'node:timers/promises';
import type { IDataObject } from 'n8n-workflow';

import { byId, metadata, readable, sent, startShop, type RunExtra } from '../license/support.mts';
import type { Sandbox } from '../sandbox/types.mts';
import {
	address,
	ADDRESS,
	addFullCustomer,
	DISCORD_ID,
	runCustomer,
	stored,
	writes,
} from './support.mts';

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

const upsert = async (email: string, upsertFields: IDataObject = {}, extra: RunExtra = {}) =>
	await runCustomer(sandbox, 'upsert', { email, upsertFields }, extra);

const emails = () => [...sandbox.state.customers.values()].map(({ email }) => email).sort();

describe('where there is no such customer', () => {
	test('it is created with all that was given', async () => {
		const { error, items } = await upsert(' Alma@Example.com ', {
			fullName: 'Alma Brightwell',
			username: 'alma.b',
			discordId: DISCORD_ID,
			...address(ADDRESS),
			metadata: metadata({ key: 'order', value: 1001, locked: 'LOCKED' }, { key: 'a', value: 'b' }),
		});

		expect(readable(error).trim()).toBe('');
		expect(items).toHaveLength(1);
		expect(items[0].json).toMatchObject({ email: 'Alma@Example.com', alreadyExisted: false });
		expect(items[0].json).not.toHaveProperty('otherMatches');
		expect(stored(sandbox, items[0].json.id)).toEqual({
			email: 'Alma@Example.com',
			fullName: 'Alma Brightwell',
			username: 'alma.b',
			discordId: DISCORD_ID,
			address: ADDRESS,
			metadata: [
				{ key: 'order', value: '1001', locked: true },
				{ key: 'a', value: 'b', locked: false },
			],
		});
		expect(sent(sandbox)).toEqual(['GET /customers', 'POST /customers', 'GET /customers']);
	});

	test.each([
		['a_b@example.com', ['axb@example.com', 'xa_b@example.com', 'a_b@example.com.org']],
		['a+b@example.com', ['a-long-b@example.com', 'ab@example.com']],
		['a@example.com', ['xa@example.com', 'a@example.company', 'b@example.com']],
		['a.b@example.com', ['axb@example.com']],
	])('%s: customers that only look alike are left alone', async (email, others) => {
		for (const other of others) sandbox.addCustomer({ email: other });
		sandbox.addCustomer({ email: null, username: email, fullName: email });

		const { items } = await upsert(email, { fullName: 'New Customer' });

		expect(items[0].json).toMatchObject({ email, alreadyExisted: false });
		expect(sandbox.state.customers.size).toBe(others.length + 2);
		expect(writes(sandbox).map(({ method }) => method)).toEqual(['POST']);
	});
});

describe('where there is one', () => {
	test.each([
		['a@example.com', 'A@EXAMPLE.com'],
		['A@EXAMPLE.com', ' a@example.COM '],
		['a_b@example.com', 'A_B@example.com'],
		["o'neil@example.com", "O'Neil@example.com"],
	])('stored as %j, it is found as %j and keeps its address', async (email, wanted) => {
		const { id } = sandbox.addCustomer({ email });
		sandbox.addCustomer({ email: 'axb@example.com' });

		const { error, items } = await upsert(wanted, { fullName: 'Alma Brightwell' });

		expect(readable(error).trim()).toBe('');
		expect(items[0].json).toMatchObject({ id, email, alreadyExisted: true });
		expect(items[0].json).not.toHaveProperty('otherMatches');
		expect(stored(sandbox, id)).toMatchObject({ email, fullName: 'Alma Brightwell' });
		expect(sandbox.state.customers.size).toBe(2);
	});

	test.each<[string, IDataObject, Partial<ReturnType<typeof stored>>]>([
		['Full Name', { fullName: 'Alma B' }, { fullName: 'Alma B' }],
		['Username', { username: 'b' }, { username: 'b' }],
		['Discord ID', { discordId: '999999999999999999' }, { discordId: '999999999999999999' }],
		[
			'one part of Address',
			address({ city: 'Newton', line2: '' }),
			{ address: { ...ADDRESS, city: 'Newton' } },
		],
		[
			'Metadata',
			{ metadata: metadata({ key: 'order', value: '1002' }, { key: 'plan', value: 'pro' }) },
			{
				metadata: [
					{ key: 'order', value: '1002', locked: true },
					{ key: 'note', value: 'first', locked: false },
					{ key: 'plan', value: 'pro', locked: false },
				],
			},
		],
	])('it differs only in %s', async (_, fields, expected) => {
		const { id } = addFullCustomer(sandbox);
		const before = stored(sandbox, id);

		const { error, items } = await upsert('alma@example.com', fields);

		expect(readable(error).trim()).toBe('');
		expect(stored(sandbox, id)).toEqual({ ...before, ...expected });
		expect(items[0].json).toMatchObject({ id, alreadyExisted: true });
		expect(writes(sandbox).map(({ method }) => method)).toEqual(['PUT']);
	});

	test.each<[string, IDataObject]>([
		['nothing is added', {}],
		[
			'all is as it is',
			{
				fullName: 'Alma Brightwell',
				username: 'alma.b',
				discordId: DISCORD_ID,
				...address({ city: 'Exampleton', country: 'Finland' }),
				metadata: metadata({ key: 'order', value: '1001' }),
			},
		],
	])('nothing is written where %s', async (_, fields) => {
		const { id, updatedAt } = addFullCustomer(sandbox);

		const { items } = await upsert('ALMA@example.com', fields);

		expect(items[0].json).toMatchObject({ id, alreadyExisted: true, fullName: 'Alma Brightwell' });
		expect(writes(sandbox)).toEqual([]);
		expect(sandbox.state.customers.get(id)?.updatedAt).toEqual(updatedAt);
	});

	test('it is found among more look-alikes than one page has', async () => {
		const { id } = sandbox.addCustomer({ email: 'a_b@example.com' });
		const createdAt = new Date('2026-01-01T00:00:00Z');
		for (let n = 0; n < 260; n += 1) {
			sandbox.addCustomer({ email: `${n}axb@example.com`, createdAt, updatedAt: createdAt });
		}
		const { error, items } = await upsert('a_b@example.com');
		expect(readable(error).trim()).toBe('');
		expect(items[0].json).toMatchObject({ id, alreadyExisted: true });
	});
});

test('of several, the oldest is changed, and the others are named', async () => {
	const time = (day: number) => new Date(`2026-01-0${day}T00:00:00Z`);
	const young = sandbox.addCustomer({ email: 'ALMA@example.com', createdAt: time(3) });
	const oldest = sandbox.addCustomer({ email: 'Alma@example.com', createdAt: time(1) });
	const middle = sandbox.addCustomer({ email: 'alma@example.com', createdAt: time(2) });

	const { items } = await upsert('alma@example.com', { fullName: 'Alma Brightwell' });

	expect(items[0].json).toMatchObject({
		id: oldest.id,
		alreadyExisted: true,
		otherMatches: `${middle.id}, ${young.id}`,
	});
	expect([oldest, middle, young].map(({ fullName }) => fullName)).toEqual([
		'Alma Brightwell',
		null,
		null,
	]);
	expect(sandbox.state.customers.size).toBe(3);
});

test('what it tells comes out simplified too', async () => {
	addFullCustomer(sandbox);
	const { items } = await runCustomer(sandbox, 'upsert', {
		email: 'alma@example.com',
		options: { simplify: true },
	});
	expect(Object.keys(items[0].json)).toHaveLength(9);
	expect(items[0].json).toMatchObject({ city: 'Exampleton', alreadyExisted: true });
});

describe('200 items with 20 e-mail addresses, in mixed order and case', () => {
	const inCase = (text: string, n: number) => (n % 3 === 0 ? text.toUpperCase() : text);
	// 7 and 20 have no divisor in common: every address comes ten times, and never in a row.
	const items = Array.from({ length: 200 }, (_, n) => ({
		email: inCase(`customer${(n * 7) % 20}@example.com`, n),
		n,
	}));
	const run = async (fields: IDataObject = {}) =>
		await upsert('={{ $json.email }}', fields, { items });
	const numbers = Array.from({ length: 20 }, (_, n) => n);

	test('make 20 customers, each with the values of its last item, and again still 20', async () => {
		const first = await run({ fullName: '=Customer {{ $json.n }}' });

		expect(readable(first.error).trim()).toBe('');
		expect(first.items).toHaveLength(200);
		expect(sandbox.state.customers.size).toBe(20);
		expect(new Set(emails().map((email) => email?.toLowerCase())).size).toBe(20);
		const created = first.items.filter(({ json }) => json.alreadyExisted === false);
		expect(created.map(({ json }) => json.fullName)).toEqual(numbers.map((n) => `Customer ${n}`));
		const names = [...sandbox.state.customers.values()].map(({ fullName }) => fullName);
		expect(names.sort()).toEqual(numbers.map((n) => `Customer ${180 + n}`));

		const second = await run();

		expect(second.items.every(({ json }) => json.alreadyExisted === true)).toBe(true);
		expect(sandbox.state.customers.size).toBe(20);
	});

	test('make 20 customers in two executions at once', async () => {
		const [one, other] = await Promise.all([run(), run()]);
		expect(readable(one.error ?? other.error).trim()).toBe('');
		expect(sandbox.state.customers.size).toBe(20);
	});
});

describe('a create whose answer is lost', () => {
	test('is looked for once, and found', async () => {
		sandbox.addFault({ method: 'POST', kind: 'resetAfter' });

		const { error, items } = await upsert('alma@example.com', { fullName: 'Alma B' });

		expect(readable(error).trim()).toBe('');
		expect(items[0].json).toMatchObject({ email: 'alma@example.com', alreadyExisted: false });
		expect(emails()).toEqual(['alma@example.com']);
		expect(writes(sandbox)).toHaveLength(1);
	});

	test('by somebody else at this moment, gets the values of this item', async () => {
		sandbox.addFault({ method: 'POST', kind: { status: 504, html: true } });
		sandbox.onRequest = ({ method }) => {
			if (method === 'POST') sandbox.addCustomer({ email: 'alma@example.com' });
		};

		const { items } = await upsert('alma@example.com', { fullName: 'Alma B' });

		expect(items[0].json).toMatchObject({ email: 'alma@example.com', fullName: 'Alma B' });
		expect(emails()).toEqual(['alma@example.com']);
	});

	const tryOnce = async (extra: RunExtra = {}) =>
		await runCustomer(
			sandbox,
			'upsert',
			{ email: 'alma@example.com', options: { keepTryingFor: 0 } },
			extra,
		);

	test('and was not carried out, is sent again', async () => {
		sandbox.addFault({ method: 'POST', kind: 'resetBefore' });

		const { error } = await upsert('alma@example.com');

		expect(readable(error).trim()).toBe('');
		expect(emails()).toEqual(['alma@example.com']);
		const looks = Array.from({ length: 5 }, () => 'GET /customers');
		expect(sent(sandbox)).toEqual([
			'GET /customers',
			'POST /customers',
			...looks,
			'POST /customers',
			'GET /customers',
		]);
	});

	test('and was not carried out, says that it may be repeated, where it is tried once', async () => {
		sandbox.addFault({ method: 'POST', kind: 'resetBefore' });

		const { error } = await tryOnce();

		expect(readable(error)).toContain(
			'It is not known whether the new customer was created: Lukittu may still be working on it. Repeat this item in some minutes: nothing will be there twice.',
		);
		expect(emails()).toEqual([]);
	});

	test('is repeated by "Retry On Fail", also where the look-up got no answer', async () => {
		sandbox.addFault({ method: 'POST', kind: 'resetAfter' });
		sandbox.addFault({ method: 'GET', skip: 1, kind: 'resetBefore' });

		const extra = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
		const { error, items } = await tryOnce(extra);

		expect(readable(error).trim()).toBe('');
		expect(items[0].json).toMatchObject({ email: 'alma@example.com', alreadyExisted: true });
		expect(emails()).toEqual(['alma@example.com']);
	});
});

test('Update and Create or Update of one customer take turns', async () => {
	const { id } = addFullCustomer(sandbox);
	// The update is slow to be written: what is read meanwhile lacks its change.
	sandbox.onRequest = async ({ body }) => {
		if ((body as IDataObject | undefined)?.username === 'b') await sleep(150);
	};

	await Promise.all([
		runCustomer(sandbox, 'update', { customer: byId(id), customerUpdateFields: { username: 'b' } }),
		upsert('alma@example.com', { fullName: 'Alma B' }),
	]);

	expect(stored(sandbox, id)).toMatchObject({ fullName: 'Alma B', username: 'b' });
});

test('a customer that gets another e-mail address meanwhile is not changed', async () => {
	const { id } = addFullCustomer(sandbox);
	sandbox.onRequest = ({ path }) => {
		if (path.endsWith(id)) sandbox.state.customers.get(id)!.email = 'other@example.com';
	};

	const { error } = await upsert('alma@example.com', { fullName: 'Alma B' });

	expect(readable(error)).toContain(
		`The customer with the ID ${id} got another e-mail address meanwhile\nThis item changed nothing.`,
	);
	expect(writes(sandbox)).toEqual([]);
});

test.each([
	[
		' ',
		"'Email' is empty\nGive the e-mail address of the customer. If it comes from an expression",
	],
	['={{ $json.email }}', "'Email' is empty\n"],
	['alma', '\'Email\' is "alma", which is not an e-mail address\nGive one address, such as'],
])('Email %j is refused before anything is sent', async (email, text) => {
	const { error } = await upsert(email, { username: 'alma' });
	expect(readable(error)).toContain(text);
	expect(sandbox.requests).toEqual([]);
});
