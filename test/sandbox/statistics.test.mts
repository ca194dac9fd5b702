import { clientApiOf, TestClock } from './client-api.mts';
import type { ClientApi } from './client-api.mts';
import { clientOf } from './client.mts';
import { startSandbox } from './server.mts';
import type { LicenseRow, Sandbox } from './server.mts';

const clock = new TestClock();
let sandbox: Sandbox;
let api: ClientApi;
let license: LicenseRow;

beforeEach(async () => {
	sandbox = await startSandbox({ now: clock.now });
	api = clientApiOf(sandbox);
	license = sandbox.addLicense();
});
afterEach(() => sandbox.close());

const answer = async () => (await clientOf(sandbox).get('/statistics')).data;

/** Past the cache. */
async function fresh() {
	clock.move({ minutes: 15 });
	return (await answer()).data;
}

const verify = (changes: object = {}, country?: string) =>
	api.verify(
		{ licenseKey: license.licenseKey, ...changes },
		{
			headers: country
				? { 'cf-ipcountry': country, 'cf-iplongitude': '1', 'cf-iplatitude': '2' }
				: {},
		},
	);

describe('cache', () => {
	test('gives the same answer for 15 minutes, its timestamp included', async () => {
		const first = await answer();
		expect(first.result.timestamp).toBe(clock.now().toISOString());
		await verify();
		sandbox.addLicense();
		clock.move({ minutes: 14, seconds: 59 });
		expect(await answer()).toEqual(first);
		clock.move({ seconds: 1 });
		const second = await answer();
		expect(second.result.timestamp).toBe(clock.now().toISOString());
		expect(second.data.overview).toMatchObject({ totalLicenses: 2, totalRequests: 1 });
	});

	test('is each team’s own, and a reset forgets it', async () => {
		await answer();
		const { url, otherTeam } = sandbox;
		otherTeam.requestLog.push({
			type: 'DOWNLOAD',
			at: clock.now(),
			successful: true,
			licenseId: null,
			countryAlpha3: null,
		});
		const { teamId, apiKey } = otherTeam;
		const other = (await clientOf({ url, teamId, apiKey }).get('/statistics')).data.data;
		expect(other.requests).toMatchObject({ total: 1, byType: { DOWNLOAD: 1 } });
		await sandbox.reset();
		expect((await answer()).data.overview.totalLicenses).toBe(0);
	});
});

describe('requests', () => {
	test('counts what was answered for the team, refusals included', async () => {
		await verify();
		await verify({ licenseKey: 'AAAAA-AAAAA-AAAAA-AAAAA-AAAAA' });
		license.suspended = true;
		await api.heartbeat({ licenseKey: license.licenseKey, hardwareIdentifier: 'DEVICE-0001' });
		expect((await fresh()).requests).toEqual({
			total: 3,
			successful: 1,
			failed: 2,
			successRate: 33.33,
			byType: { VERIFY: 2, HEARTBEAT: 1 },
		});
	});

	test('does not count invalid bodies, what is over the rate limit, and faults', async () => {
		const invalid = await verify({ licenseKey: 'x' });
		const unknownTeam = await api.verify(
			{ licenseKey: license.licenseKey },
			{ teamId: '11111111-1111-4111-8111-111111111111' },
		);
		const fault = await verify({ hardwareIdentifier: 'DEVICE-\0-0001' });
		for (let request = 0; request < 28; request += 1) await verify();
		const limited = await verify();
		const statuses = [invalid, unknownTeam, fault, limited].map(({ status }) => status);
		expect(statuses).toEqual([400, 404, 500, 429]);
		expect((await fresh()).requests).toMatchObject({ total: 28, failed: 0, successRate: 100 });
	});

	test('tells the windows apart', async () => {
		const log = (days: number) =>
			sandbox.state.requestLog.push({
				type: 'VERIFY',
				at: new Date(clock.now().getTime() - days * 86_400_000),
				successful: true,
				licenseId: license.id,
				countryAlpha3: 'FIN',
			});
		for (const days of [0.03, 0.5, 3, 20, 31]) log(days);
		const data = (await answer()).data;
		expect(data.recentActivity).toEqual({ last24h: 2, last7d: 3, last30d: 4 });
		expect(data.overview).toMatchObject({ activeLicenses: 1, totalRequests: 4 });
		expect(data.topCountries).toMatchObject([{ requests: 4 }]);
	});

	test('a license is active for an hour, unless it was deleted', async () => {
		await verify();
		clock.move({ minutes: 45 });
		expect((await fresh()).overview.activeLicenses).toBe(1);
		clock.move({ seconds: 1 });
		expect((await fresh()).overview.activeLicenses).toBe(0);
		await verify();
		await clientOf(sandbox).delete(`/licenses/id/${license.id}`);
		expect((await fresh()).overview.activeLicenses).toBe(0);
	});
});

describe('rankings', () => {
	test('the ten countries with the most requests', async () => {
		const codes = ['AT', 'BE', 'DE', 'FI', 'FR', 'IT', 'NL', 'NO', 'PL', 'SE'];
		for (const code of codes) await verify({}, code);
		await verify({}, 'de');
		await verify({}, 'SE');
		await verify({}, 'SE');
		await verify({}, 'XX');
		await verify();
		const { topCountries } = await fresh();
		expect(topCountries).toHaveLength(10);
		expect(topCountries.slice(0, 2)).toEqual([
			{ country: 'Sweden', alpha3: 'SWE', alpha2: 'SE', requests: 3 },
			{ country: 'Germany', alpha3: 'DEU', alpha2: 'DE', requests: 2 },
		]);
		await verify({}, 'GB');
		await verify({}, 'GB');
		const after = (await fresh()).topCountries;
		expect(after).toHaveLength(10);
		expect(after.map(({ alpha3 }: { alpha3: string }) => alpha3)).toContain('GBR');
	});

	test('the five products with the most licenses, those without among them', async () => {
		const products = Array.from({ length: 6 }, () => sandbox.addProduct());
		sandbox.addLicense({ productIds: [products[5].id, products[2].id] });
		sandbox.addLicense({ productIds: [products[5].id] });
		const { topProducts } = (await answer()).data;
		expect(topProducts).toHaveLength(5);
		expect(topProducts.slice(0, 2)).toEqual([
			{ id: products[5].id, name: products[5].name, licenses: 2 },
			{ id: products[2].id, name: products[2].name, licenses: 1 },
		]);
		expect(topProducts[4].licenses).toBe(0);
	});
});
