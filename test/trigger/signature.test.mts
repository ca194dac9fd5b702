import { execFileSync } from 'node:child_process';

import { isSigned, isTimely } from '../../nodes/LukittuTrigger/signature.ts';
import type { RunningTrigger } from '../engine/webhook.mts';
import { delivery, listen, post, SECRET, started, type Delivery } from './support.mts';

const NOW = 1767225600000;
const MINUTE_MS = 60_000;

/*
 * Computed with openssl 3:
 * printf '%s' "$timestamp.$body" | openssl dgst -sha256 -hmac "$secret"
 */
const VECTORS = [
	{
		secret: SECRET,
		timestamp: '1767225600000',
		body: '{"id":"97a8e790-747c-4f4c-94ef-3b393ee3e120","suspended":false}',
		signature: '58a4b990b680c1bd8b0fbdee54922f34544e1f2d0afd2d11aa1561600fd6619f',
	},
	{
		secret: SECRET,
		timestamp: '1767225600001',
		body: '{"fullName":"Ålma Grünwald-日本 🙂","email":"alma@example.com"}',
		signature: '457aecb7e46c3d1eff1314cc5c3ffcba85aedb139f118974110ada8f8bbdc9c1',
	},
	{
		secret: 'sëcret with ünïcode ✓',
		timestamp: '1767225600002',
		body: '{ "metadata" : [ { "value" : "line\\n\\ttab é \\u00e9" } ] }',
		signature: 'c8faee398dbb4f47e5e5c24bee6355b35cf7195efc2ec1ccd4df6441d75c3216',
	},
	{
		secret: 'k',
		timestamp: '1767225600003',
		body: '{}',
		signature: 'bbf5c37ae3d2bb132101e6cc082f26cfefe225d9377519cff6dfdc7f60dc59f4',
	},
];

describe('the signature', () => {
	test.each(VECTORS)(
		'of $body is what openssl computes',
		({ secret, body, timestamp, signature }) => {
			const signed = { timestamp, body: Buffer.from(body), signature };
			expect(isSigned(signed, secret)).toBe(true);
			expect(isSigned(signed, `${secret} `)).toBe(false);
			expect(isSigned({ ...signed, timestamp: `${NOW + 9}` }, secret)).toBe(false);
			expect(isSigned({ ...signed, body: Buffer.from(`${body} `) }, secret)).toBe(false);
		},
	);

	test.each([
		[
			'one digit changed',
			(text: string) => text.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')),
		],
		['in capital letters', (text: string) => text.toUpperCase()],
		['too short', (text: string) => text.slice(1)],
		['too long', (text: string) => `${text}0`],
		['of another alphabet', (text: string) => text.replace(/./g, 'g')],
		['with a prefix', (text: string) => `sha256=${text}`],
		['empty', () => ''],
	])('%s is not accepted', (_, change) => {
		for (const { secret, timestamp, body, signature } of VECTORS) {
			const signed = { timestamp, body: Buffer.from(body), signature: change(signature) };
			expect(isSigned(signed, secret)).toBe(false);
		}
	});

	test.each([
		['now', `${NOW}`, true],
		['as old as is tolerated', `${NOW - 5 * MINUTE_MS}`, true],
		['older', `${NOW - 5 * MINUTE_MS - 1}`, false],
		['as far ahead as is tolerated', `${NOW + 5 * MINUTE_MS}`, true],
		['further ahead', `${NOW + 5 * MINUTE_MS + 1}`, false],
		['in seconds', `${NOW / 1000}`, false],
		['negative', `-${NOW}`, false],
		['with a fraction', `${NOW}.5`, false],
		['in scientific notation', '1.7672256e12', false],
		['with a zero in front', `0${NOW}`, false],
		['with a space', ` ${NOW}`, false],
		['a date', '2026-01-01T00:00:00.000Z', false],
		['no number', 'NaN', false],
		['empty', '', false],
	])('a timestamp that is %s: %s is timely: %s', (_, timestamp, timely) => {
		expect(isTimely(timestamp, 5 * MINUTE_MS, NOW)).toBe(timely);
	});
});

