import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';

import { clientOf, newCustomer, newLicense } from './client.mts';
import type { Client } from './client.mts';
import { addDays } from './formats.mts';
import { startReceiver } from './receiver.mts';
import type { Call, Receiver } from './receiver.mts';
import { startSandbox } from './server.mts';
import type { Sandbox, SandboxOptions } from './server.mts';
import { WEBHOOK_EVENTS, webhookHeaders } from './webhooks.mts';

const SECRET = 'a secret of the dashboard';

let sandbox: Sandbox;
let client: Client;
let receiver: Receiver;
let now: Date;

async function start(options: SandboxOptions = {}): Promise<void> {
	sandbox = await startSandbox({ now: () => now, ...options });
	sandbox.webhookTimes.firstPauseMs = 5;
	client = clientOf(sandbox);
}

beforeEach(async () => {
	now = new Date();
	receiver = await startReceiver();
	await start();
});
afterEach(async () => {
	await sandbox.close();
	await receiver.close();
});

const setUp = (path = '/hook', fields = {}) =>
	sandbox.addWebhook({ url: receiver.url + path, secret: SECRET, ...fields });
const eventsOf = (calls: Call[]) => calls.map(({ headers }) => headers['x-lukittu-event']);
const statesOf = () => sandbox.state.deliveries.map(({ state }) => state);
/** The deliveries in order, with the name of the event before the body. */
const told = () =>
	sandbox.state.deliveries.map(({ event, body }) => ({ event, ...JSON.parse(body) }));
const createLicense = (fields = {}) => client.post('/licenses', newLicense(fields));

/** The signature as another program computes it. */
function opensslSignature({ headers, body }: Call, secret: string): string {
	const signed = `${headers['x-lukittu-timestamp']}.${body}`;
	const args = ['dgst', '-sha256', '-mac', 'HMAC', '-macopt', `key:${secret}`];
	return execFileSync('openssl', args, { input: signed, encoding: 'utf8' })
		.trim()
		.split(' ')
		.at(-1)!;
}

test('every change of a license or a customer tells what it is then', async () => {
	setUp();
	const product = sandbox.addProduct({ metadata: [{ key: 'a', value: 'b', locked: false }] });
	const { data: customer } = await client.post('/customers', newCustomer());
	const customerPath = `/customers/${customer.data.id}`;
	await client.put(customerPath, newCustomer({ fullName: 'Ada Example-Two' }));
	const ids = { productIds: [product.id], customerIds: [customer.data.id] };
	const metadata = [{ key: 'order', value: 'SO-1', locked: true }];
	const { data: license } = await createLicense({ ...ids, metadata });
	const { sendEmailDelivery, ...fields } = newLicense({ ...ids, metadata, suspended: true });
	const { id, licenseKey } = license.data;
	await client.put(`/licenses/id/${id}`, { ...fields, licenseKey });
	await client.delete(`/licenses/id/${id}`);
	await client.delete(customerPath);
	await sandbox.deliveriesEnded();

	const bodies = Object.fromEntries(
		receiver.calls.map(({ headers, body }) => [headers['x-lukittu-event'], JSON.parse(body)]),
	);
	expect(Object.keys(bodies)).toHaveLength(6);
	expect(bodies.CUSTOMER_CREATED).toEqual(customer.data);
	expect(bodies.CUSTOMER_UPDATED).toMatchObject({ fullName: 'Ada Example-Two' });
	expect(bodies.CUSTOMER_DELETED).toMatchObject({ id: customer.data.id, metadata: [] });
	expect(bodies.LICENSE_CREATED).toMatchObject({
		id,
		licenseKey,
		suspended: false,
		products: [{ id: product.id, name: product.name }],
		customers: [{ id: customer.data.id, fullName: 'Ada Example-Two' }],
		metadata: [{ key: 'order', value: 'SO-1', locked: true, licenseId: id }],
	});
	expect(bodies.LICENSE_CREATED).not.toHaveProperty('seats');
	expect(bodies.LICENSE_CREATED.products[0]).not.toHaveProperty('metadata');
	expect(bodies.LICENSE_UPDATED).toMatchObject({ id, suspended: true });
	expect(bodies.LICENSE_DELETED).toEqual(bodies.LICENSE_UPDATED);
});

