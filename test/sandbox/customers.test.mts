import { clientOf, newCustomer, without } from './client.mts';
import type { Client } from './client.mts';
import { UUID } from './formats.mts';
import { startSandbox } from './server.mts';
import type { CustomerRow, Sandbox } from './server.mts';

const now = new Date('2026-03-01T12:00:00.000Z');
let sandbox: Sandbox;
let client: Client;

beforeEach(async () => {
	sandbox = await startSandbox({ now: () => now });
	client = clientOf(sandbox);
});
afterEach(() => sandbox.close());

const create = (changes: object = {}) => client.post('/customers', newCustomer(changes));
const discordId = '123456789012345678';
const address = {
	line1: '1 Harbour Street',
	line2: null,
	city: 'Exampleton',
	state: null,
	country: 'Finland',
	postalCode: '00100',
};

describe('create', () => {
	test('answers 201 with the customer', async () => {
		const metadata = [{ key: 'a', value: 'b', locked: false }];
		const response = await create({ address, metadata, discordId });
		expect(response.status).toBe(201);
		expect(response.data.result.details).toBe('Customer created');
		const customer = response.data.data;
		expect(customer).toEqual({
			...newCustomer(),
			id: expect.stringMatching(UUID),
			teamId: sandbox.teamId,
			createdByUserId: null,
			address: { ...address, id: expect.stringMatching(UUID), customerId: customer.id },
			discordAccount: expect.objectContaining({ discordId, customerId: customer.id }),
			metadata: [expect.objectContaining({ ...metadata[0], customerId: customer.id })],
			createdAt: now.toISOString(),
			updatedAt: now.toISOString(),
		});
	});

	test('needs neither address nor Discord ID', async () => {
		const { data } = await create();
		expect(data.data).toMatchObject({ address: null, discordAccount: null });
	});

	test('takes the same e-mail address twice', async () => {
		expect([(await create()).status, (await create()).status]).toEqual([201, 201]);
	});

	test('stops at the limit, with 400', async () => {
		sandbox.state.customerLimit = 1;
		await create();
		const response = await create();
		expect(response.status).toBe(400);
		expect(response.data.result.details).toBe('Customer limit reached');
	});
});

describe('validation tells the first finding only, and not where', () => {
	const refusal = (details: string) => ({
		data: null,
		result: { timestamp: now.toISOString(), details, valid: false },
	});
	const atLeast = (count: number) => `String must contain at least ${count} character(s)`;
	const atMost = (count: number) => `String must contain at most ${count} character(s)`;

	test.each(['email', 'fullName', 'username', 'metadata'])('%s is required', async (field) => {
		const response = await client.post('/customers', without(newCustomer(), field));
		expect(response.status).toBe(400);
		expect(response.data).toEqual(refusal('Required'));
	});

	test.each(Object.keys(address))('address.%s is required', async (field) => {
		const response = await create({ address: without(address, field) });
		expect(response.data).toEqual(refusal('Required'));
	});

	test.each([
		[{ email: null }, 'Invalid input'],
		[{ email: 'nobody' }, 'Invalid email'],
		[{ fullName: 'Al' }, atLeast(3)],
		[{ metadata: null }, 'Expected array, received null'],
		[{ address: null }, 'Expected object, received null'],
		[{ address: { ...address, line1: '1234' } }, atLeast(5)],
		[{ address: { ...address, line1: 'x'.repeat(256) } }, atMost(255)],
		[{ address: { ...address, city: 'X' } }, atLeast(2)],
		[{ address: { ...address, state: 'X' } }, atLeast(2)],
		[{ address: { ...address, country: 'x'.repeat(101) } }, atMost(100)],
		[{ address: { ...address, postalCode: '12' } }, atLeast(3)],
		[{ address: { ...address, postalCode: 'x'.repeat(21) } }, atMost(20)],
		[{ discordId: '1234' }, 'Invalid'],
		[{ discordId: 123 }, 'Expected string, received number'],
		[{ name: 'x' }, "Unrecognized key(s) in object: 'name'"],
		[{ email: 'nobody', fullName: 'Al' }, 'Invalid email'],
		[{ email: 'nobody', username: '' }, atLeast(1)],
		[{ discordId: '1234', fullName: 'Al' }, atLeast(3)],
		[{ address: null, discordId: '9223372036854775808' }, 'Invalid input'],
		[{ metadata: null, address: null }, 'Expected object, received null'],
	])('%j', async (changes, details) => {
		const response = await create(changes);
		expect(response.status).toBe(400);
		expect(response.data).toEqual(refusal(details));
	});

	test.each([
		'.a@b.co',
		'a..b@c.de',
		'a.@b.co',
		'a@-b.co',
		'a@b_c.co',
		'ä@b.co',
		'a@1.2.3.4',
		'a@b.co.',
		'a@b.c1',
		'a&b@c.co',
		"o'@b.co",
	])('the e-mail address %s is refused', async (email) => {
		expect((await create({ email })).data).toEqual(refusal('Invalid email'));
	});

	test.each(["o'b@c.co", 'a+b@c.de', `${'x'.repeat(300)}@b.co`])(
		'the e-mail address %s is taken',
		async (email) => {
			expect((await create({ email })).data.data.email).toBe(email);
		},
	);

	test('what an address has beside the six fields is dropped', async () => {
		const more = { street: 'x', id: 'y', customerId: 'z' };
		const { id, customerId, ...stored } = (await create({ address: { ...address, ...more } })).data
			.data.address;
		expect(stored).toEqual(address);
		expect([id, customerId]).not.toContain(more.id);
	});

	test('a user name does instead of an e-mail address', async () => {
		const response = await create({ email: null, fullName: null, username: 'ada' });
		expect(response.status).toBe(201);
	});
});

