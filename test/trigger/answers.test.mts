import { gzipSync } from 'node:zlib';
import type { IDataObject, INodeTypeDescription } from 'n8n-workflow';

import { loadPackage } from '../engine/index.mts';
import { CredentialTestContext } from '../engine/n8n.mts';
import { TRIGGER_NODE, type RunningTrigger } from '../engine/webhook.mts';
import { licenseView } from '../sandbox/license-view.mts';
import { startSandbox, type LicenseSeed, type Sandbox } from '../sandbox/server.mts';
import { delivery, listen, post, SECRET, started } from './support.mts';

const DAY_MS = 24 * 60 * 60 * 1000;
const EVENTS = ['CUSTOMER', 'LICENSE', 'PRODUCT', 'RELEASE'].flatMap((entity) =>
	['CREATED', 'DELETED', 'UPDATED'].map((change) => `${entity}_${change}`),
);

let trigger: RunningTrigger;
let sandbox: Sandbox;

beforeEach(async () => {
	sandbox = await startSandbox();
});

afterEach(async () => {
	await trigger.close();
	await sandbox.close();
});

/** Sends an event and tells the answer's status and message. */
async function send(...parameters: Parameters<typeof delivery>): Promise<[number, string]> {
	const { status, body } = await post(trigger.url, delivery(...parameters));
	return [status, (JSON.parse(body) as { message: string }).message];
}

/** A license as Lukittu sends it. */
const license = (fields: LicenseSeed = {}): IDataObject =>
	JSON.parse(JSON.stringify(licenseView(sandbox.addLicense(fields), sandbox.state))) as IDataObject;

const STARTED = [200, 'Workflow was started'];

describe('events', () => {
	test.each(EVENTS)('%s starts the workflow that chose it, and no other', async (event) => {
		trigger = await listen({}, {}, [event]);
		for (const name of EVENTS) {
			const expected = name === event ? STARTED : [200, 'This event is not chosen in the workflow'];
			expect(await send(name, { id: name })).toEqual(expected);
		}
		expect(started(trigger)).toMatchObject([{ event, data: { id: event } }]);
	});

	test('Any Event lets all of them start it, also one that is new in Lukittu', async () => {
		trigger = await listen();
		const all = [...EVENTS, 'SUBSCRIPTION_PAUSED'];
		for (const event of all) await send(event, { id: '1' });

		expect(started(trigger).map(({ event }) => event)).toEqual(all);
	});

	test('the workflow runs to its end with the event', async () => {
		trigger = await listen();
		await send('PRODUCT_CREATED', { id: '1', name: 'Orbit Editor' });

		const run = await trigger.executions[0].run;
		const [after] = run?.data.resultData.runData.After ?? [];
		expect(run?.status).toBe('success');
		expect(after.data?.main[0]?.[0].json).toMatchObject({
			event: 'PRODUCT_CREATED',
			data: { id: '1', name: 'Orbit Editor' },
		});
	});

	test('an event in the editor starts a test run, also one that came before', async () => {
		trigger = await listen();
		const event = delivery('PRODUCT_CREATED', { id: '1' });
		for (let time = 0; time < 2; time += 1) await post(trigger.testUrl, event);

		expect(trigger.executions.map(({ mode }) => mode)).toEqual(['manual', 'manual']);
		expect(trigger.store.read()).toBe('{}');
	});
});

describe('output', () => {
	test.each<[string, LicenseSeed, string, number | null]>([
		['never expires', { lastActiveAt: new Date() }, 'ACTIVE', null],
		[
			'expires in ten days',
			{ expirationType: 'DATE', expirationDate: new Date(Date.now() + 10.5 * DAY_MS) },
			'EXPIRING',
			10,
		],
		[
			'has expired',
			{ expirationType: 'DATE', expirationDate: new Date(Date.now() - 1.5 * DAY_MS) },
			'EXPIRED',
			-2,
		],
		['is suspended', { suspended: true }, 'SUSPENDED', null],
	])('a license that %s has its status as in Get Many', async (_, fields, status, days) => {
		trigger = await listen();
		const entity = license(fields);
		const timestamp = Date.now();
		await send('LICENSE_UPDATED', entity, { timestamp });

		expect(started(trigger)).toEqual([
			{
				event: 'LICENSE_UPDATED',
				timestamp: new Date(timestamp).toISOString(),
				data: { ...entity, status, daysUntilExpiry: days },
			},
		]);
	});

	test('what does not tell its expiry gets no status', async () => {
		trigger = await listen();
		await send('LICENSE_DELETED', { id: '1' });
		await send('RELEASE_UPDATED', { id: '1', status: 'DRAFT' });

		expect(started(trigger).map(({ data }) => data)).toEqual([
			{ id: '1' },
			{ id: '1', status: 'DRAFT' },
		]);
	});
});