test('products and releases change in the dashboard, and tell of it too', async () => {
	setUp();
	const { dashboard, state } = sandbox;
	const product = dashboard.createProduct({ name: 'Orbit' });
	dashboard.updateProduct(product.id, { name: 'Orbit 2' });
	const release = dashboard.createRelease({ productId: product.id, version: '1.2.0' });
	dashboard.updateRelease(release.id, { status: 'ARCHIVED' });
	dashboard.deleteRelease(release.id);
	const license = sandbox.addLicense({ productIds: [product.id] });
	dashboard.createRelease({ productId: product.id });
	dashboard.deleteProduct(product.id);
	await sandbox.deliveriesEnded();

	expect(told()).toMatchObject([
		{ event: 'PRODUCT_CREATED', id: product.id, name: 'Orbit', metadata: [], discordRoles: [] },
		{ event: 'PRODUCT_UPDATED', name: 'Orbit 2', discordRoles: [] },
		{ event: 'RELEASE_CREATED', version: '1.2.0', product: { name: 'Orbit 2' }, branch: null },
		{ event: 'RELEASE_UPDATED', version: '1.2.0', status: 'ARCHIVED', id: release.id },
		{ event: 'RELEASE_DELETED', id: release.id },
		{ event: 'RELEASE_CREATED' },
		{ event: 'PRODUCT_DELETED', id: product.id, name: 'Orbit 2', discordRoles: [] },
	]);
	expect(state.releases.size).toBe(0);
	expect(license.productIds).toEqual([]);
});

test('releases come with branch and file, those of a deleted product with their files', async () => {
	setUp();
	const { dashboard, state } = sandbox;
	const { id: productId } = sandbox.addProduct();
	const times = { createdAt: now, updatedAt: now };
	const branch = { id: randomUUID(), name: 'edge', productId, ...times };
	state.branches.set(branch.id, branch);
	const id = randomUUID();
	const file = {
		id: randomUUID(),
		releaseId: id,
		key: 'releases/a.jar',
		size: 5,
		name: 'a.jar',
		checksum: '5d41402abc4b2a76b9719d911017c592',
		mainClassName: 'com.example.Main',
		createdAt: now,
	};
	const metadata = [{ key: 'a', value: 'b', locked: false }];
	dashboard.createRelease({ id, productId, branchId: branch.id, file, metadata });
	dashboard.createRelease({ productId, version: '2.0.0' });
	dashboard.deleteProduct(productId);
	await sandbox.deliveriesEnded();

	const [created, , { releases }] = told();
	const asSent = (value: unknown) => JSON.parse(JSON.stringify(value));
	expect(created).toMatchObject({ lastSeenAt: null, branch: asSent(branch), file: asSent(file) });
	expect(created.metadata).toMatchObject([{ key: 'a', releaseId: id }]);
	expect(created).not.toHaveProperty('allowedLicenses');
	expect(created).not.toHaveProperty('allowedLicenseIds');
	expect(releases).toMatchObject([
		{ id, file: asSent(file), branchId: branch.id },
		{ file: null, version: '2.0.0' },
	]);
	for (const field of ['product', 'branch', 'metadata'])
		expect(releases[0]).not.toHaveProperty(field);
});

test('that another release is the latest is told to nobody', async () => {
	setUp();
	const { id: productId } = sandbox.addProduct();
	const [first, second] = ['1.0.0', '2.0.0'].map((version) =>
		sandbox.dashboard.createRelease({ productId, version, latest: version === '1.0.0' }),
	);
	sandbox.dashboard.setLatestRelease(second.id);
	await sandbox.deliveriesEnded();
	expect([first.latest, second.latest]).toEqual([false, true]);
	expect(eventsOf(receiver.calls)).toEqual(['RELEASE_CREATED', 'RELEASE_CREATED']);
});

