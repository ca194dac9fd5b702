import type { IDataObject } from 'n8n-workflow';

import { runCustomer } from '../customer/support.mts';
import type { LicenseRow, RequestRecord, Sandbox } from '../sandbox/types.mts';
import { addSeries, audit, getMany, idsOf, metadataFilter } from './audit-support.mts';
import { readable, runLicense, sent, startShop } from './support.mts';

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

/** Whether the request reads one license by its key. */
const isReadByKey = (request: RequestRecord) => /\/licenses\/[A-Z0-9-]{29}$/.test(request.path);

/** Does something once, just before the request that is meant is answered. */
function before(isMeant: (request: RequestRecord) => boolean, act: () => void) {
	let isDone = false;
	sandbox.onRequest = (request) => {
		if (isDone || !isMeant(request)) return;
		isDone = true;
		act();
	};
}

describe('Get Many by metadata, from lists without metadata', () => {
	const order = [{ key: 'shop', value: 'A', locked: false }];
	const filters = metadataFilter('shop', 'A');
	let licenses: LicenseRow[];

	beforeEach(() => {
		sandbox.features.fullLists = false;
		licenses = addSeries(sandbox, 5, { fieldsOf: () => ({ metadata: order }) });
	});

	test.each<[string, IDataObject]>([
		['all', { returnAll: true }],
		['up to a Limit', { limit: 4 }],
		['up to a Limit beyond what there is', { limit: 50 }],
		['from a time on', { returnAll: true, filters: { createdAfter: '2020-01-01' } }],
	])('leaves out a license that is deleted between list and read: %s', async (_, parameters) => {
		before(isReadByKey, () => sandbox.state.licenses.delete(licenses[2].id));
		const { error, items } = await getMany(sandbox, {
			...parameters,
			filters: { ...filters, ...(parameters.filters as IDataObject) },
		});
		expect(readable(error).trim()).toBe('');
		const rest = licenses.filter(({ id }) => id !== licenses[2].id).map(({ id }) => id);
		expect(idsOf(items).sort()).toEqual(rest.sort());
	});

	test('leaves out all that are deleted, and does not count them as missing', async () => {
		before(isReadByKey, () => licenses.forEach(({ id }) => sandbox.state.licenses.delete(id)));
		const { error, items } = await audit(sandbox, filters);
		expect(readable(error).trim()).toBe('');
		expect(items).toEqual([]);
	});

	test('finds the others of one moment while one is deleted', async () => {
		const tied = addSeries(sandbox, 130, { block: 130, fieldsOf: () => ({ metadata: order }) });
		before(isReadByKey, () => sandbox.state.licenses.delete(tied[7].id));
		const { error, items } = await audit(sandbox, filters);
		expect(readable(error).trim()).toBe('');
		expect(idsOf(items).sort()).toEqual([...sandbox.state.licenses.keys()].sort());
	});

	test.each([
		['to a key of its own', undefined],
		['while another license gets the old one', 'another'],
	])('keeps a license whose key changes between list and read: %s', async (_, another) => {
		const [license] = licenses;
		before(isReadByKey, () => {
			const { licenseKey } = license;
			license.licenseKey = 'NEWKY-NEWKY-NEWKY-NEWKY-NEWKY';
			if (another) sandbox.addLicense({ licenseKey });
		});
		const { error, items } = await audit(sandbox, filters);
		expect(readable(error).trim()).toBe('');
		expect(idsOf(items).sort()).toEqual(licenses.map(({ id }) => id).sort());
		expect(items.map(({ json }) => json.licenseKey)).toContain(license.licenseKey);
	});

	test.each([
		['the server refuses', { status: 400, details: 'Boom' }, /refused the request: Boom/],
		['a proxy answers 404', { status: 404, html: true }, /does not answer as Lukittu does/],
	])('does not take for deleted a license where %s', async (_, kind, text) => {
		sandbox.addFault({ path: /[A-Z0-9-]{29}$/, times: 100, kind });
		const { error, items } = await audit(sandbox, filters);
		expect(readable(error)).toMatch(text);
		expect(items).toEqual([]);
	});
});