describe('filters', () => {
	const ONE = 'd3300000-1000-4000-8000-000000000001';
	const OTHER = 'd3300000-1000-4000-8000-000000000002';
	const KEY = 'ABCD1-EFGH2-IJKL3-MNOP4-QRST5';
	const products = (...ids: string[]) => ({ id: OTHER, products: ids.map((id) => ({ id })) });
	const byProduct = { productIds: [ONE] };
	const byLicense = { licenses: [ONE, ` ${KEY.toLowerCase()} `] };

	test.each<[string, IDataObject, string, IDataObject, boolean]>([
		['license for the product', byProduct, 'LICENSE_CREATED', products(OTHER, ONE), true],
		['license for another', byProduct, 'LICENSE_CREATED', products(OTHER), false],
		['license for none', byProduct, 'LICENSE_CREATED', products(), false],
		['license that does not tell', byProduct, 'LICENSE_CREATED', { id: OTHER }, true],
		['product itself', byProduct, 'PRODUCT_UPDATED', { id: ONE }, true],
		['other product', byProduct, 'PRODUCT_UPDATED', { id: OTHER }, false],
		['release of the product', byProduct, 'RELEASE_CREATED', { id: OTHER, productId: ONE }, true],
		['release with its product', byProduct, 'RELEASE_CREATED', { product: { id: ONE } }, true],
		['release of another', byProduct, 'RELEASE_CREATED', { id: ONE, productId: OTHER }, false],
		['release that does not tell', byProduct, 'RELEASE_CREATED', { id: OTHER }, true],
		['customer', byProduct, 'CUSTOMER_CREATED', { id: OTHER }, true],
		['license by its ID', byLicense, 'LICENSE_DELETED', { id: ONE, licenseKey: 'X' }, true],
		['license by its key', byLicense, 'LICENSE_DELETED', { id: OTHER, licenseKey: KEY }, true],
		['other license', byLicense, 'LICENSE_DELETED', { id: OTHER, licenseKey: 'X' }, false],
		['product, by license', byLicense, 'PRODUCT_UPDATED', { id: OTHER }, true],
		[
			'several IDs in a text',
			{ productIds: `${OTHER},${ONE}` },
			'PRODUCT_UPDATED',
			{ id: ONE },
			true,
		],
		['a filter without IDs', { productIds: [] }, 'PRODUCT_UPDATED', { id: ONE }, true],
	])('%s', async (_, options, event, entity, passes) => {
		trigger = await listen(options);
		const [status, message] = await send(event, entity);

		expect(status).toBe(200);
		expect(message).toBe(
			passes ? 'Workflow was started' : 'The filters in the workflow do not let this through',
		);
		expect(started(trigger)).toHaveLength(passes ? 1 : 0);
	});
});