test('keys come sorted by length, then by alphabet, at every level', async () => {
	setUp();
	const metadata = [{ key: 'a', value: 'b', locked: false }];
	const { data } = await client.post('/customers', newCustomer({ metadata }));
	await createLicense({ customerIds: [data.data.id], metadata });
	await sandbox.deliveriesEnded();
	const license = told()[1];
	expect(Object.keys(license).slice(1)).toEqual(
		(
			'id teamId ipLimit metadata products createdAt customers hwidLimit suspended updatedAt ' +
			'licenseKey lastActiveAt expirationDate expirationDays expirationType createdByUserId ' +
			'expirationStart'
		).split(' '),
	);
	expect(Object.keys(license.metadata[0]).join(' ')).toBe(
		'id key value locked teamId createdAt licenseId productId releaseId updatedAt customerId blacklistId',
	);
	expect(Object.keys(license.customers[0]).slice(0, 4)).toEqual([
		'id',
		'email',
		'teamId',
		'fullName',
	]);
});

test('what is refused or not carried out, what is read, and seeds tell nothing', async () => {
	setUp();
	sandbox.addLicense();
	await client.get('/licenses');
	await createLicense({ hwidLimit: 0 });
	sandbox.addFault({ kind: { status: 503 } });
	await createLicense();
	sandbox.addFault({ kind: 'resetAfter' });
	await createLicense().catch(() => {});
	await sandbox.deliveriesEnded();
	expect(eventsOf(receiver.calls)).toEqual(['LICENSE_CREATED']);
});

test("each attempt is signed as openssl signs it, with the server's headers", async () => {
	setUp();
	const metadata = [{ key: 'Größe', value: '✓ 𝄞 naïve "quoted" \\ \u2028', locked: false }];
	const before = Date.now();
	await createLicense({ metadata });
	await sandbox.deliveriesEnded();
	const [call] = receiver.calls;
	expect(call.headers).toMatchObject({
		'content-type': 'application/json',
		'user-agent': 'Lukittu-Webhook/1.0',
		'x-lukittu-event': 'LICENSE_CREATED',
	});
	expect(call.headers['x-lukittu-timestamp']).toMatch(/^\d{13}$/);
	expect(Number(call.headers['x-lukittu-timestamp'])).toBeGreaterThanOrEqual(before);
	expect(call.body).toContain('✓ 𝄞 naïve');
	expect(call.headers['x-lukittu-signature']).toBe(opensslSignature(call, SECRET));
	expect(call.headers['x-lukittu-signature']).not.toBe(opensslSignature(call, 'another'));
});

test('fixed vectors, computed once with openssl', () => {
	const signature = (body: string) =>
		webhookHeaders('s3cret', 'LICENSE_CREATED', body, 1767225600000)['X-Lukittu-Signature'];
	expect(signature('{"id":"1"}')).toBe(
		'3fa2551ed0bb7660a60678fbfecffcc0b3dbd23704bb3f4b828433ce5cc2c14a',
	);
	expect(signature('{"name":"Zoë ✓"}')).toBe(
		'2c6c60035e9a4287a599a9735222032bdbfbafb8a74f605352e0291540343d1b',
	);
});

test('webhooks have secrets and events of their own', async () => {
	setUp('/all');
	setUp('/deleted', { secret: 'other', events: ['LICENSE_DELETED', 'CUSTOMER_DELETED'] });
	const { data } = await createLicense();
	await client.delete(`/licenses/${data.data.licenseKey}`);
	await sandbox.deliveriesEnded();
	const at = (path: string) => receiver.calls.filter((call) => call.path === path);
	expect(eventsOf(at('/all')).sort()).toEqual(['LICENSE_CREATED', 'LICENSE_DELETED']);
	expect(eventsOf(at('/deleted'))).toEqual(['LICENSE_DELETED']);
	const [call] = at('/deleted');
	expect(call.headers['x-lukittu-signature']).toBe(opensslSignature(call, 'other'));
	expect(WEBHOOK_EVENTS).toHaveLength(12);
});

