/** One idempotency key makes one license, also where Lukittu carries a create out late. */
import type { IDataObject } from 'n8n-workflow';

import { createKeyed, keysIn, licensesOf, outcomesOf } from '../license/idempotency.mts';
import { customers, readable, startShop } from '../license/support.mts';
import type { FaultKind, Sandbox } from '../sandbox/types.mts';
import { addAsked, commitLater, count, LOSSES, SHORT_TIMEOUT } from './late.mts';

const KEY = 'pi_3Nabc_DEF';
const UNKNOWN =
	/It is not known whether the new license was created: Lukittu may still be working on it\. Repeat this item in some minutes: nothing will be there twice\./;

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => {
	jest.restoreAllMocks();
	await sandbox.close();
});

const later = (kind: FaultKind, afterMs: number) =>
	commitLater(sandbox, 'POST', kind, afterMs, (body) => addAsked(sandbox, body));
const trying = (keepTryingFor: number) => ({
	parameters: { ...SHORT_TIMEOUT, options: { keepTryingFor } } as IDataObject,
});

describe.each(LOSSES)('after %s', (_, kind) => {
	test.each([300, 2500, 6000])('a create carried out %i ms later is found', async (afterMs) => {
		later(kind, afterMs);
		const result = await createKeyed(sandbox, KEY, {}, trying(60));
		expect(readable(result.error).trim()).toBe('');
		expect(keysIn(sandbox)).toEqual([KEY]);
		expect(outcomesOf(result)).toEqual([{ id: licensesOf(sandbox)[0].id, alreadyExisted: false }]);
		expect(count(sandbox, 'POST')).toBe(1);
	});

	test('"Retry On Fail" finds it, where each request is sent once', async () => {
		later(kind, 4000);
		const retry = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
		const result = await createKeyed(sandbox, KEY, {}, { ...trying(0), ...retry });
		expect(readable(result.error).trim()).toBe('');
		expect(keysIn(sandbox)).toEqual([KEY]);
		expect(outcomesOf(result)).toMatchObject([{ alreadyExisted: true }]);
		expect(count(sandbox, 'POST')).toBe(1);
	});

	test('the next item with the key finds it, and other keys do not wait', async () => {
		later(kind, 4000);
		const items = [{ key: KEY }, { key: KEY }, { key: 'other' }];
		const extra = { ...trying(0), items, onError: 'continueRegularOutput' as const };
		let otherAfterMs = Infinity;
		const begun = Date.now();
		const { onRequest } = sandbox;
		sandbox.onRequest = async (record) => {
			if (JSON.stringify(record.body ?? '').includes('"other"')) otherAfterMs = Date.now() - begun;
			await onRequest?.(record);
		};
		const result = await createKeyed(sandbox, '={{ $json.key }}', {}, extra);
		expect(result.items[0].json.details).toMatch(UNKNOWN);
		expect(result.items.slice(1).map(({ json }) => json.alreadyExisted)).toEqual([true, false]);
		expect(keysIn(sandbox)).toEqual(['other', KEY]);
		expect(count(sandbox, 'POST')).toBe(2);
		expect(otherAfterMs).toBeLessThan(3500);
	});

	test('another execution finds it, e-mails included', async () => {
		later(kind, 4000);
		const parameters = {
			...trying(0).parameters,
			customers: customers(sandbox.addCustomer().id),
		};
		const first = await createKeyed(sandbox, KEY, { sendEmailDelivery: true }, { parameters });
		expect(readable(first.error)).toMatch(UNKNOWN);
		const second = await createKeyed(sandbox, KEY, { sendEmailDelivery: true }, { parameters });
		expect(readable(second.error).trim()).toBe('');
		expect(outcomesOf(second)).toMatchObject([{ alreadyExisted: true }]);
		expect([count(sandbox, 'POST'), sandbox.emails.length]).toEqual([1, 0]);
	});
});

test.each<[string, FaultKind]>([
	['504', { status: 504, html: true }],
	['no answer in time', 'hang'],
])('after %s it is not sent again before two minutes are over', async (_, kind) => {
	sandbox.addFault({ method: 'POST', kind });
	const first = await createKeyed(sandbox, KEY, {}, trying(2));
	expect(readable(first.error)).toMatch(UNKNOWN);
	// At least four looks, for seven seconds, though there was less time.
	expect(count(sandbox, 'GET')).toBe(5);

	const second = createKeyed(sandbox, KEY, {}, trying(2));
	await new Promise((resolve) => setTimeout(resolve, 5000));
	expect(count(sandbox, 'POST')).toBe(1);
	const now = Date.now.bind(Date);
	jest.spyOn(Date, 'now').mockImplementation(() => now() + 120_000);
	expect(outcomesOf(await second)).toEqual([
		{ id: licensesOf(sandbox)[0].id, alreadyExisted: false },
	]);
	expect([count(sandbox, 'POST'), keysIn(sandbox)]).toEqual([2, [KEY]]);
});

test('a cut create that was not carried out is sent again after 15 seconds of looking', async () => {
	sandbox.addFault({ method: 'POST', kind: 'resetBefore' });
	const result = await createKeyed(sandbox, KEY);
	expect(outcomesOf(result)).toMatchObject([{ alreadyExisted: false }]);
	const [one, other] = sandbox.requests.filter(({ method }) => method === 'POST');
	expect(other.at - one.at).toBeGreaterThanOrEqual(15_000);
	// Before the first, at 0, 1, 3, 7 and 15 seconds, and after the second.
	expect(count(sandbox, 'GET')).toBe(7);
});