describe('over HTTP', () => {
	let trigger: RunningTrigger;

	beforeEach(async () => {
		trigger = await listen();
	});

	afterEach(async () => await trigger.close());

	const entity = { id: '1', fullName: 'Ålma Grünwald-日本 🙂' };
	const genuine = (timestamp = Date.now()) => delivery('CUSTOMER_CREATED', entity, { timestamp });

	/** A genuine delivery with some headers changed; undefined leaves one out. */
	function changed(headers: Record<string, string | string[] | undefined>): Delivery {
		const { body, headers: own } = genuine();
		const all = Object.entries({ ...own, ...headers }).filter(([, value]) => value !== undefined);
		return { body, headers: Object.fromEntries(all) as Delivery['headers'] };
	}

	test('a delivery that openssl signed starts the workflow', async () => {
		const body = JSON.stringify(entity);
		const timestamp = String(Date.now());
		const output = execFileSync('openssl', ['dgst', '-sha256', '-hmac', SECRET], {
			input: `${timestamp}.${body}`,
			encoding: 'utf8',
		});
		const signature = output.trim().split(' ').at(-1) as string;
		const headers = {
			'X-Lukittu-Event': 'CUSTOMER_CREATED',
			'X-Lukittu-Timestamp': timestamp,
			'X-Lukittu-Signature': signature,
		};

		expect(await post(trigger.url, { body, headers })).toMatchObject({
			status: 200,
			body: '{"message":"Workflow was started"}',
		});
		expect(started(trigger)).toEqual([
			{
				event: 'CUSTOMER_CREATED',
				timestamp: new Date(Number(timestamp)).toISOString(),
				data: entity,
			},
		]);
	});

	test.each<[string, () => Delivery]>([
		[
			'names of headers in small letters',
			() => {
				const { body, headers } = genuine();
				const small = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
				return { body, headers: Object.fromEntries(small) };
			},
		],
		['another content type', () => changed({ 'Content-Type': 'text/plain' })],
		[
			'a form as content type',
			() => changed({ 'Content-Type': 'multipart/form-data; boundary=x' }),
		],
		['no content type', () => changed({ 'Content-Type': undefined })],
		['a clock that is four minutes ahead', () => genuine(Date.now() + 4 * MINUTE_MS)],
		['a clock that is four minutes late', () => genuine(Date.now() - 4 * MINUTE_MS)],
	])('%s: starts the workflow', async (_, make) => {
		expect((await post(trigger.url, make())).status).toBe(200);
		expect(started(trigger)).toMatchObject([{ data: entity }]);
	});

	const signatureOf = ({ headers }: Delivery) => String(headers['X-Lukittu-Signature']);

	test.each<[string, () => Delivery]>([
		['no signature', () => changed({ 'X-Lukittu-Signature': undefined })],
		['no timestamp', () => changed({ 'X-Lukittu-Timestamp': undefined })],
		['no event', () => changed({ 'X-Lukittu-Event': undefined })],
		['no header at all', () => ({ body: genuine().body, headers: {} })],
		['an empty signature', () => changed({ 'X-Lukittu-Signature': '' })],
		['an empty event', () => changed({ 'X-Lukittu-Event': '' })],
		['an event that is no name', () => changed({ 'X-Lukittu-Event': '*' })],
		[
			'the signature twice',
			() => {
				const signature = signatureOf(genuine());
				return changed({ 'X-Lukittu-Signature': [signature, signature] });
			},
		],
		[
			'the timestamp twice',
			() => {
				const timestamp = String(Date.now());
				return changed({ 'X-Lukittu-Timestamp': [timestamp, timestamp] });
			},
		],
		[
			'the event twice',
			() => changed({ 'X-Lukittu-Event': ['CUSTOMER_CREATED', 'LICENSE_CREATED'] }),
		],
		['another secret', () => delivery('CUSTOMER_CREATED', entity, { secret: 'other' })],
		['an altered body', () => ({ ...genuine(), body: JSON.stringify({ ...entity, id: '2' }) })],
		['an altered timestamp', () => changed({ 'X-Lukittu-Timestamp': String(Date.now() + 1000) })],
		['a timestamp of six minutes ago', () => genuine(Date.now() - 6 * MINUTE_MS)],
		['a timestamp in six minutes', () => genuine(Date.now() + 6 * MINUTE_MS)],
		['a timestamp in seconds', () => genuine(Math.floor(Date.now() / 1000))],
		['a negative timestamp', () => genuine(-Date.now())],
		['a timestamp that is no number', () => genuine(Number.NaN)],
		[
			'a signature in capital letters',
			() => changed({ 'X-Lukittu-Signature': signatureOf(genuine()).toUpperCase() }),
		],
		['a signature that is no hex', () => changed({ 'X-Lukittu-Signature': 'z'.repeat(64) })],
		['a signature that is too short', () => changed({ 'X-Lukittu-Signature': 'abc' })],
		['bad JSON, not signed', () => ({ ...genuine(), body: '{"id":' })],
		['no body, not signed', () => ({ ...genuine(), body: '' })],
		['a body that is not the gzip it says it is', () => changed({ 'Content-Encoding': 'gzip' })],
	])('%s: 401, no workflow, and always the same answer', async (_, make) => {
		const answer = await post(trigger.url, make());

		expect(answer).toEqual({
			status: 401,
			body: '{"message":"Unauthorized"}',
			headers: {
				'content-type': 'application/json',
				connection: 'close',
				'transfer-encoding': 'chunked',
			},
		});
		expect(trigger.executions).toEqual([]);
		expect(trigger.store.read()).toBe('{}');
	});
});