test("another team's changes are nobody's business", async () => {
	setUp();
	const { teamId, apiKey } = sandbox.otherTeam;
	await clientOf({ url: sandbox.url, teamId, apiKey }).post('/licenses', newLicense());
	await sandbox.deliveriesEnded();
	expect(receiver.calls).toEqual([]);
});

describe('an answer that is no success', () => {
	test('is followed by four more attempts, each pause twice as long, each signed anew', async () => {
		setUp();
		sandbox.webhookTimes.firstPauseMs = 40;
		receiver.answer = 500;
		await createLicense();
		await sandbox.deliveriesEnded();

		const { calls } = receiver;
		expect(calls).toHaveLength(5);
		for (const [index, pause] of [40, 80, 160, 320].entries()) {
			const waited = calls[index + 1].at - calls[index].at;
			expect(waited).toBeGreaterThanOrEqual(pause - 2);
			expect(waited).toBeLessThan(pause * 2 + 200);
		}
		expect(new Set(calls.map(({ body }) => body)).size).toBe(1);
		const distinct = (header: string) => new Set(calls.map(({ headers }) => headers[header])).size;
		expect(distinct('x-lukittu-timestamp')).toBe(5);
		expect(distinct('x-lukittu-signature')).toBe(5);
		for (const call of calls)
			expect(call.headers['x-lukittu-signature']).toBe(opensslSignature(call, SECRET));
		const [{ state, attempts }] = sandbox.state.deliveries;
		expect(state).toBe('failed');
		expect(attempts.map(({ status }) => status)).toEqual([500, 500, 500, 500, 500]);
	});

	test.each([302, 400, 401, 404])('%i counts as one', async (status) => {
		setUp();
		receiver.answer = (response) => {
			response.writeHead(status).end();
			receiver.answer = 204;
		};
		await createLicense();
		await sandbox.deliveriesEnded();
		const [{ state, attempts }] = sandbox.state.deliveries;
		expect(state).toBe('delivered');
		expect(attempts.map((attempt) => attempt.status)).toEqual([status, 204]);
		expect(receiver.calls.map(({ path }) => path)).toEqual(['/hook', '/hook']);
	});

	test.each([
		['no answer in time', () => {}, /no answer within 600 ms/],
		['a cut connection', (response: { destroy(): void }) => response.destroy(), /socket|closed/],
	])('so does %s', async (_, silence, reason) => {
		setUp();
		sandbox.webhookTimes.timeoutMs = 600;
		receiver.answer = (response) => {
			silence(response);
			receiver.answer = 200;
		};
		await createLicense();
		await sandbox.deliveriesEnded();
		const [{ attempts }] = sandbox.state.deliveries;
		expect(attempts[0].status).toBeUndefined();
		expect(attempts[0].reason).toMatch(reason);
		expect(attempts[1].status).toBe(200);
	});

	test('waits as long as Lukittu does, by default', async () => {
		const usual = await startSandbox();
		expect(usual.webhookTimes).toMatchObject({
			timeoutMs: 5_000,
			firstPauseMs: 60_000,
			uncountedPauseMs: 300_000,
		});
		await usual.close();
	});
});

describe('a redirect', () => {
	const redirect = (status: number, location: string) => {
		receiver.answer = (response, { path }) => {
			if (path === '/hook') response.writeHead(status, { location }).end();
			else response.writeHead(204).end();
		};
	};

	test.each([307, 308])('%i is followed with the same call', async (status) => {
		setUp();
		redirect(status, '/elsewhere');
		await createLicense();
		await sandbox.deliveriesEnded();
		const [first, second] = receiver.calls;
		expect([first.path, second.path]).toEqual(['/hook', '/elsewhere']);
		expect(second.body).toBe(first.body);
		expect(second.headers['x-lukittu-signature']).toBe(first.headers['x-lukittu-signature']);
		expect(sandbox.state.deliveries[0]).toMatchObject({
			state: 'delivered',
			attempts: [{ status: 204 }],
		});
	});

	test.each([301, 302, 303])('%i leads to a page that is only read', async (status) => {
		setUp();
		redirect(status, `${receiver.url}/login`);
		await createLicense();
		await sandbox.deliveriesEnded();
		expect(receiver.calls.map(({ path, body }) => [path, body === ''])).toEqual([
			['/hook', false],
			['/login', true],
		]);
		expect(statesOf()).toEqual(['delivered']);
	});

	test.each([
		['http://192.0.2.1/', /another machine, 192\.0\.2\.1/],
		['/hook', /redirect count exceeded/],
	])('to %s is no success', async (location, reason) => {
		setUp();
		redirect(307, location);
		await createLicense();
		await sandbox.deliveriesEnded();
		const [{ state, attempts }] = sandbox.state.deliveries;
		expect(state).toBe('failed');
		expect(attempts[0].reason).toMatch(reason);
	});
});

