import { constants, publicEncrypt, randomBytes, randomUUID, verify } from 'node:crypto';

import { clientApiOf, TestClock } from './client-api.mts';
import type { ClientApi, ClientRequest } from './client-api.mts';
import { startSandbox } from './server.mts';
import type { LicenseRow, ProductRow, Sandbox } from './server.mts';
import { insertRelease } from './team.mts';
import { teamKeyPair } from './team-keys.mts';

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

/** The code of a verification. */
async function code(changes: object = {}, request?: ClientRequest): Promise<string> {
	const body = { licenseKey: license.licenseKey, ...changes };
	return (await api.verify(body, request)).data.result.code;
}

const device = (name: string) => ({ hardwareIdentifier: `DEVICE-${name}` });
const hwids = () => [...sandbox.state.hardwareIds.values()].map(({ hwid }) => hwid);
const ips = () => [...sandbox.state.ipAddresses.values()].map(({ ip }) => ip);

describe('challenge', () => {
	const challenge = 'ümläut-challenge-🔑';

	test('is signed with the team’s key, in the same way each time', async () => {
		const body = { licenseKey: license.licenseKey, challenge };
		const { challengeResponse } = (await api.verify(body)).data.result;
		const again = await api.heartbeat({ ...body, ...device('0001') });
		expect(again.data.result.challengeResponse).toBe(challengeResponse);
		expect(challengeResponse).toMatch(/^[0-9a-f]{512}$/);
		const signature = Buffer.from(challengeResponse, 'hex');
		const isFrom = async (team = sandbox.state) => {
			const { publicKey } = await teamKeyPair(team);
			return verify('sha256', Buffer.from(challenge, 'utf8'), publicKey, signature);
		};
		expect(await isFrom()).toBe(true);
		expect(await isFrom(sandbox.otherTeam)).toBe(false);
	});

	test('is not signed on a refusal', async () => {
		license.suspended = true;
		const { result } = (await api.verify({ licenseKey: license.licenseKey, challenge })).data;
		expect(result).not.toHaveProperty('challengeResponse');
		expect(result.code).toBe('LICENSE_SUSPENDED');
	});
});

describe('body', () => {
	const detailsOf = async (changes: object, kind: 'verify' | 'heartbeat' = 'verify') => {
		const response = await api[kind]({ licenseKey: license.licenseKey, ...changes });
		return response.data.result.details;
	};

	test('tells only the first finding, in an order of its own for heartbeat', async () => {
		const wrong = { branch: '!', version: 1, customerId: 'x', unknown: 1 };
		expect(await detailsOf(wrong)).toBe('Customer UUID must be a valid UUID');
		expect(await detailsOf(wrong, 'heartbeat')).toBe('Hardware identifier must be a string');
		expect(await detailsOf({ unknown: 1, version: 'ab' })).toBe(
			'Version must be at least 3 characters',
		);
		expect(await detailsOf({ licenseKey: 5, ...wrong })).toBe('License key must be a string');
	});

	test('takes a branch of 3 characters and more, blanks among them', async () => {
		const rule = 'Branch name must contain only letters, numbers, dashes, and underscores';
		expect(await detailsOf({ branch: 'a' })).toBe('Branch name must be at least 2 characters');
		expect(await detailsOf({ branch: 'ab' })).toBe(rule);
		expect(await detailsOf({ branch: 'ä-branch' })).toBe(rule);
		expect(await detailsOf({ branch: 'long term' })).toBe('License is valid');
	});

	test('takes the old name of the hardware identifier where the new one is empty', async () => {
		await detailsOf({ deviceIdentifier: 'OLD-NAME-0001' });
		await detailsOf({ hardwareIdentifier: '', deviceIdentifier: 'OLD-NAME-0002' }, 'heartbeat');
		await detailsOf({ ...device('0003'), deviceIdentifier: 5 });
		expect(await detailsOf({ hardwareIdentifier: null })).toBe('License is valid');
		expect(await detailsOf({ deviceIdentifier: null })).toBe(
			'Hardware identifier must be a string',
		);
		expect(hwids()).toEqual(['OLD-NAME-0001', 'OLD-NAME-0002', 'DEVICE-0003']);
	});

	test('fails on what cannot be stored, and stores nothing of it', async () => {
		for (const hardwareIdentifier of ['DEVICE-\0-0001', 'DEVICE-\ud83d-0001']) {
			const body = { licenseKey: license.licenseKey, hardwareIdentifier };
			const response = await api.heartbeat(body);
			expect(response.status).toBe(500);
			expect(response.data.result.code).toBe('INTERNAL_SERVER_ERROR');
		}
		expect([hwids(), ips(), sandbox.state.requestLog]).toEqual([[], [], []]);
	});
});