describe('Create with an idempotency key', () => {
	const parameters = { additionalFields: { idempotencyKey: 'order-1' } };
	const entry = { key: 'n8nIdempotencyKey', value: 'order-1', locked: true };

	beforeEach(() => {
		sandbox.features.fullLists = false;
	});

	test('creates the license where the one that was found is deleted before it is read', async () => {
		const found = sandbox.addLicense({ metadata: [entry] });
		before(isReadByKey, () => sandbox.state.licenses.delete(found.id));
		const { error, items } = await runLicense(sandbox, 'create', parameters);
		expect(readable(error).trim()).toBe('');
		expect(items[0].json).toMatchObject({ alreadyExisted: false });
		expect([...sandbox.state.licenses.keys()]).toEqual([items[0].json.id]);
	});

	test('returns the other of two where one is deleted before it is read', async () => {
		const [found, other] = [0, 1].map(() => sandbox.addLicense({ metadata: [entry] }));
		before(isReadByKey, () => sandbox.state.licenses.delete(found.id));
		const { error, items } = await runLicense(sandbox, 'create', parameters);
		expect(readable(error).trim()).toBe('');
		expect(items[0].json).toMatchObject({ id: other.id, alreadyExisted: true });
		expect(sent(sandbox).filter((request) => request.startsWith('POST'))).toEqual([]);
	});

	test('returns the license whose key changes before it is read', async () => {
		const found = sandbox.addLicense({ metadata: [entry] });
		before(isReadByKey, () => (found.licenseKey = 'NEWKY-NEWKY-NEWKY-NEWKY-NEWKY'));
		const { items } = await runLicense(sandbox, 'create', parameters);
		expect(items[0].json).toMatchObject({ id: found.id, alreadyExisted: true });
		expect(sandbox.state.licenses.size).toBe(1);
	});
});

describe('Create or Update of a customer', () => {
	const parameters = { email: 'alma@example.com', upsertFields: { fullName: 'Alma Brightwell' } };
	const isRead = ({ method, path }: RequestRecord) =>
		method === 'GET' && /customers\/.+/.test(path);
	const isWrite = ({ method }: RequestRecord) => method === 'PUT';

	test.each([
		['read', isRead],
		['written', isWrite],
	])('creates it where the one that was found is deleted before it is %s', async (_, isMeant) => {
		const { id } = sandbox.addCustomer({ email: 'alma@example.com' });
		before(isMeant, () => sandbox.state.customers.delete(id));
		const { error, items } = await runCustomer(sandbox, 'upsert', parameters);
		expect(readable(error).trim()).toBe('');
		expect(items[0].json).toMatchObject({ alreadyExisted: false, fullName: 'Alma Brightwell' });
		expect([...sandbox.state.customers.keys()]).toEqual([items[0].json.id]);
	});

	test('changes the next one where the oldest is deleted', async () => {
		const [oldest, next, last] = [0, 1, 2].map(() =>
			sandbox.addCustomer({ email: 'alma@example.com' }),
		);
		before(isRead, () => sandbox.state.customers.delete(oldest.id));
		const { items } = await runCustomer(sandbox, 'upsert', parameters);
		expect(items[0].json).toMatchObject({
			id: next.id,
			alreadyExisted: true,
			otherMatches: last.id,
		});
	});

	test('does not create a second one where the first cannot be read', async () => {
		sandbox.addCustomer({ email: 'alma@example.com' });
		sandbox.addFault({ path: /customers\/.+/, times: 50, kind: { status: 400, details: 'Boom' } });
		const { error } = await runCustomer(sandbox, 'upsert', parameters);
		expect(readable(error)).toMatch(/Boom/);
		expect(sandbox.state.customers.size).toBe(1);
	});
});
