import { clientOf, newCustomer, newLicense } from './client.mts';
import type { Client } from './client.mts';
import { startSandbox } from './server.mts';
import type { FaultKind, Sandbox, StatusFault } from './server.mts';

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

describe('commitAfterMs commits late', () => {
	const later = (answer: 'hang' | 'resetBefore' | StatusFault, commitAfterMs = 60) =>
		sandbox.addFault({ kind: { commitAfterMs, answer } });

	test.each([504, 502])('what was answered with %i', async (status) => {
		later({ status, html: true });
		expect((await create()).status).toBe(status);
		expect(sandbox.state.licenses.size).toBe(0);
		await sandbox.commitsEnded();
		expect(sandbox.state.licenses.size).toBe(1);
		expect(sandbox.requests).toMatchObject([{ status, lateStatus: 200 }]);
	});

	test('what was never answered', async () => {
		later('hang', 400);
		expect((await failure(create({ timeout: 200 })))?.code).toBe('ECONNABORTED');
		expect(sandbox.state.licenses.size).toBe(0);
		await sandbox.commitsEnded();
		expect(sandbox.state.licenses.size).toBe(1);
		expect(sandbox.requests[0].status).toBeUndefined();
	});

	test('what was cut off', async () => {
		later('resetBefore');
		expect((await failure(create()))?.code).toBe('ECONNRESET');
		expect(sandbox.state.licenses.size).toBe(0);
		await sandbox.commitsEnded();
		expect(sandbox.state.licenses.size).toBe(1);
	});

	test('after requests that came later: an old update wins over a newer one', async () => {
		const { id, licenseKey } = sandbox.addLicense();
		const { sendEmailDelivery, ...fields } = newLicense({ licenseKey });
		const update = (ipLimit: number) => client.put(`/licenses/id/${id}`, { ...fields, ipLimit });
		later({ status: 504 });
		expect((await update(1)).status).toBe(504);
		expect((await update(2)).status).toBe(200);
		await sandbox.commitsEnded();
		expect(sandbox.state.licenses.get(id)?.ipLimit).toBe(1);
	});

	test('with what the server finds by then', async () => {
		const { id } = sandbox.addLicense();
		const remove = () => client.delete(`/licenses/id/${id}`);
		later({ status: 504 });
		expect([(await remove()).status, (await remove()).status]).toEqual([504, 200]);
		await sandbox.commitsEnded();
		expect(sandbox.requests).toMatchObject([{ status: 504, lateStatus: 404 }, { status: 200 }]);
	});

	test('but not after a reset or the end', async () => {
		later({ status: 504 }, 50);
		await create();
		await sandbox.reset();
		await new Promise((resolve) => setTimeout(resolve, 80));
		expect(sandbox.state.licenses.size).toBe(0);
		later({ status: 504 }, 60_000);
		await create();
		const startedAt = Date.now();
		await sandbox.close();
		expect(Date.now() - startedAt).toBeLessThan(1_000);
		expect(sandbox.state.licenses.size).toBe(0);
	});
});

describe('trickleMs', () => {
	test('sends the whole answer, in pieces over that time', async () => {
		sandbox.addFault({ kind: { trickleMs: 200 } });
		const startedAt = Date.now();
		const pieces: number[] = [];
		const response = await create({ responseType: 'stream' });
		const headersAfter = Date.now() - startedAt;
		const chunks: Buffer[] = [];
		for await (const chunk of response.data as AsyncIterable<Buffer>) {
			chunks.push(chunk);
			pieces.push(Date.now() - startedAt);
		}
		expect(headersAfter).toBeLessThan(150);
		expect(pieces.length).toBeGreaterThan(10);
		expect(pieces.at(-1)).toBeGreaterThanOrEqual(199);
		const { data } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
		expect([...sandbox.state.licenses.keys()]).toEqual([data.id]);
	});

	test('is carried out, even if the client does not wait for the end', async () => {
		sandbox.addFault({ kind: { trickleMs: 300 } });
		const stopped = create({ signal: AbortSignal.timeout(100) });
		expect((await failure(stopped))?.code).toBe('ERR_CANCELED');
		expect(sandbox.state.licenses.size).toBe(1);
		expect((await create()).status).toBe(200);
	});

	test('of an empty answer sends nothing but the headers', async () => {
		sandbox.addFault({ kind: { trickleMs: 40 } });
		const response = await client.options('/licenses');
		expect([response.status, response.data]).toEqual([204, '']);
	});
});

describe('the database', () => {
	test('that stalls lets no license be created', async () => {
		sandbox.addFault({ kind: 'databaseStall' });
		const response = await create();
		expect(response.status).toBe(500);
		expect(response.data).toMatchObject({
			data: null,
			result: { details: 'Error processing license creation', valid: false },
		});
		expect(sandbox.state.licenses.size).toBe(0);
		expect((await create()).status).toBe(200);
	});

	test('that stalls changes nothing else either', async () => {
		const { id } = sandbox.addLicense();
		sandbox.addFault({ kind: 'databaseStall', times: 2 });
		const responses = [
			await client.delete(`/licenses/id/${id}`),
			await client.post('/customers', newCustomer()),
		];
		expect(responses.map(({ status, data }) => [status, data.result.details])).toEqual([
			[500, 'Internal server error'],
			[500, 'Internal server error'],
		]);
		expect([sandbox.state.licenses.size, sandbox.state.customers.size]).toEqual([1, 0]);
	});

	test('that is away makes the key look wrong', async () => {
		sandbox.addFault({ kind: 'databaseAway', times: 2 });
		for (const response of [await create(), await client.get('/licenses')])
			expect([response.status, response.data.result.details]).toEqual([401, 'Invalid API key']);
		expect(sandbox.state.licenses.size).toBe(0);
		expect((await client.get('/licenses')).status).toBe(200);
	});
});

describe('an outage', () => {
	test('refuses connections, then goes on at the same address with the same data', async () => {
		const { url } = sandbox;
		await create();
		const back = sandbox.goAway(100);
		// The client may still hold the connection that was cut.
		expect((await failure(create()))?.code).toMatch(/ECONNRESET|ECONNREFUSED/);
		expect((await failure(client.get('/licenses')))?.code).toBe('ECONNREFUSED');
		await back;
		expect(sandbox.url).toBe(url);
		const { data } = await client.get('/licenses');
		expect(data.data.licenses).toHaveLength(1);
	});

	test('cuts what is under way, which is carried out all the same', async () => {
		sandbox.latencyMs = 60;
		const cut = failure(create());
		while (sandbox.inFlight === 0) await new Promise((resolve) => setTimeout(resolve, 5));
		await sandbox.goAway(100);
		expect((await cut)?.code).toBe('ECONNRESET');
		expect(sandbox.state.licenses.size).toBe(1);
		expect(sandbox.requests[0].status).toBeUndefined();
	});

	test('can come again, but not twice at once', async () => {
		for (let count = 0; count < 3; count += 1) {
			await sandbox.goAway(5);
			expect((await create()).status).toBe(200);
		}
		const back = sandbox.goAway(20);
		await expect(sandbox.goAway(20)).rejects.toThrow('away already');
		await back;
		expect((await create()).status).toBe(200);
	});

	test('ends with the sandbox', async () => {
		const back = sandbox.goAway(60_000);
		await sandbox.close();
		await back;
		expect((await failure(create()))?.code).toBe('ECONNREFUSED');
	});
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
