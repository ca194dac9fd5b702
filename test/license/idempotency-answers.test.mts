import type { FaultKind, Sandbox } from '../sandbox/types.mts';
import { addKeyed, count, createKeyed, keysIn, licensesOf, outcomesOf } from './idempotency.mts';
import { customers, readable, runLicense, sent, startShop } from './support.mts';

const KEY = 'pi_3Nabc_DEF';
const RETRY = { retryOnFail: true, waitBetweenTries: 1 };
/** Each request is sent once, but for the look-up after a lost answer. */
const ONCE = { parameters: { options: { keepTryingFor: 0 } } };

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

const lose = (method: string, kind: FaultKind, skip = 0) =>
	sandbox.addFault({ method, kind, skip });
const numbered = (size: number) => Array.from({ length: size }, (_, n) => ({ key: `order-${n}` }));
const byItem = '={{ $json.key }}';

describe('an answer that is lost after Lukittu has created', () => {
	const losses: FaultKind[] = ['resetAfter', 'truncate', 'invalidJson'];

	test.each(losses)('by %s: the license is found and comes out', async (kind) => {
		lose('POST', kind);
		const result = await createKeyed(sandbox, KEY);

		expect(result.error).toBeUndefined();
		const [{ id, licenseKey }] = licensesOf(sandbox);
		expect(outcomesOf(result)).toEqual([{ id, alreadyExisted: false }]);
		expect(result.items[0].json).toMatchObject({ licenseKey });
		expect(keysIn(sandbox)).toEqual([KEY]);
		expect(sent(sandbox)).toEqual(['GET /licenses', 'POST /licenses', 'GET /licenses']);
	});

	test('does not keep the other items from being carried out', async () => {
		lose('POST', 'resetAfter', 3);
		const { error, items } = await createKeyed(sandbox, byItem, {}, { items: numbered(30) });
		expect(error).toBeUndefined();
		expect(items).toHaveLength(30);
		expect(licensesOf(sandbox)).toHaveLength(30);
	});

	test('while another process creates with the same key: one comes out, none is deleted', async () => {
		lose('POST', 'resetAfter');
		let other = '';
		sandbox.onRequest = ({ method }) => {
			// An older one of another process comes up between the create and the look-up.
			if (method === 'GET' && count(sandbox, 'POST') === 1) other ||= addKeyed(sandbox, KEY).id;
		};
		const result = await createKeyed(sandbox, KEY);
		const own = licensesOf(sandbox).find(({ id }) => id !== other)!;
		expect(outcomesOf(result)).toEqual([
			{ id: other, alreadyExisted: false, surplusLicenses: `${own.licenseKey} (kept)` },
		]);
		expect(count(sandbox, 'DELETE')).toBe(0);
	});

	test('does not make the node delete what other processes made', async () => {
		lose('POST', 'resetBefore');
		const now = Date.now();
		sandbox.onRequest = ({ method }) => {
			if (method === 'POST') addKeyed(sandbox, KEY, { createdAt: new Date(now) });
			// With a second look-up, an even older one could be seen.
			const isSecond = method === 'GET' && count(sandbox, 'GET') === 3;
			if (isSecond) addKeyed(sandbox, KEY, { createdAt: new Date(now - 1) });
		};
		const result = await createKeyed(sandbox, KEY);
		expect(result.error).toBeUndefined();
		expect(count(sandbox, 'DELETE')).toBe(0);
	});
});

