import { setTimeout as sleep } from 'node:timers/promises';

import type { LicenseRow, Sandbox } from '../sandbox/server.mts';
import { byId, byKey, fromList, readable, runLicense, sent, startShop } from './support.mts';

let sandbox: Sandbox;
let license: LicenseRow;
let other: LicenseRow;

beforeEach(async () => {
	({ sandbox } = await startShop());
	license = sandbox.addLicense();
	other = sandbox.addLicense();
});

afterEach(async () => await sandbox.close());

function licensesLeft(): string[] {
	return [...sandbox.state.licenses.keys()];
}

test.each([
	['By ID', () => byId(license.id)],
	['By ID in capital letters with blanks around it', () => byId(` ${license.id.toUpperCase()} `)],
	['From List', () => fromList(license.id)],
])('deletes the license by its ID and no other: %s', async (_, locator) => {
	const { items, error } = await runLicense(sandbox, 'delete', { license: locator() });

	expect(error).toBeUndefined();
	expect(items).toEqual([
		{ json: { licenseId: license.id, deleted: true }, pairedItem: { item: 0 } },
	]);
	expect(sent(sandbox)).toEqual([`DELETE /licenses/id/${license.id}`]);
	expect(licensesLeft()).toEqual([other.id]);
});

test.each([
	['By Key', () => byKey(license.licenseKey)],
	['By Key in small letters with blanks', () => byKey(` ${license.licenseKey.toLowerCase()} `)],
])('deletes the license by its key and no other: %s', async (_, locator) => {
	const { items, error } = await runLicense(sandbox, 'delete', { license: locator() });

	expect(error).toBeUndefined();
	expect(items).toEqual([
		{ json: { licenseKey: license.licenseKey, deleted: true }, pairedItem: { item: 0 } },
	]);
	expect(sent(sandbox)).toEqual([`DELETE /licenses/${license.licenseKey}`]);
	expect(licensesLeft()).toEqual([other.id]);
});

it('tells that it was deleted where the server answers less than it does today', async () => {
	sandbox.addFault({ kind: { status: 200, details: 'License deleted', data: {} } });

	const { items } = await runLicense(sandbox, 'delete', { license: byId(license.id) });

	expect(items[0].json).toEqual({ licenseId: license.id, deleted: true });
});

it('deletes one license for each item, each output paired with its input', async () => {
	const result = await runLicense(
		sandbox,
		'delete',
		{ license: byId('={{ $json.id }}') },
		{ items: [{ id: other.id }, { id: license.id }] },
	);

	expect(result.items).toEqual([
		{ json: { licenseId: other.id, deleted: true }, pairedItem: { item: 0 } },
		{ json: { licenseId: license.id, deleted: true }, pairedItem: { item: 1 } },
	]);
	expect(licensesLeft()).toEqual([]);
});

test.each([
	['By ID', () => byId(license.id), () => license.id],
	['By Key', () => byKey(license.licenseKey), () => license.licenseKey],
])('tells that the license is gone when it is deleted again: %s', async (_, locator, named) => {
	const parameters = { license: locator() };
	await runLicense(sandbox, 'delete', parameters);

	const { items, error } = await runLicense(sandbox, 'delete', parameters);

	expect(items).toEqual([]);
	expect(error?.message).toMatch(/does not know the license/);
	expect(error?.message).toContain(named());
	expect(readable(error)).toContain('the license may have been deleted');
	expect(licensesLeft()).toEqual([other.id]);
});

it('tells which licenses are gone when a later item cannot be deleted', async () => {
	const missing = '123e4567-e89b-42d3-a456-426614174000';
	sandbox.onRequest = async ({ path }) => {
		if (path.endsWith(missing)) await sleep(100);
	};

	const { error } = await runLicense(
		sandbox,
		'delete',
		{ license: byId('={{ $json.id }}') },
		{ items: [{ id: license.id }, { id: missing }] },
	);

	expect(error?.message).toContain(missing);
	expect(readable(error)).toContain('1 of 2 items had been carried out and stay so');
	expect(readable(error)).toContain(`item 0: ${license.id}`);
	expect(licensesLeft()).toEqual([other.id]);
});

test.each([
	['an ID', byId('={{ "abc" }}'), '\'License\' is "abc", which is not a license ID'],
	['an ID without a value', byId('={{ $json.missing }}'), "'License' has no license ID"],
	['a key', byKey('={{ "ABC" }}'), '\'License\' is "ABC", which is not a license key'],
	['a key without a value', byKey('={{ $json.missing }}'), "'License' has no license key"],
])('refuses %s that is malformed before anything is sent', async (_, locator, message) => {
	const { error } = await runLicense(sandbox, 'delete', { license: locator });

	expect(error?.message).toContain(message);
	expect(sandbox.requests).toEqual([]);
	expect(licensesLeft()).toEqual([license.id, other.id]);
});
