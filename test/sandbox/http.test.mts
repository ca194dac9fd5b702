import axios from 'axios';

import { clientOf, newLicense } from './client.mts';
import type { Client } from './client.mts';
import { startSandbox } from './server.mts';
import type { RequestRecord, Sandbox } from './server.mts';

let sandbox: Sandbox;
let client: Client;

beforeEach(async () => {
	sandbox = await startSandbox();
	client = clientOf(sandbox);
});
afterEach(() => sandbox.close());

const refusal = (details: string) => ({
	data: null,
	result: { timestamp: expect.any(String), details, valid: false },
});

describe('authentication', () => {
	const withKey = (authorization?: string) => ({ headers: { Authorization: authorization } });

	test('takes the key as a bearer token', async () => {
		expect((await client.get('/licenses')).status).toBe(200);
	});

	test.each([
		['a missing key', () => undefined],
		['a wrong key', () => 'Bearer wrong'],
		['a key without scheme', () => sandbox.apiKey],
		["another team's key", () => `Bearer ${sandbox.otherTeam.apiKey}`],
	])('refuses %s', async (_name, authorization) => {
		const response = await client.get('/licenses', withKey(authorization()));
		expect(response.status).toBe(401);
		expect(response.data).toEqual(refusal('Invalid API key'));
	});

	test('refuses an unknown team and an upper-case team ID in the same way', async () => {
		const upper = await startSandbox({ teamId: 'abcdef00-0000-4000-8000-000000000000' });
		const base = `${upper.url}/api/v1/dev/teams`;
		const config = { ...withKey(`Bearer ${upper.apiKey}`), validateStatus: () => true };
		const unknown = '11111111-1111-4111-8111-111111111111';
		for (const teamId of [unknown, upper.teamId.toUpperCase()])
			expect((await axios.get(`${base}/${teamId}/licenses`, config)).status).toBe(401);
		expect((await axios.get(`${base}/${upper.teamId}/licenses`, config)).status).toBe(200);
		await upper.close();
	});

	test('looks at the IDs of the path first', async () => {
		const config = { ...withKey('Bearer wrong'), validateStatus: () => true };
		const teams = `${sandbox.url}/api/v1/dev/teams`;
		const detailsOf = async (url: string) => {
			const response = await axios.get(url, config);
			expect(response.status).toBe(400);
			return response.data.result.details;
		};
		expect(await detailsOf(`${teams}/nonsense/licenses`)).toBe('Invalid teamId');
		const team = `${teams}/${sandbox.teamId}`;
		expect(await detailsOf(`${team}/licenses/id/nonsense`)).toBe('Invalid licenseId');
		expect(await detailsOf(`${team}/licenses/nonsense`)).toBe('Invalid licenseKey');
		expect(await detailsOf(`${team}/customers/nonsense`)).toBe('Invalid customerId');
	});

	test('keeps teams apart', async () => {
		const license = sandbox.addLicense();
		const { teamId, apiKey } = sandbox.otherTeam;
		const other = clientOf({ url: sandbox.url, teamId, apiKey });
		expect((await other.get('/licenses')).data.data.licenses).toEqual([]);
		expect((await other.get(`/licenses/id/${license.id}`)).status).toBe(404);
	});
});

describe('routing', () => {
	test.each(['/', '/v1/dev/teams', '/api/v1/dev/unknown', '/auth'])(
		'sends the unknown path %s to the login page',
		async (path) => {
			const config = { maxRedirects: 0, validateStatus: () => true };
			const response = await axios.get(sandbox.url + path, config);
			expect(response.status).toBe(307);
			expect(response.headers.location).toBe('/auth/login');
		},
	);

	test('ends in about 70 kB of HTML when the redirect is followed', async () => {
		const response = await axios.post(`${sandbox.url}/v1/nothing`, {});
		expect(response.status).toBe(200);
		expect(response.headers['content-type']).toContain('text/html');
		expect(response.data.length).toBeGreaterThan(65_000);
		expect(response.data.length).toBeLessThan(75_000);
	});

	test.each([
		['/licenses/', '/licenses'],
		['/licenses/?page=2&x=%20', '/licenses?page=2&x=%20'],
		['/licenses//id?page=2', '/licenses/id?page=2'],
		['/licenses//', '/licenses/'],
	])('redirects from %s to %s', async (from, to) => {
		const base = `/api/v1/dev/teams/${sandbox.teamId}`;
		const response = await client.get(from);
		expect(response.status).toBe(308);
		expect(response.headers.location).toBe(base + to);
		expect(response.headers.refresh).toBe(`0;url=${base}${to}`);
		expect(response.headers['content-type']).toBeUndefined();
		expect(response.data).toBe(base + to);
	});

	test('fails for a parameter that is no encoded text', async () => {
		for (const path of ['/licenses/%ff', '/licenses/id/%', '/customers/%ZZ']) {
			const response = await client.get(path);
			expect(response.status).toBe(500);
			expect(response.headers['content-type']).toBe('text/plain');
			expect(response.data).toBe('Internal Server Error');
		}
	});

	test('answers HEAD as GET, without the body', async () => {
		const { id } = sandbox.addLicense();
		for (const [path, status] of Object.entries({
			'/licenses': 200,
			[`/licenses/id/${id}`]: 200,
			'/licenses/x': 400,
		})) {
			const response = await client.head(path);
			expect(response.status).toBe(status);
			expect(response.headers['content-type']).toBe('application/json');
			expect(response.data).toBe('');
		}
		expect((await client.head(`/licenses/id/${id}/hwid/${id}`)).status).toBe(405);
	});

	test.each([
		['/licenses', 'GET, HEAD, OPTIONS, POST'],
		['/customers/x', 'DELETE, GET, HEAD, OPTIONS, PUT'],
		['/releases/x', 'OPTIONS, PUT'],
	])('answers OPTIONS of %s without a key', async (path, allow) => {
		const response = await client.options(path, { headers: { authorization: '' } });
		expect(response.status).toBe(204);
		expect(response.headers.allow).toBe(allow);
	});

	test('tells that it is healthy', async () => {
		const response = await client.get(`${sandbox.url}/api/health`);
		expect(response.data).toEqual({
			status: 'healthy',
			checks: { api: 'ok', database: 'ok', redis: 'ok', timestamp: expect.any(String) },
		});
	});

	test('answers a wrong method with nothing but the status', async () => {
		const response = await client.put('/licenses', {});
		expect(response.status).toBe(405);
		expect(response.data).toBe('');
		expect(response.headers['content-type']).toBeUndefined();
	});
});