describe('an answer that is lost, and the look-up brings nothing', () => {
	const refuseLookUp = () => sandbox.addFault({ method: 'GET', skip: 1, kind: { status: 400 } });
	const UNKNOWN =
		/^Could not get an answer from http:\/\/127\.0\.0\.1:\d+: the connection was closed before the answer came\n.* It is not known whether the new license was created: Lukittu may still be working on it\. Repeat this item in some minutes: nothing will be there twice\.$/;

	test('since it is refused: says what is not known', async () => {
		lose('POST', 'resetAfter');
		refuseLookUp();
		const { error, items } = await createKeyed(sandbox, KEY, {}, ONCE);
		expect(items).toEqual([]);
		expect(readable(error)).toMatch(UNKNOWN);
		expect(licensesOf(sandbox)).toHaveLength(1);
	});

	test('since it is refused: "Retry On Fail" finds the license', async () => {
		lose('POST', 'resetAfter');
		refuseLookUp();
		const result = await createKeyed(sandbox, KEY, {}, { ...ONCE, ...RETRY });
		expect(result.error).toBeUndefined();
		expect(outcomesOf(result)).toEqual([{ id: licensesOf(sandbox)[0].id, alreadyExisted: true }]);
		expect(count(sandbox, 'POST')).toBe(1);
	});

	test('since nothing was created: waits, looks, and sends the create again', async () => {
		lose('POST', 'resetBefore');
		const result = await createKeyed(sandbox, KEY);
		expect(result.error).toBeUndefined();
		expect(outcomesOf(result)).toEqual([{ id: licensesOf(sandbox)[0].id, alreadyExisted: false }]);
		expect(keysIn(sandbox)).toEqual([KEY]);
		const look = 'GET /licenses';
		const create = 'POST /licenses';
		const looks = Array.from({ length: 5 }, () => look);
		expect(sent(sandbox)).toEqual([look, create, ...looks, create, look]);
	});

	test('since nothing was created, and it is tried once: says what is not known', async () => {
		lose('POST', 'resetBefore');
		const { error } = await createKeyed(sandbox, KEY, {}, ONCE);
		expect(readable(error)).toMatch(UNKNOWN);
		expect(licensesOf(sandbox)).toHaveLength(0);
		expect(sent(sandbox)).toEqual(['GET /licenses', 'POST /licenses', 'GET /licenses']);
	});

	test('after a proxy gave up waiting: the create may be under way, so it is not sent again', async () => {
		lose('POST', { status: 504, html: true });
		const { error } = await createKeyed(sandbox, KEY, {}, ONCE);
		expect(readable(error)).toMatch(
			/status 504[^]*It is not known whether the new license was created: Lukittu may still be working on it/,
		);
		expect(sent(sandbox)).toEqual(['GET /licenses', 'POST /licenses', 'GET /licenses']);
	});

	test('nor after the time set in the node', async () => {
		lose('POST', 'hang');
		const parameters = { ...ONCE.parameters, requestOptions: { timeout: 200 } };
		const { error } = await createKeyed(sandbox, KEY, {}, { parameters });
		expect(readable(error)).toMatch(
			/the answer took too long[^]*not known whether the new license/,
		);
		expect(sent(sandbox)).toEqual(['GET /licenses', 'POST /licenses', 'GET /licenses']);
	});

	test('since nothing was created: "Retry On Fail" creates the license', async () => {
		lose('POST', 'resetBefore');
		const result = await createKeyed(sandbox, KEY, {}, { ...ONCE, ...RETRY });
		expect(result.error).toBeUndefined();
		expect(outcomesOf(result)).toEqual([{ id: licensesOf(sandbox)[0].id, alreadyExisted: false }]);
		expect(count(sandbox, 'POST')).toBe(2);
	});

	test('with "continue": the item says so, and the next with its key finds the license', async () => {
		lose('POST', 'resetAfter');
		sandbox.addFault({ method: 'GET', skip: 2, kind: { status: 500 } });
		const { items } = await createKeyed(
			sandbox,
			byItem,
			{},
			{
				...ONCE,
				items: [{ key: KEY }, { key: 'other' }, { key: KEY }],
				onError: 'continueRegularOutput',
			},
		);
		expect(items[0].json.details).toMatch(/It is not known whether the new license was created/);
		expect(items.slice(1).map(({ json }) => json.alreadyExisted)).toEqual([false, true]);
		expect(keysIn(sandbox)).toEqual(['other', KEY]);
	});

	test('in a run: names the item among those not known', async () => {
		lose('POST', 'resetAfter', 1);
		sandbox.addFault({ method: 'GET', skip: 6, times: 5, kind: { status: 400 } });
		sandbox.latencyMs = 5;
		const { error } = await createKeyed(sandbox, byItem, {}, { ...ONCE, items: numbered(5) });
		expect(readable(error)).toMatch(/Not known, because no answer came: item 1\. Look them up/);
	});
});

