/** Changes of one license or customer: those carried out late, and those of other processes. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { IDataObject } from 'n8n-workflow';

import { runCustomer } from '../customer/support.mts';
import { byId, byKey, metadata, readable, runLicense, startShop } from '../license/support.mts';
import type { CustomerRow, LicenseRow, MetadataRow, Sandbox } from '../sandbox/types.mts';
import { commitLater, count, LOSSES, SHORT_TIMEOUT } from './late.mts';

const ONCE = { ...SHORT_TIMEOUT, options: { keepTryingFor: 0 } };

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

/** Writes a license as a PUT does; its customers and products stay. */
function writeLicense(license: LicenseRow, body: IDataObject): void {
	const { hwidLimit, ipLimit, suspended } = body as unknown as LicenseRow;
	const rows = (body.metadata as unknown as MetadataRow[]).map((entry) => ({
		...entry,
		id: license.id,
		createdAt: new Date(),
		updatedAt: new Date(),
	}));
	Object.assign(license, { hwidLimit, ipLimit, suspended, metadata: rows, updatedAt: new Date() });
}

describe.each(LOSSES)('after an update that was given up: %s', (_, kind) => {
	test('the next one waits until it has been carried out, and undoes nothing', async () => {
		const license = sandbox.addLicense();
		commitLater(sandbox, 'PUT', kind, 3000, (body) => writeLicense(license, body));
		const first = await runLicense(sandbox, 'update', {
			license: byId(license.id),
			updateFields: { hwidLimit: 7 },
			...ONCE,
		});
		expect(readable(first.error)).toMatch(
			/It is not known whether the license .* was changed: look it up in Lukittu before you repeat this\. Lukittu may still be working on it/,
		);
		const second = await runLicense(sandbox, 'suspend', {
			license: byKey(license.licenseKey),
			...ONCE,
		});
		expect(readable(second.error).trim()).toBe('');
		expect(second.items[0].json).toMatchObject({ hwidLimit: 7, suspended: true });
		await sleep(2500);
		expect(license).toMatchObject({ hwidLimit: 7, suspended: true });
	});

	test('that of a customer too', async () => {
		const customer = sandbox.addCustomer({ email: 'alma@example.com' });
		commitLater(sandbox, 'PUT', kind, 3000, ({ fullName, username }) =>
			Object.assign(customer, { fullName, username, updatedAt: new Date() }),
		);
		const first = await runCustomer(sandbox, 'update', {
			customer: byId(customer.id),
			customerUpdateFields: { username: 'alma' },
			...ONCE,
		});
		expect(readable(first.error)).toContain('Lukittu may still be working on it');
		const second = await runCustomer(sandbox, 'upsert', {
			email: 'alma@example.com',
			upsertFields: { fullName: 'Alma B' },
			...ONCE,
		});
		expect(readable(second.error).trim()).toBe('');
		await sleep(2500);
		expect(customer).toMatchObject({ username: 'alma', fullName: 'Alma B' });
	});
});

test('an update that was carried out at once keeps nobody waiting', async () => {
	const license = sandbox.addLicense();
	sandbox.addFault({ method: 'PUT', kind: 'resetAfter' });
	const update = async (updateFields: IDataObject) =>
		await runLicense(sandbox, 'update', { license: byId(license.id), updateFields, ...ONCE });
	await update({ hwidLimit: 7 });
	const begun = Date.now();
	await update({ ipLimit: 3 });
	expect(Date.now() - begun).toBeLessThan(900);
	expect(license).toMatchObject({ hwidLimit: 7, ipLimit: 3 });
});

test('one that was never carried out holds the next for 15 seconds after a cut', async () => {
	const license = sandbox.addLicense();
	sandbox.addFault({ method: 'PUT', kind: 'resetBefore' });
	const update = async (updateFields: IDataObject) =>
		await runLicense(sandbox, 'update', { license: byId(license.id), updateFields, ...ONCE });
	await update({ hwidLimit: 7 });
	const begun = Date.now();
	await update({ ipLimit: 3 });
	expect(Date.now() - begun).toBeGreaterThan(13_000);
	expect(license).toMatchObject({ hwidLimit: null, ipLimit: 3 });
});

test('the same change does not wait', async () => {
	const license = sandbox.addLicense();
	commitLater(sandbox, 'PUT', 'resetBefore', 4000, (body) => writeLicense(license, body));
	const update = async (updateFields: IDataObject) =>
		await runLicense(sandbox, 'update', { license: byId(license.id), updateFields, ...ONCE });
	const begun = Date.now();
	await update({ hwidLimit: 7 });
	const { error } = await update({ hwidLimit: 7 });
	expect(readable(error).trim()).toBe('');
	expect(Date.now() - begun).toBeLessThan(2500);
	expect(license.hwidLimit).toBe(7);
});

test('after a canceled change, repeating it does not wait', async () => {
	const license = sandbox.addLicense();
	sandbox.addFault({ method: 'PUT', kind: 'hang' });
	const suspend = async (cancelAfter?: Promise<unknown>) =>
		await runLicense(sandbox, 'suspend', { license: byId(license.id) }, { cancelAfter });
	await suspend(sleep(700));
	const begun = Date.now();
	expect(readable((await suspend()).error).trim()).toBe('');
	expect(Date.now() - begun).toBeLessThan(2500);
	expect(license.suspended).toBe(true);
});

