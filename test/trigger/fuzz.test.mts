import fc from 'fast-check';

import type { RunningTrigger } from '../engine/webhook.mts';
import { delivery, listen, post, SECRET, sign, started, type Delivery } from './support.mts';

/** The same requests at every run. */
const SEED = 5;

jest.setTimeout(120_000);

let trigger: RunningTrigger;

beforeEach(async () => {
	trigger = await listen();
});

afterEach(async () => await trigger.close());

const event = fc.constantFrom('LICENSE_CREATED', 'CUSTOMER_DELETED', 'RELEASE_UPDATED');
const body = fc.oneof(
	fc.json().map((text) => Buffer.from(text)),
	fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);
/** What Node.js sends as the value of a header. */
const headerValue = fc.oneof(
	fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF.,-*_ {}"') }),
	fc.integer({ min: 0 }).map(String),
	fc.integer({ min: -10_000, max: 10_000 }).map((offset) => String(Date.now() + offset)),
	fc
		.uint8Array({ minLength: 32, maxLength: 32 })
		.map((bytes) => Buffer.from(bytes).toString('hex')),
	event,
);

async function expectRefused(request: Delivery): Promise<void> {
	const { status, body: answer } = await post(trigger.url, request);
	expect({ status, answer }).toEqual({ status: 401, answer: '{"message":"Unauthorized"}' });
	expect(trigger.executions).toEqual([]);
	expect(trigger.store.read()).toBe('{}');
}

test('no headers and no body start a workflow without the secret', async () => {
	const names = [
		'X-Lukittu-Event',
		'X-Lukittu-Timestamp',
		'X-Lukittu-Signature',
		'Content-Type',
		'X-Forwarded-For',
	];
	const headers = fc.dictionary(fc.constantFrom(...names), headerValue, { noNullPrototype: true });
	await fc.assert(
		fc.asyncProperty(headers, body, (given, bytes) =>
			expectRefused({ headers: given, body: bytes }),
		),
		{ seed: SEED, numRuns: 300 },
	);
});

test('no change of what is signed goes through, whatever it is', async () => {
	const change = fc.oneof(
		fc.record({ kind: fc.constant('body' as const), bytes: fc.uint8Array({ maxLength: 200 }) }),
		fc.record({ kind: fc.constant('flip' as const), place: fc.nat() }),
		fc.record({
			kind: fc.constant('timestamp' as const),
			by: fc.integer({ min: 1, max: 200_000 }),
		}),
		fc.record({ kind: fc.constant('signature' as const), place: fc.nat({ max: 63 }) }),
		fc.record({ kind: fc.constant('secret' as const), secret: fc.string() }),
		fc.record({ kind: fc.constant('cut' as const), length: fc.nat({ max: 63 }) }),
		// The dot stands between the timestamp and the body, and must not move.
		fc.record({ kind: fc.constant('dot' as const) }),
	);
	await fc.assert(
		fc.asyncProperty(event, body, change, async (name, bytes, how) => {
			const timestamp = Date.now();
			const { headers } = delivery(name, bytes, { timestamp });
			const changed = { body: bytes, headers: { ...headers } };
			const signature = String(headers['X-Lukittu-Signature']);
			if (how.kind === 'body') changed.body = Buffer.from(how.bytes);
			if (how.kind === 'flip' && bytes.length > 0) {
				changed.body = Buffer.from(bytes);
				changed.body[how.place % bytes.length] ^= 1;
			}
			if (how.kind === 'timestamp') {
				changed.headers['X-Lukittu-Timestamp'] = String(timestamp + how.by);
			}
			if (how.kind === 'signature') {
				const digit = signature[how.place] === '0' ? '1' : '0';
				changed.headers['X-Lukittu-Signature'] =
					signature.slice(0, how.place) + digit + signature.slice(how.place + 1);
			}
			if (how.kind === 'secret') {
				fc.pre(how.secret !== SECRET);
				changed.headers['X-Lukittu-Signature'] = sign(timestamp, bytes, how.secret);
			}
			if (how.kind === 'cut')
				changed.headers['X-Lukittu-Signature'] = signature.slice(0, how.length);
			if (how.kind === 'dot') {
				changed.headers['X-Lukittu-Timestamp'] = String(timestamp).slice(0, -1);
				changed.body = Buffer.concat([Buffer.from(String(timestamp).slice(-1)), bytes]);
			}
			const isSame =
				changed.body.equals(bytes) && JSON.stringify(changed.headers) === JSON.stringify(headers);
			fc.pre(!isSame);
			await expectRefused(changed);
		}),
		{ seed: SEED, numRuns: 500 },
	);
});

test('what is signed comes out as it was sent, whatever it is', async () => {
	const entity = fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true });
	let compared = 0;
	await fc.assert(
		fc.asyncProperty(event, entity, async (name, value) => {
			const text = JSON.stringify(value);
			trigger.executions.length = 0;
			const { status } = await post(trigger.url, delivery(name, text));
			expect(status).toBe(200);
			// What the generator gave twice is a repeat.
			for (const { event: received, data } of started(trigger)) {
				expect([received, JSON.stringify(data)]).toEqual([name, text]);
				compared += 1;
			}
		}),
		{ seed: SEED, numRuns: 200 },
	);
	expect(compared).toBeGreaterThan(100);
});