describe('bodies', () => {
	const json = {
		headers: { 'Content-Type': 'application/json' },
		transformRequest: (body: unknown) => body,
	};

	test.each(['', '{"expirationType":'])('refuses %p as JSON', async (body) => {
		for (const path of ['/licenses', '/customers']) {
			const response = await client.post(path, body, json);
			expect(response.status).toBe(400);
			expect(response.data).toEqual(refusal('Invalid JSON body'));
		}
	});

	test('fails on a NUL character', async () => {
		const metadata = [{ key: 'a', value: 'b\0c', locked: false }];
		const response = await client.post('/licenses', newLicense({ metadata }));
		expect(response.status).toBe(500);
		expect((await client.get('/customers?search=%00')).status).toBe(500);
		expect(sandbox.state.licenses.size).toBe(0);
	});

	test('come back in the envelope, without a code', async () => {
		const response = await client.get('/licenses');
		expect(response.data).toEqual({
			data: { licenses: [], hasNextPage: false, totalResults: 0 },
			result: { timestamp: expect.any(String), details: 'Licenses found', valid: true },
		});
	});
});

describe('what a test sees', () => {
	test('every request, in order of arrival', async () => {
		await client.get('/licenses?page=2&search=a%20b');
		await client.post('/licenses', { wrong: true });
		await client.post('/licenses', 'no JSON');
		expect(sandbox.requests).toHaveLength(3);
		expect(sandbox.requests[0]).toMatchObject({
			method: 'GET',
			path: `/api/v1/dev/teams/${sandbox.teamId}/licenses`,
			query: { page: '2', search: 'a b' },
			body: undefined,
			headers: { authorization: `Bearer ${sandbox.apiKey}` },
			status: 200,
		});
		expect(sandbox.requests[1]).toMatchObject({ body: { wrong: true }, status: 400 });
		expect(sandbox.requests[2]).toMatchObject({ body: 'no JSON', status: 400 });
		sandbox.clearRequests();
		expect(sandbox.requests).toEqual([]);
	});

	test('the requests in flight', async () => {
		sandbox.latencyMs = 200;
		const all = Promise.all(Array.from({ length: 5 }, () => client.get('/licenses')));
		while (sandbox.inFlight < 5) await sleep(1);
		await all;
		expect(sandbox.inFlight).toBe(0);
		expect(sandbox.maxInFlight).toBe(5);
		sandbox.clearRequests();
		expect(sandbox.maxInFlight).toBe(0);
	});

	test('a request before it is processed', async () => {
		const seen: RequestRecord[] = [];
		sandbox.onRequest = async (record) => {
			seen.push(record);
			await sleep(5);
			sandbox.addLicense();
		};
		const response = await client.get('/licenses');
		expect(response.data.data.totalResults).toBe(1);
		expect(seen).toEqual(sandbox.requests);
	});

	test('a mistake in its own hook', async () => {
		sandbox.onRequest = () => {
			throw new Error('mistake');
		};
		const response = await client.get('/licenses');
		expect(response.status).toBe(500);
		expect(response.data.result.details).toContain('mistake');
	});
});

test('can be closed while requests wait', async () => {
	sandbox.latencyMs = 60_000;
	const failure = client.get('/licenses').catch((error: unknown) => error);
	await sleep(20);
	await sandbox.close();
	expect(await failure).toBeInstanceOf(Error);
});

test('rejects a port in use', async () => {
	const port = Number(new URL(sandbox.url).port);
	await expect(startSandbox({ port })).rejects.toThrow('EADDRINUSE');
});

function sleep(ms: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, ms));
}