describe('rate limit', () => {
	const codes = async (count: number, request?: ClientRequest) => {
		const answers: string[] = [];
		for (let sent = 0; sent < count; sent += 1) answers.push(await code({}, request));
		return [...new Set(answers)];
	};

	test('allows 30 requests, and again 60 seconds after the first one', async () => {
		expect(await codes(1)).toEqual(['VALID']);
		clock.move({ seconds: 50 });
		expect(await codes(29)).toEqual(['VALID']);
		clock.move({ seconds: 9, milliseconds: 999 });
		expect(await codes(5)).toEqual(['RATE_LIMIT']);
		clock.move({ milliseconds: 1 });
		expect(await codes(30)).toEqual(['VALID']);
		expect(await codes(1)).toEqual(['RATE_LIMIT']);
	});

	test('counts each address, and heartbeats, on their own', async () => {
		expect(await codes(31)).toEqual(['VALID', 'RATE_LIMIT']);
		const request = { address: '192.0.2.2, 192.0.2.1' };
		expect(await codes(1, request)).toEqual(['VALID']);
		const body = { licenseKey: license.licenseKey, ...device('0001') };
		expect((await api.heartbeat(body)).status).toBe(200);
	});

	test('says nothing of when it ends, and leaves no trace', async () => {
		await codes(30);
		clock.move({ seconds: 1 });
		const logged = sandbox.state.requestLog.length;
		const { status, headers, data } = await api.verify({ licenseKey: license.licenseKey });
		expect([status, data.data]).toEqual([429, null]);
		expect(Object.keys(headers).filter((name) => /retry|rate/i.test(name))).toEqual([]);
		expect(sandbox.state.requestLog).toHaveLength(logged);
	});
});

/** Everything is wrong with it; what is told first is set right, one thing after the other. */
test('refusals come in the server’s order', async () => {
	const team = sandbox.state;
	const product = sandbox.addProduct();
	const customer = sandbox.addCustomer();
	const address = '192.0.2.66';
	const body: Record<string, unknown> = {
		productId: product.id,
		branch: 'beta',
		version: '9.9.9',
		customerId: randomUUID(),
		...device('BANNED'),
	};
	const request: ClientRequest = {
		address,
		headers: { 'cf-ipcountry': 'se', 'cf-iplongitude': '18', 'cf-iplatitude': '59' },
	};
	team.blacklist = [
		{ type: 'IP_ADDRESS', value: address },
		{ type: 'COUNTRY', value: 'SWE' },
		{ type: 'HARDWARE_IDENTIFIER', value: 'DEVICE-BANNED' },
	];
	license = sandbox.addLicense({
		productIds: [product.id],
		customerIds: [customer.id],
		ipLimit: 1,
		hwidLimit: 1,
	});
	expect(await code({}, { address: '192.0.2.1' })).toBe('VALID');
	expect(await code(device('0001'), { address: '192.0.2.1' })).toBe('VALID');
	Object.assign(license, {
		suspended: true,
		expirationType: 'DATE',
		expirationDate: new Date(clock.now().getTime() - 1),
	});
	const branch = { id: randomUUID(), name: 'beta', productId: product.id };
	const times = { createdAt: clock.now(), updatedAt: clock.now() };
	const release = { productId: product.id, branchId: branch.id, version: '1.0.0' };
	const { licenseKey } = license;

	const steps: Array<[string, () => unknown]> = [
		['RELEASE_NOT_FOUND', () => team.branches.set(branch.id, { ...branch, ...times })],
		['RELEASE_NOT_FOUND', () => insertRelease(team, release, clock.now())],
		['IP_BLACKLISTED', () => team.blacklist.shift()],
		['COUNTRY_BLACKLISTED', () => team.blacklist.shift()],
		['HARDWARE_IDENTIFIER_BLACKLISTED', () => team.blacklist.shift()],
		['CUSTOMER_NOT_FOUND', () => (body.customerId = customer.id)],
		['RELEASE_NOT_FOUND', () => (body.version = '1.0.0')],
		['LICENSE_SUSPENDED', () => (license.suspended = false)],
		['LICENSE_EXPIRED', () => (license.expirationType = 'NEVER')],
		['IP_LIMIT_REACHED', () => (license.ipLimit = 2)],
		['HWID_LIMIT_REACHED', () => (license.hwidLimit = 2)],
		['VALID', () => undefined],
	];
	for (const [expected, setRight] of steps) {
		expect(await code({ ...body, licenseKey }, request)).toBe(expected);
		setRight();
	}
	expect(hwids()).toEqual(['DEVICE-0001', 'DEVICE-BANNED']);
});