describe('the look-up before the create', () => {
	test.each<FaultKind>([{ status: 500 }, 'resetAfter', { status: 401 }])(
		'brings %j: nothing is created',
		async (kind) => {
			lose('GET', kind);
			const { error } = await createKeyed(sandbox, KEY, {}, ONCE);
			expect(error).toBeDefined();
			expect(readable(error)).not.toMatch(/not known/);
			expect(count(sandbox, 'POST')).toBe(0);
		},
	);

	test('brings nothing: "Retry On Fail" makes one license', async () => {
		lose('GET', { status: 500 });
		const result = await createKeyed(sandbox, KEY, {}, RETRY);
		expect(outcomesOf(result)).toMatchObject([{ alreadyExisted: false }]);
		expect(keysIn(sandbox)).toEqual([KEY]);
	});
});

test.each<FaultKind>([{ status: 500 }, 'resetBefore', { status: 200, data: {} }])(
	'the look-up after the create brings %j: the license comes out all the same',
	async (kind) => {
		lose('GET', kind, 1);
		const result = await createKeyed(sandbox, KEY, {}, { ...ONCE, ...RETRY });
		expect(result.error).toBeUndefined();
		expect(outcomesOf(result)).toEqual([{ id: licensesOf(sandbox)[0].id, alreadyExisted: false }]);
		expect(sent(sandbox)).toEqual(['GET /licenses', 'POST /licenses', 'GET /licenses']);
	},
);

describe('a refusal for want of licenses stops the run at once', () => {
	test.each([
		['with keys', { idempotencyKey: byItem }],
		['without keys', {}],
	])('%s', async (_, additionalFields) => {
		sandbox.latencyMs = 5;
		sandbox.state.licenseLimit = 12;
		const items = numbered(60);
		const { error } = await runLicense(sandbox, 'create', { additionalFields }, { items });
		expect(readable(error)).toMatch(
			/^The team has reached its license limit, so no license was created\n[^]*12 of 60 items had been carried out/,
		);
		expect(licensesOf(sandbox)).toHaveLength(12);
		// With the first that is refused, at most nine others are on their way.
		expect(count(sandbox, 'POST')).toBeLessThanOrEqual(12 + 10);
	});
});

describe('e-mail', () => {
	const mailed = () => ({
		additional: { sendEmailDelivery: true },
		parameters: { customers: customers(sandbox.addCustomer({ email: 'ada@example.com' }).id) },
	});

	test('is sent once, and not at a repeat', async () => {
		const { additional, parameters } = mailed();
		const items = [{ key: KEY }, { key: KEY }, { key: 'other' }];
		await createKeyed(sandbox, byItem, additional, { parameters, items });
		await createKeyed(sandbox, byItem, additional, { parameters, items });
		expect(sandbox.emails.map(({ to }) => to)).toEqual(['ada@example.com', 'ada@example.com']);
		expect(new Set(sandbox.emails.map(({ licenseKey }) => licenseKey)).size).toBe(2);
	});

	test('is sent once where the answer is lost', async () => {
		const { additional, parameters } = mailed();
		lose('POST', 'resetAfter');
		await createKeyed(sandbox, KEY, additional, { parameters });
		await createKeyed(sandbox, KEY, additional, { parameters });
		expect(sandbox.emails).toHaveLength(1);
	});

	test('that cannot be sent leaves nothing created, and does not count as lost', async () => {
		const { additional, parameters } = mailed();
		lose('POST', { status: 500, details: 'Failed to send email' });
		const { error } = await createKeyed(sandbox, KEY, additional, { parameters });
		expect(readable(error)).toMatch(/^Lukittu could not send the delivery e-mail/);
		expect(sent(sandbox)).toEqual(['GET /licenses', 'POST /licenses']);
	});
});
