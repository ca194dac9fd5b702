import { clientApiOf, TestClock } from './client-api.mts';
import type { ClientApi } from './client-api.mts';
import { clientOf } from './client.mts';
import type { Client } from './client.mts';
import { startSandbox } from './server.mts';
import type { LicenseRow, Sandbox } from './server.mts';

interface Hwid {
	id: string;
	hwid: string;
	forgotten: boolean;
	forgottenAt: string | null;
	status: string;
}

const clock = new TestClock();
let sandbox: Sandbox;
let client: Client;
let api: ClientApi;
let license: LicenseRow;

beforeEach(async () => {
	sandbox = await startSandbox({ now: clock.now });
	client = clientOf(sandbox);
	api = clientApiOf(sandbox);
	license = sandbox.addLicense();
});
afterEach(() => sandbox.close());

const path = (kind: string) => `/licenses/id/${license.id}/${kind}`;

async function use(hardwareIdentifier: string, address?: string): Promise<string> {
	const body = { licenseKey: license.licenseKey, hardwareIdentifier };
	return (await api.verify(body, { address })).data.result.code;
}

async function hwids(query = ''): Promise<Hwid[]> {
	return (await client.get(`${path('hwid')}${query}`)).data.data.hwids;
}

const statuses = async (query?: string) =>
	(await hwids(query)).map(({ hwid, status }) => `${hwid} ${status}`);

async function forget(hwid: string, forgotten = true): Promise<void> {
	const device = (await hwids('?showForgotten=true')).find((row) => row.hwid === hwid);
	const response = await client.patch(`${path('hwid')}/${device?.id}`, { forgotten });
	expect(response.data.data).toEqual({ hwidId: device?.id, forgotten });
}

describe('status', () => {
	test('a device is inactive once it was not seen for the time of the team', async () => {
		sandbox.state.settings.hwidTimeoutMinutes = 60;
		await use('DEVICE-0001');
		clock.move({ minutes: 60 });
		expect(await statuses()).toEqual(['DEVICE-0001 active']);
		clock.move({ milliseconds: 1 });
		expect(await statuses()).toEqual(['DEVICE-0001 inactive']);
		await use('DEVICE-0001');
		expect(await statuses()).toEqual(['DEVICE-0001 active']);
	});

	test('the time of IP addresses is another one', async () => {
		sandbox.state.settings.ipTimeoutMinutes = 5;
		await use('DEVICE-0001');
		clock.move({ minutes: 6 });
		expect(await statuses()).toEqual(['DEVICE-0001 active']);
		const { ipAddresses } = (await client.get(path('ip-address'))).data.data;
		expect(ipAddresses).toMatchObject([{ ip: '192.0.2.1', status: 'inactive' }]);
	});

	test('without a time of the team no device is inactive', async () => {
		await use('DEVICE-0001');
		clock.move({ minutes: 600_000 });
		expect(await statuses()).toEqual(['DEVICE-0001 active']);
	});

	test('forgotten goes before inactive', async () => {
		sandbox.state.settings.hwidTimeoutMinutes = 1;
		await use('DEVICE-0001');
		await forget('DEVICE-0001');
		clock.move({ minutes: 2 });
		expect(await statuses('?showForgotten=true')).toEqual(['DEVICE-0001 forgotten']);
		expect(await statuses()).toEqual([]);
	});
});