describe('strict modes', () => {
	test('ask only for what the license has', async () => {
		const { settings } = sandbox.state;
		Object.assign(settings, { strictCustomers: true, strictProducts: true, strictReleases: true });
		expect(await code()).toBe('VALID');
		const product = sandbox.addProduct();
		license.productIds = [product.id];
		expect(await code()).toBe('PRODUCT_NOT_FOUND');
		expect(await code({ productId: product.id })).toBe('VALID');
		const fields = { productId: product.id, status: 'DRAFT' } as const;
		const release = insertRelease(sandbox.state, fields, clock.now());
		expect(await code({ productId: product.id })).toBe('VALID');
		release.status = 'PUBLISHED';
		expect(await code({ productId: product.id })).toBe('RELEASE_NOT_FOUND');
		expect(await code({ productId: product.id, version: release.version })).toBe('VALID');
	});
});

describe('what a request changes', () => {
	test('first use starts the days of a DURATION license, once', async () => {
		Object.assign(license, {
			expirationType: 'DURATION',
			expirationStart: 'ACTIVATION',
			expirationDays: 2,
		});
		const usedAt = clock.now();
		expect(await code()).toBe('VALID');
		const expiry = new Date(usedAt.getTime() + 2 * 86_400_000);
		expect(license).toMatchObject({ expirationDate: expiry, updatedAt: usedAt });
		clock.move({ minutes: 2 * 24 * 60 });
		expect(await code()).toBe('VALID');
		clock.move({ milliseconds: 1 });
		expect(await code()).toBe('LICENSE_EXPIRED');
		expect(license.expirationDate).toEqual(expiry);
	});

	test('lastActiveAt and updatedAt move after three minutes, on refusals too', async () => {
		license.suspended = true;
		const first = clock.now();
		await code();
		expect(license).toMatchObject({ lastActiveAt: first, updatedAt: first });
		clock.move({ minutes: 3 });
		await code();
		expect(license.lastActiveAt).toEqual(first);
		clock.move({ milliseconds: 1 });
		await code();
		expect(license).toMatchObject({ lastActiveAt: clock.now(), updatedAt: clock.now() });
	});

	test('a branch that is refused leaves the license alone, and counts without it', async () => {
		const { id: productId } = sandbox.addProduct();
		license.productIds = [productId];
		const before = { ...license };
		clock.move({ minutes: 60 });
		expect(await code({ productId, branch: 'nightly' })).toBe('RELEASE_NOT_FOUND');
		expect(license).toEqual(before);
		expect(sandbox.state.requestLog).toMatchObject([{ licenseId: null, successful: false }]);
	});

	test('a device over a limit leaves neither its address nor its identifier', async () => {
		license.hwidLimit = 1;
		await code(device('0001'));
		expect(await code(device('0002'), { address: '192.0.2.2' })).toBe('HWID_LIMIT_REACHED');
		expect([hwids(), ips()]).toEqual([['DEVICE-0001'], ['192.0.2.1']]);
	});

	test('a device that timed out gives its place away, and needs one to come back', async () => {
		Object.assign(sandbox.state.settings, { hwidTimeoutMinutes: 60 });
		license.hwidLimit = 1;
		await code(device('0001'));
		clock.move({ minutes: 60 });
		expect(await code(device('0002'))).toBe('HWID_LIMIT_REACHED');
		clock.move({ milliseconds: 1 });
		expect(await code(device('0002'))).toBe('VALID');
		expect(await code(device('0001'))).toBe('HWID_LIMIT_REACHED');
	});

	test('the version that was sent, or else the latest, was seen', async () => {
		const product: ProductRow = sandbox.addProduct();
		license.productIds = [product.id];
		const add = (version: string, latest: boolean) =>
			insertRelease(sandbox.state, { productId: product.id, version, latest }, clock.now());
		const [old, latest] = [add('1.0.0', false), add('2.0.0', true)];
		await code();
		expect([old.lastSeenAt, latest.lastSeenAt]).toEqual([null, null]);
		await code({ productId: product.id, version: '1.0.0' });
		expect([old.lastSeenAt, latest.lastSeenAt]).toEqual([clock.now(), null]);
		clock.move({ seconds: 1 });
		await code({ productId: product.id });
		expect(latest.lastSeenAt).toEqual(clock.now());
	});

	test('new devices at the same moment all get the last place', async () => {
		license.hwidLimit = 1;
		let arrived = 0;
		let start: () => void = () => undefined;
		const all = new Promise<void>((resolve) => (start = resolve));
		sandbox.onRequest = () => {
			arrived += 1;
			if (arrived === 8) start();
			return all;
		};
		const names = Array.from({ length: 8 }, (_, index) => device(`000${index}`));
		const codes = await Promise.all(names.map((name) => code(name)));
		expect(new Set(codes)).toEqual(new Set(['VALID']));
		expect(hwids()).toHaveLength(8);
		expect(await code(device('0009'))).toBe('HWID_LIMIT_REACHED');
	});
});