describe('get', () => {
	test('answers with the customer', async () => {
		const { id } = sandbox.addCustomer({ fullName: 'Bo Example' });
		const response = await client.get(`/customers/${id}`);
		expect(response.data.result.details).toBe('Customer found');
		expect(response.data.data).toMatchObject({ id, fullName: 'Bo Example' });
	});

	test('finds nothing under an unknown ID', async () => {
		const response = await client.get('/customers/11111111-1111-4111-8111-111111111111');
		expect(response.status).toBe(404);
		expect(response.data.result.details).toBe('Customer not found');
	});
});

describe('update', () => {
	const update = (customer: CustomerRow, changes: object = {}) =>
		client.put(`/customers/${customer.id}`, newCustomer(changes));

	test('replaces all, an address left out too', async () => {
		const metadata = [{ key: 'a', value: 'b', locked: true }];
		const customer = sandbox.addCustomer({ address, metadata, username: 'old' });
		const response = await update(customer);
		expect(response.status).toBe(200);
		expect(response.data.result.details).toBe('Customer updated');
		expect(response.data.data).toMatchObject({ ...newCustomer(), address: null });
		expect(customer.updatedAt).toEqual(now);
		expect((await update(customer, { address })).data.data.address).toMatchObject(address);
	});

	test('keeps the Discord link where none is sent', async () => {
		const customer = sandbox.state.customers.get((await create({ discordId })).data.data.id)!;
		const linked = async (changes: object) =>
			(await update(customer, changes)).data.data.discordAccount?.discordId ?? null;
		expect(await linked({})).toBe(discordId);
		expect(await linked({ discordId: '99999999999999999' })).toBe('99999999999999999');
		expect(await linked({ discordId: null })).toBeNull();
		expect(await linked({})).toBeNull();
	});

	test('checks the body and the ID', async () => {
		const customer = sandbox.addCustomer();
		expect((await update(customer, { fullName: 'Al' })).status).toBe(400);
		sandbox.state.customers.clear();
		expect((await update(customer)).status).toBe(404);
	});
});

test('delete leaves the licenses', async () => {
	const { id } = sandbox.addCustomer();
	const license = sandbox.addLicense({ customerIds: [id] });
	const response = await client.delete(`/customers/${id}`);
	expect(response.data.data).toEqual({ customerId: id, deleted: true });
	expect((await client.delete(`/customers/${id}`)).status).toBe(404);
	const { data } = await client.get(`/licenses/id/${license.id}`);
	expect(data.data.customers).toEqual([]);
});

describe('a Discord ID', () => {
	test('links one customer of the team only', async () => {
		const first = (await create({ fullName: 'Bo Example', discordId })).data.data;
		const other = (await create()).data.data;
		const details = 'Discord account is already linked to customer: Bo Example';
		const unknown = '11111111-1111-4111-8111-111111111111';
		for (const response of [
			await create({ discordId }),
			await client.put(`/customers/${other.id}`, newCustomer({ discordId })),
			await client.put(`/customers/${unknown}`, newCustomer({ discordId })),
		])
			expect([response.status, response.data.result.details]).toEqual([400, details]);
		expect((await client.put(`/customers/${first.id}`, newCustomer({ discordId }))).status).toBe(
			200,
		);
		await client.delete(`/customers/${first.id}`);
		expect((await create({ discordId })).status).toBe(201);
	});

	test('is looked up after the limit of the team was', async () => {
		await create({ discordId });
		sandbox.state.customerLimit = 1;
		const response = await create({ discordId });
		expect(response.data.result.details).toBe('Customer limit reached');
	});
});