describe('another process writes while a change is under way', () => {
	/** Runs something once, between the write and the look at what came of it. */
	const afterWrite = (then: () => void) => {
		let isDone = false;
		sandbox.onRequest = ({ method }) => {
			if (isDone || method !== 'GET' || count(sandbox, 'PUT') === 0) return;
			isDone = true;
			then();
		};
	};

	const licenseChanges: Array<[string, (license: LicenseRow) => void, string[]]> = [
		['the limit that was changed', (row) => (row.hwidLimit = 1), ['Hardware ID Limit']],
		['another limit', (row) => (row.ipLimit = 9), ['IP Address Limit']],
		[
			'suspension and metadata',
			(row) => Object.assign(row, { suspended: true, metadata: [] }),
			['Metadata', 'Suspended'],
		],
		['customers', (row) => (row.customerIds = [sandbox.addCustomer().id]), ['Customers']],
		['products', (row) => (row.productIds = []), ['Products']],
		['nothing but the time of the last use', (row) => (row.lastActiveAt = new Date()), []],
	];

	test.each(licenseChanges)('%s: the license tells', async (_, change, labels) => {
		const license = sandbox.addLicense({
			productIds: [sandbox.addProduct().id],
			metadata: [
				{ key: 'b', value: '1', locked: true },
				{ key: 'a', value: '2', locked: false },
			],
		});
		afterWrite(() => change(license));
		const { error, items } = await runLicense(sandbox, 'update', {
			license: byId(license.id),
			updateFields: { hwidLimit: 7 },
			options: { simplify: true },
		});
		expect(readable(error).trim()).toBe('');
		expect(items[0].json.changedMeanwhile).toEqual(labels.length > 0 ? labels : undefined);
	});

	const operations: Array<['renew' | 'reinstate' | 'suspend', IDataObject]> = [
		['renew', { renewBy: 'days', days: 3 }],
		['suspend', { suspendFields: { reason: 'Refund' } }],
		['reinstate', { reinstateFields: { reason: 'Paid' } }],
	];

	test.each(operations)('%s tells, too', async (operation, parameters) => {
		const license = sandbox.addLicense({
			expirationType: 'DATE',
			expirationDate: new Date('2040-01-01T00:00:00Z'),
		});
		afterWrite(() => (license.ipLimit = 9));
		const { items } = await runLicense(sandbox, operation, {
			license: byId(license.id),
			...parameters,
		});
		expect(items[0].json.changedMeanwhile).toEqual(['IP Address Limit']);
	});

	const customerChanges: Array<[string, (customer: CustomerRow) => void, string[]]> = [
		['the name that was changed', (row) => (row.fullName = 'Bo C'), ['Full Name']],
		['the address', (row) => (row.address = null), ['Address']],
		[
			'user name and metadata',
			(row) => Object.assign(row, { username: 'bo', metadata: [] }),
			['Metadata', 'Username'],
		],
		['nothing', () => {}, []],
	];

	test.each(customerChanges)('%s: the customer tells', async (_, change, labels) => {
		const customer = sandbox.addCustomer({
			email: 'alma@example.com',
			address: {
				line1: '1 Harbour Street',
				line2: null,
				city: null,
				state: null,
				country: null,
				postalCode: null,
			},
			metadata: [{ key: 'a', value: '1', locked: false }],
		});
		for (const operation of ['update', 'upsert'] as const) {
			sandbox.clearRequests();
			afterWrite(() => change(customer));
			const fields = { fullName: `Alma ${operation}`, metadata: undefined };
			const { error, items } = await runCustomer(sandbox, operation, {
				...(operation === 'update'
					? { customer: byId(customer.id), customerUpdateFields: { fullName: fields.fullName } }
					: { email: 'alma@example.com', upsertFields: { fullName: fields.fullName } }),
			});
			expect(readable(error).trim()).toBe('');
			// The second operation finds the other things as they were left.
			const told =
				operation === 'update' ? labels : labels.filter((label) => label === 'Full Name');
			expect(items[0].json.changedMeanwhile).toEqual(told.length > 0 ? told : undefined);
		}
	});

	test('the answer itself shows it', async () => {
		const license = sandbox.addLicense();
		const other = sandbox.addProduct().id;
		sandbox.onRequest = async ({ method, body }) => {
			if (method === 'PUT') (body as { productIds: string[] }).productIds.push(other);
			await Promise.resolve();
		};
		sandbox.addFault({
			method: 'PUT',
			kind: {
				status: 200,
				data: {
					...(await answerFor(license)),
					hwidLimit: 7,
					metadata: [{ key: 'seat', value: '1', locked: false }],
				},
			},
		});
		const { items } = await runLicense(sandbox, 'update', {
			license: byId(license.id),
			updateFields: { hwidLimit: 7 },
		});
		expect(items[0].json.changedMeanwhile).toEqual(['Hardware ID Limit', 'Metadata']);
	});

	test('a look that does not work keeps nothing back', async () => {
		const license = sandbox.addLicense();
		sandbox.addFault({ method: 'GET', skip: 2, times: 9, kind: { status: 500 } });
		const { error, items } = await runLicense(sandbox, 'update', {
			license: byId(license.id),
			updateFields: { setMetadata: metadata({ key: 'a', value: 'b' }) },
			...ONCE,
		});
		expect(readable(error).trim()).toBe('');
		expect(items[0].json).not.toHaveProperty('changedMeanwhile');
		expect(count(sandbox, 'PUT')).toBe(1);
	});

	async function answerFor({ licenseKey }: LicenseRow): Promise<IDataObject> {
		const { items } = await runLicense(sandbox, 'get', { license: byKey(licenseKey) });
		return items[0].json;
	}
});