describe('what is no event', () => {
	test.each([
		['bad JSON', '{"id":'],
		['no body', ''],
		['an array', '[]'],
		['null', 'null'],
		['a text', '"license"'],
		['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
	])('%s that is signed: 400', async (_, body) => {
		trigger = await listen();
		expect(await send('LICENSE_CREATED', body)).toEqual([400, 'The body is not a JSON object']);
		expect(trigger.executions).toEqual([]);
	});

	const MOST = 1024 * 1024;
	const sized = (length: number) => JSON.stringify({ id: 'x'.repeat(length - '{"id":""}'.length) });

	test('a body of 1 MB starts the workflow, one byte more does not', async () => {
		trigger = await listen();
		expect(await send('LICENSE_CREATED', sized(MOST))).toEqual(STARTED);
		expect(await send('LICENSE_CREATED', sized(MOST + 1))).toEqual([413, 'Payload too large']);
		expect(trigger.executions).toHaveLength(1);
	});

	test('the length counts, announced or not, zipped or not, signed or not', async () => {
		trigger = await listen();
		const large = delivery('LICENSE_CREATED', sized(MOST + 1));
		const chunked = { 'Transfer-Encoding': 'chunked' };
		const zipped = { 'Content-Encoding': 'gzip' };
		const requests = [
			{ ...large, headers: { ...large.headers, ...chunked } },
			{ body: gzipSync(large.body), headers: { ...large.headers, ...zipped } },
			delivery('LICENSE_CREATED', sized(MOST + 1), { secret: 'other' }),
		];
		for (const request of requests) {
			expect((await post(trigger.url, request)).status).toBe(413);
		}
		expect(trigger.executions).toEqual([]);
	});

	test('an event that came zipped is signed as it was before', async () => {
		trigger = await listen();
		const { body, headers } = delivery('LICENSE_CREATED', { id: '1' });
		const zipped = { body: gzipSync(body), headers: { ...headers, 'Content-Encoding': 'gzip' } };
		expect((await post(trigger.url, zipped)).status).toBe(200);
	});
});

describe('a node that is not set up', () => {
	test.each<[string, IDataObject | undefined, RegExp]>([
		['no credential', undefined, /Node does not have any credentials set/],
		['an empty secret', { signingSecret: '' }, /The credential has no 'Signing Secret'/],
		['a blank secret', { signingSecret: ' \n' }, /The credential has no 'Signing Secret'/],
	])('%s: it cannot be activated, and refuses every event', async (_, secret, message) => {
		trigger = await listen({}, { secret: secret as never });

		await expect(trigger.activate()).rejects.toThrow(message);
		for (const key of ['', SECRET, ' \n']) {
			expect(await send('LICENSE_CREATED', { id: '1' }, { secret: key || 'k' })).toEqual([
				401,
				'Unauthorized',
			]);
		}
		expect(trigger.executions).toEqual([]);
		expect(trigger.logs[0]).toMatch(message);
	});

	test('a secret that was pasted with a line break works', async () => {
		trigger = await listen({}, { secret: { signingSecret: ` ${SECRET}\n` } });
		expect(await trigger.activate()).toBe(true);
		expect(await send('LICENSE_CREATED', { id: '1' })).toEqual(STARTED);
	});

	test.each<[string, IDataObject, string[], string]>([
		['no event', {}, [], "'Events' is empty"],
		['an event that there is not', {}, ['LICENSE_SOLD'], `'Events' has "LICENSE_SOLD"`],
		['a product ID', { productIds: ['abc'] }, ['*'], `'Product IDs' is "abc"`],
		['no product ID', { productIds: [''] }, ['*'], "'Product IDs' has no product ID"],
		['a license', { licenses: ['abc'] }, ['*'], `'License IDs or Keys' is "abc"`],
		['a number of events', { mostEvents: 0 }, ['*'], "'Most Events per Execution' is 0"],
		['a tolerance', { signatureTolerance: 0 }, ['*'], "'Signature Tolerance' is 0"],
		['a large tolerance', { signatureTolerance: 61 }, ['*'], "'Signature Tolerance' is 61"],
		['a window', { repeatWindow: -1 }, ['*'], "'Drop Repeats Within' is -1"],
	])('%s: said on activation, and to nobody but Lukittu', async (_, options, events, message) => {
		trigger = await listen(options, {}, events);

		await expect(trigger.activate()).rejects.toThrow(message);
		expect((await send('LICENSE_CREATED', { id: '1' }, { secret: 'other' }))[0]).toBe(401);
		expect(trigger.executions).toEqual([]);
		expect((await send('LICENSE_CREATED', { id: '1' }))[0]).toBe(500);
		expect(trigger.executions.map(({ error }) => error?.message)).toEqual([
			expect.stringContaining(message),
		]);
	});

	test('a tolerance that the user chose', async () => {
		trigger = await listen({ signatureTolerance: 1 });
		const ago = (seconds: number) => ({ timestamp: Date.now() - seconds * 1000 });
		expect((await send('LICENSE_CREATED', { id: '1' }, ago(90)))[0]).toBe(401);
		expect((await send('LICENSE_CREATED', { id: '1' }, ago(30)))[0]).toBe(200);
	});

	test.each([
		[SECRET, 'OK', 'The secret is there.'],
		['', 'Error', "The credential has no 'Signing Secret'."],
		['two words', 'Error', "The 'Signing Secret' has a space"],
	])('the test of the credential with "%s": %s', async (signingSecret, status, message) => {
		trigger = await listen();
		const { nodes } = await loadPackage();
		const { methods } = nodes[TRIGGER_NODE] as { methods: { credentialTest: IDataObject } };
		const description = nodes[TRIGGER_NODE].description as INodeTypeDescription;
		const { testedBy } = description.credentials?.[0] ?? {};
		const test = methods.credentialTest[String(testedBy)] as unknown as (
			this: unknown,
			credential: unknown,
		) => Promise<unknown>;

		const context = new CredentialTestContext();
		expect(await test.call(context, { data: { signingSecret } })).toEqual({
			status,
			message: expect.stringContaining(message),
		});
	});
});