describe('without a timer', () => {
	const MINUTE_MS = 60_000;
	const pass = (minutes: number) => (now = new Date(now.getTime() + minutes * MINUTE_MS));

	beforeEach(() => {
		sandbox.webhookTimes.firstPauseMs = MINUTE_MS;
		sandbox.webhookRules.timer = false;
	});

	test('only a cron run sends again what is due, after pauses twice as long each', async () => {
		setUp();
		receiver.answer = 500;
		await createLicense();
		await sandbox.deliveriesEnded();
		expect(statesOf()).toEqual(['pending']);
		for (const [index, minutes] of [1, 2, 4, 8].entries()) {
			pass(minutes - 0.1);
			await sandbox.runWebhookCron();
			expect(receiver.calls).toHaveLength(index + 1);
			pass(0.1);
			await sandbox.runWebhookCron();
			expect(receiver.calls).toHaveLength(index + 2);
		}
		expect(statesOf()).toEqual(['failed']);
		const distinct = (values: unknown[]) => new Set(values).size;
		expect(distinct(receiver.calls.map(({ body }) => body))).toBe(1);
		expect(distinct(receiver.calls.map((call) => call.headers['x-lukittu-timestamp']))).toBe(5);
		pass(10_000);
		await sandbox.runWebhookCron();
		expect(receiver.calls).toHaveLength(5);
	});

	test('a run sends 50 events, five at once', async () => {
		setUp();
		receiver.answer = 500;
		const created = Array.from({ length: 53 }, () => createLicense());
		await Promise.all(created);
		await sandbox.deliveriesEnded();
		receiver.calls.length = 0;
		let open = 0;
		let mostOpen = 0;
		receiver.answer = (response) => {
			open += 1;
			mostOpen = Math.max(mostOpen, open);
			setTimeout(() => {
				open -= 1;
				response.writeHead(200).end();
			}, 10);
		};
		pass(1);
		await sandbox.runWebhookCron();
		expect([receiver.calls.length, mostOpen]).toEqual([50, 5]);
		await sandbox.runWebhookCron();
		expect(receiver.calls).toHaveLength(53);
		expect(new Set(statesOf())).toEqual(new Set(['delivered']));
	});

	test('the newest come first', async () => {
		setUp();
		receiver.answer = 500;
		const ids: string[] = [];
		for (let count = 0; count < 6; count += 1) ids.push((await createLicense()).data.data.id);
		await sandbox.deliveriesEnded();
		receiver.calls.length = 0;
		pass(1);
		await sandbox.runWebhookCron();
		const sent = receiver.calls.map(({ body }) => JSON.parse(body).id as string);
		// Those that are sent at once may arrive in any order.
		expect(sent.slice(0, 5).sort()).toEqual(ids.slice(1).sort());
		expect(sent[5]).toBe(ids[0]);
	});

	test('what was scheduled before the webhook was switched off is still sent', async () => {
		const webhook = setUp();
		receiver.answer = 500;
		await createLicense();
		await sandbox.deliveriesEnded();
		webhook.active = false;
		receiver.answer = 200;
		await createLicense();
		pass(1);
		await sandbox.runWebhookCron();
		expect(statesOf()).toEqual(['delivered']);
	});

	test('a reset ends a cron run', async () => {
		setUp();
		receiver.answer = 500;
		await Promise.all(Array.from({ length: 8 }, () => createLicense()));
		await sandbox.deliveriesEnded();
		receiver.calls.length = 0;
		receiver.answer = () => {};
		pass(1);
		const run = sandbox.runWebhookCron();
		while (receiver.calls.length < 5) await new Promise((resolve) => setTimeout(resolve, 5));
		await sandbox.reset();
		await run;
		expect(receiver.calls).toHaveLength(5);
	});
});