describe('returned fields', () => {
	const everything = {
		license: ['ipLimit', 'hwidLimit', 'expirationDate', 'expirationDays'],
		licenseMetadataKeys: ['order'],
		customer: ['email', 'username'],
		customerMetadataKeys: ['tier'],
		product: ['name', 'latestRelease'],
		productMetadataKeys: [],
	};
	const data = async () => (await api.verify({ licenseKey: license.licenseKey })).data.data;

	test('are those that the team chose and that have a value', async () => {
		sandbox.state.returnedFields = everything;
		const product = sandbox.addProduct({ name: 'App', metadata: [entry('sku', 'A')] });
		const customer = sandbox.addCustomer({ email: 'a@example.com', metadata: [entry('x', '1')] });
		license = sandbox.addLicense({
			hwidLimit: 3,
			metadata: [entry('order', '7'), entry('secret', 's')],
			productIds: [product.id],
			customerIds: [customer.id],
		});
		expect(await data()).toEqual({
			license: {
				ipLimit: null,
				hwidLimit: 3,
				seats: 3,
				metadata: [{ key: 'order', value: '7' }],
			},
			customers: [{ email: 'a@example.com', metadata: [] }],
			products: [{ name: 'App' }],
		});
	});

	test('are null where nothing is left of them, and on a refusal', async () => {
		sandbox.state.returnedFields = { ...everything, license: ['expirationDate'] };
		expect(await data()).toBeNull();
		sandbox.state.returnedFields = everything;
		expect(await data()).toEqual({ license: { ipLimit: null, hwidLimit: null, seats: null } });
		license.suspended = true;
		expect(await data()).toBeNull();
	});

	const entry = (key: string, value: string) => ({ key, value, locked: false });
});

describe('class loader', () => {
	const query = (sessionKey: string) => ({
		licenseKey: license.licenseKey,
		productId: randomUUID(),
		sessionKey,
		...device('0001'),
	});
	const outcome = async (sessionKey: string) =>
		(await api.classloader(query(sessionKey))).data.result.code;

	test('takes a session key once in 15 minutes', async () => {
		const { publicKey } = await teamKeyPair(sandbox.state);
		const options = { key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
		const secret = randomBytes(32);
		const sessionKey = () => publicEncrypt(options, secret).toString('hex');
		expect(await outcome('0'.repeat(512))).toBe('INVALID_SESSION_KEY');
		expect(await outcome(sessionKey())).toBe('NOT_IMPLEMENTED');
		clock.move({ minutes: 14, seconds: 59 });
		expect(await outcome(sessionKey())).toBe('RATE_LIMIT');
		clock.move({ seconds: 1 });
		expect(await outcome(sessionKey())).toBe('NOT_IMPLEMENTED');
	});

	test('needs the paid plan', async () => {
		sandbox.state.fileUploads = false;
		expect(await outcome('abcdefghijkl')).toBe('FORBIDDEN');
	});
});
