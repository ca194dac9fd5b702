import type { IDataObject } from 'n8n-workflow';

import type { LicenseSeed, Sandbox } from '../sandbox/types.mts';
import { byId, customers, readable, runLicense, startShop, type Operation } from './support.mts';

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

/** Licenses whose days are set, but which have no date on which they expire. */
const WITHOUT_DATE: Array<[string, LicenseSeed]> = [
	['that runs', { expirationStart: 'CREATION' }],
	['that was not used yet', { expirationStart: 'ACTIVATION' }],
	['that runs, suspended', { expirationStart: 'CREATION', suspended: true }],
];

const CHANGES: Array<[string, Operation, () => IDataObject]> = [
	['Hardware ID Limit', 'update', () => ({ updateFields: { hwidLimit: 7 } })],
	['Suspended', 'update', () => ({ updateFields: { suspended: true } })],
	[
		'Add Customers',
		'update',
		() => ({
			updateFields: { addCustomers: customers(sandbox.addCustomer().id) },
		}),
	],
	[
		'Set Metadata',
		'update',
		() => ({
			updateFields: { setMetadata: { entry: [{ key: 'a', value: 'b' }] } },
		}),
	],
	[
		'License Key',
		'update',
		() => ({ updateFields: { licenseKey: 'NEWKY-NEWKY-NEWKY-NEWKY-NEWKY' } }),
	],
	['Suspend', 'suspend', () => ({ suspendFields: { reason: 'Refund' } })],
	['Reinstate', 'reinstate', () => ({ reinstateFields: { reason: 'Dispute was won' } })],
];

describe.each(WITHOUT_DATE)('a duration without a date, of a license %s', (_, fields) => {
	test.each(CHANGES)('stays without one: %s', async (_name, operation, parametersOf) => {
		const license = sandbox.addLicense({
			expirationType: 'DURATION',
			expirationDays: 30,
			expirationDate: null,
			...fields,
		});
		const { error, items } = await runLicense(sandbox, operation, {
			license: byId(license.id),
			...parametersOf(),
		});
		expect(readable(error).trim()).toBe('');
		const stored = sandbox.state.licenses.get(license.id);
		expect(sandbox.requests.map(({ method }) => method)).toContain('PUT');
		expect(stored).toMatchObject({
			expirationType: 'DURATION',
			expirationStart: fields.expirationStart,
			expirationDays: 30,
			expirationDate: null,
		});
		expect(items[0].json.expirationDate).toBeNull();
	});
});

test('a named duration gives a running license without an expiry one, from now', async () => {
	const { id } = sandbox.addLicense({
		expirationType: 'DURATION',
		expirationStart: 'CREATION',
		expirationDays: 30,
		expirationDate: null,
	});
	const value = { expirationType: 'DURATION', expirationDays: 60 };
	const { items } = await runLicense(sandbox, 'update', {
		license: byId(id),
		updateFields: { expiration: { value } },
	});
	const days = (Date.parse(items[0].json.expirationDate as string) - Date.now()) / 86_400_000;
	expect(Math.round(days)).toBe(60);
});

test.each([
	['by days', { renewBy: 'days', days: 10 }],
	['until a date', { renewBy: 'date', renewUntil: '2099-01-01' }],
])('Renew %s refuses it, and gives it no expiry', async (_, parameters) => {
	const { id } = sandbox.addLicense({
		expirationType: 'DURATION',
		expirationStart: 'CREATION',
		expirationDays: 30,
		expirationDate: null,
	});
	const { error } = await runLicense(sandbox, 'renew', { license: byId(id), ...parameters });
	expect(readable(error)).toMatch(/never expires, so it cannot be renewed/);
	expect(sandbox.state.licenses.get(id)?.expirationDate).toBeNull();
});