describe('with conflicting transactions', () => {
	const passUncounted = () => (now = new Date(now.getTime() + 300_000));
	const burst = (size: number) =>
		Promise.all(Array.from({ length: size }, () => createLicense())).then(() =>
			sandbox.deliveriesEnded(),
		);
	const idsOf = (calls: Call[]) => calls.map(({ body }) => JSON.parse(body).id as string);
	const delivered = () => statesOf().filter((state) => state === 'delivered').length;

	test('what is sent comes again at each cron run, uncounted and without an end', async () => {
		setUp();
		sandbox.webhookRules.conflicts = 'always';
		await burst(3);
		expect(receiver.calls).toHaveLength(3);
		await sandbox.runWebhookCron();
		expect(receiver.calls).toHaveLength(3);
		passUncounted();
		for (let run = 1; run <= 12; run += 1) await sandbox.runWebhookCron();
		expect(receiver.calls).toHaveLength(3 * 13);
		expect(new Set(idsOf(receiver.calls)).size).toBe(3);
		expect(new Set(receiver.calls.map(({ body }) => body)).size).toBe(3);
		for (const { state, attempts, uncountedAttempts } of sandbox.state.deliveries)
			expect([state, attempts.length, uncountedAttempts.length]).toEqual(['pending', 0, 13]);
		const times = receiver.calls.map(({ headers }) => Number(headers['x-lukittu-timestamp']));
		expect(times.at(-1)).toBeGreaterThan(times[0]);
	});

	test('nor does a receiver that fails ever count', async () => {
		const webhook = setUp();
		sandbox.webhookRules.conflicts = 'always';
		receiver.answer = 500;
		await burst(4);
		passUncounted();
		for (let run = 1; run <= 6; run += 1) await sandbox.runWebhookCron();
		expect(receiver.calls).toHaveLength(4 * 7);
		expect(new Set(statesOf())).toEqual(new Set(['pending']));
		expect(webhook.active).toBe(true);
	});

	test('only those that overlap conflict, and few of them are stored at each cron run', async () => {
		setUp();
		Object.assign(sandbox.webhookRules, { conflicts: 'overlapping' });
		sandbox.webhookTimes.transactionMs = 800;
		await burst(5);
		expect(receiver.calls).toHaveLength(5);
		expect(delivered()).toBe(1);
		passUncounted();
		await sandbox.runWebhookCron();
		expect([receiver.calls.length, delivered()]).toEqual([9, 2]);
		for (let run = 1; run <= 3; run += 1) await sandbox.runWebhookCron();
		expect([receiver.calls.length, delivered()]).toEqual([9 + 3 + 2 + 1, 5]);
		await sandbox.runWebhookCron();
		expect(receiver.calls).toHaveLength(15);
	});

	test('one after the other, none conflicts', async () => {
		setUp();
		sandbox.webhookRules.conflicts = 'overlapping';
		for (let count = 0; count < 5; count += 1) await burst(1);
		expect([receiver.calls.length, delivered()]).toEqual([5, 5]);
	});

	test('of a large burst some are not sent until the cron, after newer ones', async () => {
		setUp();
		sandbox.webhookRules.conflicts = 'overlapping';
		sandbox.webhookTimes.transactionMs = 2500;
		await burst(20);
		expect(receiver.calls).toHaveLength(12);
		await burst(1);
		expect(receiver.calls).toHaveLength(13);
		const ids = sandbox.state.deliveries.map(({ body }) => JSON.parse(body).id as string);
		const late = ids.filter((id) => !idsOf(receiver.calls).includes(id));
		expect(late).toHaveLength(8);
		sandbox.webhookTimes.transactionMs = 1;
		passUncounted();
		await sandbox.runWebhookCron();
		expect(idsOf(receiver.calls).slice(13)).toEqual(expect.arrayContaining(late));
	});
});

