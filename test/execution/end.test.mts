/** What is sent, waited for and reported once an item or a run has ended. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import {
	byId,
	credentialsOf,
	customers,
	metadata,
	numbered,
	readable,
	runLicense,
	startShop,
} from '../license/support.mts';
import type { Sandbox } from '../sandbox/types.mts';

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

describe('an item that has ended asks for no more pages', () => {
	beforeEach(() => {
		for (let n = 0; n < 10_000; n += 1) sandbox.addLicense();
		sandbox.latencyMs = 10;
	});

	const pages = () => sandbox.requests.filter(({ method }) => method === 'GET').length;

	test.each(['continueRegularOutput', 'continueErrorOutput', 'stopWorkflow'] as const)(
		'with "%s"',
		async (onError) => {
			sandbox.addFault({ skip: 5, kind: { status: 400, details: 'Nope' } });
			await runLicense(sandbox, 'getAll', { returnAll: true }, { onError });
			await pause(300);
			// The failed one, and what was in flight with it.
			expect(pages()).toBeLessThanOrEqual(25);
		},
	);

	test('while another item goes on', async () => {
		const [many, one] = [sandbox.addCustomer(), sandbox.addCustomer()];
		const [license, ...others] = sandbox.state.licenses.values();
		license.customerIds = [one.id];
		for (const other of others) other.customerIds = [many.id];
		sandbox.addFault({ skip: 5, kind: { status: 400, details: 'Nope' } });
		const { items } = await runLicense(
			sandbox,
			'getAll',
			{ returnAll: true, filters: { customers: customers('={{ $json.id }}') } },
			{ onError: 'continueRegularOutput', items: [{ id: many.id }, { id: one.id }] },
		);
		await pause(300);
		expect(items.map(({ json }) => json.error ?? json.id)).toEqual([
			'Lukittu refused the request: Nope',
			license.id,
		]);
		expect(pages()).toBeLessThanOrEqual(26);
	});
});

describe("'Timeout' ends an answer that trickles", () => {
	let proxy: Server;
	let credentials: ICredentialDataDecryptedObject;
	let requests = 0;

	/** Begins each answer at once and sends a byte every now and then, as a stuck proxy does. */
	beforeEach(async () => {
		requests = 0;
		proxy = createServer((request, response) => {
			requests += 1;
			request.resume();
			response.writeHead(200, { 'content-type': 'application/json' });
			const timer = setInterval(() => response.write(' '), 50);
			response.once('close', () => clearInterval(timer));
		});
		await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
		const { port } = proxy.address() as AddressInfo;
		credentials = { ...credentialsOf(sandbox), baseUrl: `http://127.0.0.1:${port}` };
	});

	afterEach(() => {
		proxy.closeAllConnections();
		proxy.close();
	});

	const slow = { requestOptions: { timeout: 500 }, options: { keepTryingFor: 0 } };

	test('of a Get', async () => {
		const license = byId('123e4567-e89b-42d3-a456-426614174000');
		const { error, durationMs } = await runLicense(
			sandbox,
			'get',
			{ license, ...slow },
			{ credentials },
		);
		expect(readable(error)).toMatch(/^Could not get an answer from .*: the answer took too long/);
		expect(durationMs).toBeLessThan(2500);
	});

	test('of a create, of which it is not known then whether it worked', async () => {
		const { error, durationMs } = await runLicense(sandbox, 'create', slow, { credentials });
		expect(readable(error)).toMatch(/took too long[^]*not known whether the new license/);
		expect(durationMs).toBeLessThan(2500);
		expect(requests).toBe(1);
	});

	test('of a page of a list, where the node is set to continue', async () => {
		const { items, durationMs } = await runLicense(
			sandbox,
			'getAll',
			{ returnAll: true, ...slow },
			{ credentials, onError: 'continueRegularOutput' },
		);
		expect(items[0].json.error).toMatch(/the answer took too long/);
		expect(durationMs).toBeLessThan(2500);
	});

	test('and a slow answer within its time is read', async () => {
		const { id } = sandbox.addLicense();
		sandbox.addFault({ kind: { delayMs: 300 } });
		const { error } = await runLicense(sandbox, 'get', { license: byId(id), ...slow });
		expect(readable(error).trim()).toBe('');
	});
});

describe('the report of many items is readable', () => {
	const create = async (count: number, parameters: object = {}) =>
		await runLicense(
			sandbox,
			'create',
			{
				additionalFields: { metadata: metadata({ key: 'n', value: '={{ $json.n }}' }) },
				...parameters,
			},
			{ items: numbered(count) },
		);

	test('where the last of 2,000 items fails', async () => {
		sandbox.addFault({ method: 'POST', skip: 1999, kind: { status: 400, details: 'Nope' } });
		const { error } = await create(2000);
		const text = readable(error);
		expect(text.length).toBeLessThan(1500);
		const [first] = sandbox.state.licenses.values();
		const last = [...sandbox.state.licenses.values()].at(-1);
		expect(text).toContain('1999 of 2000 items had been carried out');
		expect(text).toContain(`item 0: ${first.id}`);
		expect(text).toContain(`item 1998: ${last?.id} (1999 in all)`);
	}, 60_000);

	test('where no answer came for 50 items at once', async () => {
		sandbox.latencyMs = 200;
		sandbox.addFault({ method: 'POST', kind: 'resetAfter', times: 50 });
		const { error } = await create(50, { options: { mostRequestsAtOnce: 50 } });
		const text = readable(error);
		expect(text).toMatch(
			/no answer came: item 0, item 1, .*, …, .*item 49 \(50 in all\)\. Look them up/,
		);
		expect(text.length).toBeLessThan(1000);
	});

	test('where a few items were carried out, all are named', async () => {
		sandbox.addFault({ method: 'POST', skip: 12, kind: { status: 400, details: 'Nope' } });
		const { error } = await create(13);
		for (const { id } of sandbox.state.licenses.values()) expect(readable(error)).toContain(id);
	});
});
