import { licenseStatus } from './expiry.mts';
import { addDays, EMAIL, LICENSE_KEY, UUID } from './formats.mts';
import { seedDemo } from './seed.mts';
import { startSandbox } from './server.mts';
import type { LicenseRow, Sandbox } from './server.mts';

const now = new Date('2026-03-01T12:00:00.000Z');

async function seeded(): Promise<Sandbox> {
	const sandbox = await startSandbox();
	seedDemo(sandbox, now);
	await sandbox.close();
	return sandbox;
}

const licensesOf = ({ state }: Sandbox): LicenseRow[] => [...state.licenses.values()];

test('the demo shop has licenses of every type and status', async () => {
	const sandbox = await seeded();
	const licenses = licensesOf(sandbox);
	expect(sandbox.state.products.size).toBe(3);
	expect(sandbox.state.customers.size).toBe(12);
	expect(licenses).toHaveLength(42);
	const kinds = new Set(licenses.map((row) => `${row.expirationType} ${row.expirationStart}`));
	expect([...kinds].sort()).toEqual([
		'DATE CREATION',
		'DURATION ACTIVATION',
		'DURATION CREATION',
		'NEVER CREATION',
	]);
	const statuses = new Set(licenses.map((license) => licenseStatus(license, now)));
	expect(statuses.size).toBe(6);
	const soon = licenses.filter(
		({ expirationDate: date }) => date && date > now && date < addDays(now, 14),
	);
	expect(soon.length).toBeGreaterThan(3);
});

test('its data is well-formed, and only on example.com', async () => {
	const sandbox = await seeded();
	const { state } = sandbox;
	for (const { email } of state.customers.values()) {
		expect(email).toMatch(EMAIL);
		expect(email).toMatch(/@example\.com$/);
	}
	const licenses = licensesOf(sandbox);
	expect(new Set(licenses.map(({ licenseKey }) => licenseKey)).size).toBe(licenses.length);
	for (const { id, licenseKey, productIds, createdAt } of licenses) {
		expect(id).toMatch(UUID);
		expect(licenseKey).toMatch(LICENSE_KEY);
		expect(state.products.has(productIds[0])).toBe(true);
		expect(createdAt < now).toBe(true);
	}
});

test('it is the same at every start', async () => {
	const essence = (sandbox: Sandbox) =>
		licensesOf(sandbox).map(({ id, licenseKey, expirationDate, customerIds, createdAt }) => ({
			id,
			licenseKey,
			expirationDate,
			customerIds,
			createdAt,
		}));
	expect(essence(await seeded())).toEqual(essence(await seeded()));
});