describe('with https only', () => {
	beforeEach(() => {
		sandbox.webhookRules.httpsOnly = true;
	});

	test('a webhook with http:// fails at once, is not called, and is switched off', async () => {
		const webhook = setUp();
		for (let count = 0; count < 3; count += 1) {
			await createLicense();
			await sandbox.deliveriesEnded();
		}
		expect(receiver.calls).toEqual([]);
		expect(statesOf()).toEqual(['failed', 'failed', 'failed']);
		for (const { attempts } of sandbox.state.deliveries)
			expect(attempts).toMatchObject([{ reason: 'Invalid webhook URL' }]);
		expect(webhook.active).toBe(false);
	});

	test('one with https:// is called', async () => {
		sandbox.addWebhook({ url: receiver.url.replace('http:', 'https:') });
		let calls = 0;
		receiver.onConnection = () => (calls += 1);
		await createLicense();
		await sandbox.deliveriesEnded();
		expect(calls).toBe(5);
		expect(sandbox.state.deliveries[0].attempts).toHaveLength(5);
	});
});

describe('three failed events', () => {
	const failOnce = async () => {
		receiver.answer = 500;
		await createLicense();
		await sandbox.deliveriesEnded();
	};
	beforeEach(() => {
		sandbox.webhookTimes.firstPauseMs = 1;
	});

	test('switch the webhook off, and no other', async () => {
		const webhook = setUp();
		const other = setUp('/other', { events: ['LICENSE_DELETED'] });
		await failOnce();
		await failOnce();
		expect(webhook.active).toBe(true);
		await failOnce();
		expect([webhook.active, other.active]).toEqual([false, true]);
		await createLicense();
		await sandbox.deliveriesEnded();
		expect(statesOf()).toEqual(['failed', 'failed', 'failed']);
	});

	test('do not where one succeeded in the last 48 hours', async () => {
		const webhook = setUp();
		await createLicense();
		await sandbox.deliveriesEnded();
		await failOnce();
		await failOnce();
		await failOnce();
		expect(webhook.active).toBe(true);
		now = addDays(now, 2.01);
		await failOnce();
		await failOnce();
		expect(webhook.active).toBe(true);
		await failOnce();
		expect(webhook.active).toBe(false);
	});
});

test("the API's answers do not wait for webhooks", async () => {
	setUp();
	receiver.answer = () => {};
	const startedAt = Date.now();
	await createLicense();
	expect(Date.now() - startedAt).toBeLessThan(1_000);
	expect(statesOf()).toEqual(['pending']);
});

test.each([
	['an attempt', () => (receiver.answer = () => {})],
	['a pause', () => (receiver.answer = 500)],
])('closing the sandbox ends %s', async (_, prepare) => {
	setUp();
	sandbox.webhookTimes.firstPauseMs = 60_000;
	prepare();
	await createLicense();
	while (receiver.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
	const startedAt = Date.now();
	await sandbox.close();
	expect(Date.now() - startedAt).toBeLessThan(1_000);
	expect(statesOf()).toEqual(['pending']);
	expect(receiver.calls).toHaveLength(1);
	await start();
});

test('a webhook stays on this machine, unless it is allowed to leave', async () => {
	const add = (url: string) => () => sandbox.addWebhook({ url });
	for (const host of ['127.0.0.1:1', 'localhost', '[::1]:5678', '127.1'])
		expect(add(`http://${host}/hook`)).not.toThrow();
	for (const host of ['example.com', '127.0.0.1.example.com', '10.0.0.1', 'localhost.example.com'])
		expect(add(`http://${host}/hook`)).toThrow('another machine');
	expect(add('file:///etc/hosts')).toThrow('not an address');
	const events = ['LICENSE_EXPLODED'] as never;
	expect(() => sandbox.addWebhook({ url: 'http://localhost', events })).toThrow('LICENSE_EXPLODED');

	await sandbox.close();
	await start({ webhooksAnywhere: true });
	expect(add('https://example.com/hook')).not.toThrow();
});