describe('lists', () => {
	test('are sorted by the time last seen unless another column is named', async () => {
		for (const device of ['DEVICE-0001', 'DEVICE-0002', 'DEVICE-0001']) {
			clock.move({ seconds: 1 });
			await use(device);
		}
		const names = async (query: string) => (await hwids(query)).map(({ hwid }) => hwid);
		expect(await names('')).toEqual(['DEVICE-0001', 'DEVICE-0002']);
		expect(await names('?sortColumn=hwid')).toEqual(['DEVICE-0001', 'DEVICE-0002']);
		expect(await names('?sortColumn=createdAt')).toEqual(['DEVICE-0002', 'DEVICE-0001']);
		expect(await names('?sortDirection=asc')).toEqual(['DEVICE-0002', 'DEVICE-0001']);
	});

	test('count without the forgotten ones, and cut pages', async () => {
		license.ipLimit = null;
		for (let device = 10; device < 22; device += 1) {
			clock.move({ seconds: 1 });
			await use(`DEVICE-00${device}`, `192.0.2.${device}`);
		}
		await forget('DEVICE-0021');
		const page = async (query: string) => (await client.get(path('hwid') + query)).data.data;
		const first = await page('?pageSize=10');
		expect(first).toMatchObject({ totalResults: 11, hasNextPage: true });
		expect(first.hwids.map(({ hwid }: Hwid) => hwid)).toContain('DEVICE-0020');
		const second = await page('?pageSize=10&page=2');
		expect(second).toMatchObject({ totalResults: 11, hasNextPage: false });
		expect(second.hwids).toMatchObject([{ hwid: 'DEVICE-0010' }]);
	});

	test('name the country of a stored code, and show an unknown code alone', async () => {
		await use('DEVICE-0001');
		const [address] = sandbox.state.ipAddresses.values();
		const country = async (code: string | null) => {
			address.countryAlpha3 = code;
			const [row] = (await client.get(path('ip-address'))).data.data.ipAddresses;
			return [row.country, row.alpha2, row.alpha3];
		};
		const kingdom = 'United Kingdom of Great Britain and Northern Ireland';
		expect(await country('GBR')).toEqual([kingdom, 'GB', 'GBR']);
		expect(await country('USA')).toEqual(['United States of America', 'US', 'USA']);
		expect(await country('CIV')).toEqual(["Côte d'Ivoire", 'CI', 'CIV']);
		expect(await country('QQQ')).toEqual([null, null, 'QQQ']);
		expect(await country(null)).toEqual([null, null, null]);
	});
});

describe('forgetting and remembering', () => {
	test('leave forgottenAt and lastSeenAt as they were; use clears both marks', async () => {
		await use('DEVICE-0001');
		const [row] = sandbox.state.hardwareIds.values();
		const seenAt = row.lastSeenAt;
		clock.move({ minutes: 1 });
		await forget('DEVICE-0001');
		expect(row).toMatchObject({ forgotten: true, forgottenAt: null, lastSeenAt: seenAt });
		expect(row.updatedAt).toEqual(clock.now());
		const forgottenAt = new Date('2030-01-01T00:00:00Z');
		row.forgottenAt = forgottenAt;
		await forget('DEVICE-0001', false);
		expect(row).toMatchObject({ forgotten: false, forgottenAt });
		await forget('DEVICE-0001');
		expect(await use('DEVICE-0001')).toBe('VALID');
		expect(row).toMatchObject({ forgotten: false, forgottenAt: null, lastSeenAt: clock.now() });
	});

	test('forgetting frees a place, remembering needs none', async () => {
		license.hwidLimit = 1;
		expect(await use('DEVICE-0001')).toBe('VALID');
		expect(await use('DEVICE-0002')).toBe('HWID_LIMIT_REACHED');
		await forget('DEVICE-0001');
		expect(await use('DEVICE-0002')).toBe('VALID');
		expect(await use('DEVICE-0001')).toBe('HWID_LIMIT_REACHED');
		await forget('DEVICE-0001', false);
		expect(await use('DEVICE-0001')).toBe('VALID');
		expect(await use('DEVICE-0002')).toBe('VALID');
		expect(await use('DEVICE-0003')).toBe('HWID_LIMIT_REACHED');
	});

	test('takes nothing but a boolean, and looks at the body before the device', async () => {
		const unknown = '11111111-1111-4111-8111-111111111111';
		const detailsOf = async (body: unknown) => {
			const response = await client.patch(`${path('ip-address')}/${unknown}`, body);
			return `${response.status} ${response.data.result.details}`;
		};
		const invalid = '400 Invalid forgotten value, must be boolean';
		for (const body of [{}, [], { forgotten: 'true' }, { forgotten: 1 }, { forgotten: null }])
			expect(await detailsOf(body)).toBe(invalid);
		expect(await detailsOf({ forgotten: true })).toBe('404 IP address not found');
	});
});