describe('list filters', () => {
	const emails = async (params: object) =>
		(
			await client.get('/customers', { params: { sortDirection: 'asc', ...params } })
		).data.data.customers.map(({ email }: CustomerRow) => email);

	test('by license and by the number of licenses', async () => {
		const [none, one, two] = ['none', 'one', 'two'].map((email) => sandbox.addCustomer({ email }));
		const license = sandbox.addLicense({ customerIds: [one.id, two.id] });
		sandbox.addLicense({ customerIds: [two.id] });
		const all = [none, one, two].map(({ email }) => email);
		expect(await emails({ licenseId: license.id })).toEqual(['one', 'two']);
		expect(await emails({ licenseId: license.id.toUpperCase() })).toEqual([]);
		const count = (mode: string, min: unknown, max?: number) =>
			emails({ licenseCountComparisonMode: mode, licenseCountMin: min, licenseCountMax: max });
		expect(await count('equals', 1)).toEqual(['one']);
		expect(await count('greater', 0)).toEqual(['one', 'two']);
		expect(await count('less', '2nd')).toEqual(['none', 'one']);
		expect(await count('between', 1, 2)).toEqual(['one', 'two']);
		for (const params of [{ licenseCountMin: 1 }, { licenseId: '' }])
			expect(await emails(params)).toEqual(all);
		const malformed = await client.get('/customers', { params: { licenseId: 'x' } });
		expect(malformed.data.result.details).toBe('Invalid licenseId format');
		sandbox.features.undocumentedFilters = false;
		expect(await emails({ licenseId: license.id })).toEqual(all);
	});

	test('by metadata, unless a text is longer than any entry', async () => {
		sandbox.addCustomer({ email: 'a', metadata: [{ key: 'tier', value: 'Gold 1', locked: true }] });
		sandbox.addCustomer({ email: 'b', metadata: [{ key: 'note', value: 'gold', locked: true }] });
		expect(await emails({ metadataKey: 'tier', metadataValue: 'GOLD' })).toEqual(['a']);
		expect(await emails({ metadataKey: 'tier', metadataValue: 'x'.repeat(255) })).toEqual([]);
		expect(await emails({ metadataKey: 'tier', metadataValue: 'x'.repeat(256) })).toEqual([
			'a',
			'b',
		]);
		expect(await emails({ metadataKey: 'tier' })).toEqual(['a', 'b']);
	});
});

describe('list', () => {
	const list = async (params: object) => (await client.get('/customers', { params })).data.data;
	const names = async (params: object) =>
		(await list(params)).customers.map(({ fullName }: CustomerRow) => fullName);

	test('has pages', async () => {
		for (let count = 0; count < 12; count += 1) sandbox.addCustomer();
		const { customers, hasNextPage, totalResults } = await list({ pageSize: 10 });
		expect([customers.length, hasNextPage, totalResults]).toEqual([10, true, 12]);
		expect((await list({ pageSize: 10, page: 2 })).customers).toHaveLength(2);
		sandbox.features.totalResults = false;
		expect(await list({})).not.toHaveProperty('totalResults');
	});

	test('searches in any part of the names and addresses, in any case', async () => {
		const account = {
			customerId: '',
			globalName: null,
			avatar: null,
			createdAt: now,
			updatedAt: now,
		};
		const discordAccount = { ...account, id: '', teamId: '', discordId, username: 'gamer' };
		sandbox.addCustomer({ fullName: 'Ada', email: 'one@example.com', discordAccount });
		sandbox.addCustomer({ fullName: 'Bo', email: 'two@example.com', username: 'bob_1' });
		expect(await names({ search: 'ONE@' })).toEqual(['Ada']);
		expect(await names({ search: 'bo' })).toEqual(['Bo']);
		expect(await names({ search: 'b_1' })).toEqual(['Bo']);
		expect(await names({ search: 'GAME' })).toEqual(['Ada']);
		expect(await names({ search: discordId })).toEqual(['Ada']);
		expect(await names({ search: 'nobody' })).toEqual([]);
		expect(await names({ search: '' })).toHaveLength(2);
		expect(await list({ search: 'ada' })).toMatchObject({ totalResults: 1 });
	});

	test('takes _ and % in a search as wildcards, and nothing else', async () => {
		sandbox.addCustomer({ fullName: 'Ada', email: 'a1b@example.com' });
		sandbox.addCustomer({ fullName: 'Bo', email: 'a-----b@example.com' });
		expect(await names({ search: 'a_b' })).toEqual(['Ada']);
		expect(await names({ search: 'a%b' })).toEqual(['Bo', 'Ada']);
		expect(await names({ search: 'a.b' })).toEqual([]);
		expect(await names({ search: 'a.*b' })).toEqual([]);
	});

	test('sorts by five columns, null as the greatest', async () => {
		sandbox.addCustomer({ fullName: 'Bo', email: 'x@example.com', username: 'a' });
		sandbox.addCustomer({ fullName: 'Ada', email: null, username: 'c' });
		sandbox.addCustomer({ fullName: 'Cy', email: 'a@example.com', username: 'b' });
		const sorted = (sortColumn: string, sortDirection = 'asc') =>
			names({ sortColumn, sortDirection });
		expect(await sorted('createdAt')).toEqual(['Bo', 'Ada', 'Cy']);
		expect(await sorted('updatedAt')).toEqual(['Bo', 'Ada', 'Cy']);
		expect(await sorted('fullName')).toEqual(['Ada', 'Bo', 'Cy']);
		expect(await sorted('email')).toEqual(['Cy', 'Bo', 'Ada']);
		expect(await sorted('email', 'desc')).toEqual(['Ada', 'Bo', 'Cy']);
		expect(await sorted('username')).toEqual(['Bo', 'Cy', 'Ada']);
		expect(await sorted('teamId')).toEqual(['Bo', 'Ada', 'Cy']);
	});
});
