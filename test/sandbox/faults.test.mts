import { clientOf, newLicense } from './client.mts';
import type { Client } from './client.mts';
import { startSandbox } from './server.mts';
import type { FaultKind, Sandbox } from './server.mts';

let sandbox: Sandbox;
let client: Client;

beforeEach(async () => {
	sandbox = await startSandbox();
	client = clientOf(sandbox);
});
afterEach(() => sandbox.close());

const create = (config = {}) => client.post('/licenses', newLicense(), config);
const failure = (promise: Promise<unknown>) =>
	promise.then(
		() => undefined,
		(error: { code?: string; message: string }) => error,
	);

describe('an answer instead of processing', () => {
	test('a status with details, headers and data', async () => {
		const headers = { 'Retry-After': '3' };
		sandbox.addFault({ kind: { status: 429, details: 'Slow down', headers, data: { a: 1 } } });
		const response = await create();
		expect(response.status).toBe(429);
		expect(response.headers['retry-after']).toBe('3');
		expect(response.data.data).toEqual({ a: 1 });
		expect(response.data.result).toMatchObject({ details: 'Slow down', valid: false });
		expect(sandbox.state.licenses.size).toBe(0);
		expect(sandbox.requests[0].status).toBe(429);
	});

	test('a page of HTML', async () => {
		sandbox.addFault({ kind: { status: 502, html: true, details: 'Bad gateway' } });
		const response = await create();
		expect(response.status).toBe(502);
		expect(response.headers['content-type']).toContain('text/html');
		expect(response.data).toContain('<h1>Bad gateway</h1>');
	});

	test('an empty body', async () => {
		sandbox.addFault({ kind: { status: 503, emptyBody: true } });
		const response = await create();
		expect(response.status).toBe(503);
		expect(response.data).toBe('');
		expect(response.headers['content-type']).toBeUndefined();
	});

	test('a redirect', async () => {
		sandbox.addFault({ kind: { redirect: 'https://elsewhere.example.com/' } });
		sandbox.addFault({ kind: { redirect: '/there', status: 301 } });
		const [first, second] = [await create(), await create()];
		expect(first.status).toBe(302);
		expect(first.headers.location).toBe('https://elsewhere.example.com/');
		expect(second.status).toBe(301);
		expect(sandbox.state.licenses.size).toBe(0);
	});
});

describe('a broken connection', () => {
	test.each<[FaultKind, number]>([
		['resetBefore', 0],
		['resetAfter', 1],
		['truncate', 1],
	])('%s leaves %i licenses', async (kind, licenses) => {
		sandbox.addFault({ kind });
		expect((await failure(create()))?.code).toMatch(/ECONNRESET|ERR_BAD_RESPONSE|ECONNABORTED/);
		expect(sandbox.state.licenses.size).toBe(licenses);
		expect(sandbox.requests[0].status).toBeUndefined();
		expect((await create()).status).toBe(200);
	});

	test('hang never answers, and stays in flight until the client goes', async () => {
		sandbox.addFault({ kind: 'hang' });
		expect((await failure(create({ timeout: 50 })))?.code).toBe('ECONNABORTED');
		expect(sandbox.state.licenses.size).toBe(0);
		expect(sandbox.maxInFlight).toBe(1);
		await create();
		expect(sandbox.inFlight).toBe(0);
	});
});

test('invalidJson is a complete answer of the right type that does not parse', async () => {
	sandbox.addFault({ kind: 'invalidJson' });
	const response = await create({ responseType: 'text', transformResponse: [] });
	expect(response.status).toBe(200);
	expect(response.headers['content-type']).toContain('application/json');
	expect(() => JSON.parse(response.data)).toThrow();
	expect(sandbox.state.licenses.size).toBe(1);
});

test('delayMs carries the request out late, even if nobody waits any more', async () => {
	sandbox.addFault({ kind: { delayMs: 60 }, times: 2 });
	const start = Date.now();
	expect((await create()).status).toBe(200);
	expect(Date.now() - start).toBeGreaterThanOrEqual(59);
	expect((await failure(create({ timeout: 20 })))?.code).toBe('ECONNABORTED');
	expect(sandbox.state.licenses.size).toBe(1);
	await new Promise((resolve) => setTimeout(resolve, 80));
	expect(sandbox.state.licenses.size).toBe(2);
});

describe('which requests meet a fault', () => {
	const statuses = async (...requests: Array<() => Promise<{ status: number }>>) => {
		const seen: number[] = [];
		for (const request of requests) seen.push((await request()).status);
		return seen;
	};
	const list = () => client.get('/licenses');
	const customers = () => client.get('/customers');

	test('one by default', async () => {
		sandbox.addFault({ kind: { status: 503 } });
		expect(await statuses(list, list)).toEqual([503, 200]);
		sandbox.addFault({ kind: { status: 503 }, times: 2 });
		expect(await statuses(list, list, list)).toEqual([503, 503, 200]);
	});

	test('those of the method and path', async () => {
		sandbox.addFault({ method: 'post', path: /licenses$/g, kind: { status: 503 } });
		expect(await statuses(list, customers, create, create)).toEqual([200, 200, 503, 200]);
	});

	test('those after some others', async () => {
		sandbox.addFault({ path: /licenses/, skip: 2, kind: { status: 503 } });
		expect(await statuses(list, customers, list, list, list)).toEqual([200, 200, 200, 503, 200]);
	});

	test('in the order the faults were added', async () => {
		sandbox.addFault({ kind: { status: 429 } });
		sandbox.addFault({ path: /customers/, kind: { status: 502 } });
		sandbox.addFault({ kind: { status: 503 } });
		expect(await statuses(list, list, customers, list)).toEqual([429, 503, 502, 200]);
	});
});
