import type { Sandbox } from '../sandbox/types.mts';
import { count, createKeyed, keysIn } from './idempotency.mts';
import { addFullLicense, byDays } from './renewals.mts';
import { byId, readable, runLicense, startShop } from './support.mts';

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

/** Written as JavaScript, with the words of the refusal. */
const REFUSED: Array<[string, RegExp]> = [
	['undefined', /is empty/],
	['null', /is empty/],
	['""', /is empty/],
	['"\\u200b\\ufeff "', /is empty/],
	['NaN', /is NaN, which is not text/],
	['Infinity', /is Infinity, which is not text/],
	['-Infinity', /is -Infinity, which is not text/],
	['true', /is true, which names nothing/],
	['false', /is false, which names nothing/],
	['2 ** 53', /does not hold all of its digits/],
	['-(2 ** 60)', /does not hold all of its digits/],
	['1e300', /does not hold all of its digits/],
	['({ id: 1 })', /is \{"id":1\}, which is not text/],
	['["pi_1"]', /is \["pi_1"\], which is not text/],
	...[
		'undefined',
		'null',
		'NULL',
		'NaN',
		'nan',
		'Infinity',
		'true',
		'FALSE',
		' false ',
		'#N/A',
	].map((text): [string, RegExp] => [JSON.stringify(text), /which names nothing/]),
	...['[object Object]', 'order-[object Object]', '[object Array]:1'].map(
		(text): [string, RegExp] => [JSON.stringify(text), /an object stands for a value/],
	),
	...[
		'order-undefined',
		'undefined-1',
		'order-undefined-1',
		'pi_123:NaN',
		'pi_null_2',
		'order:-Infinity',
		'order 1001 null',
		'payment=undefined&line=2',
		'order, undefined',
	].map((text): [string, RegExp] => [JSON.stringify(text), /a part has no value/]),
	...['"order-" + 2 ** 80', '"1.23457E+17"', '"pi:" + 1e21'].map((text): [string, RegExp] => [
		text,
		/a number has lost its last digits/,
	]),
	...[
		'order-',
		'order- ',
		'order -',
		'order-\u200b',
		'order_',
		'order:',
		'order/',
		'order.',
		'order#',
		'order|',
		'order,',
		'order\u2013',
		'pi_3MtwBwLkdIwHu7ix28a3tqPa-',
		'payment=',
		'https://shop.example/orders/',
		':',
		'---',
		'#',
	].map((text): [string, RegExp] => [JSON.stringify(text), /the last part is missing/]),
	...['-1', ':1', '_line_2', '|2', '.1', ' - 2', '\u20141'].map((text): [string, RegExp] => [
		JSON.stringify(text),
		/the first part is missing/,
	]),
	...[
		'order--2',
		'order::2',
		'pi_:1',
		'order - - 2',
		'gid://shopify/Order//2',
		'payment=&line=2',
		'order-()',
		'order[]-1',
	].map((text): [string, RegExp] => [JSON.stringify(text), /a part is missing/]),
	...['{{ $json.id }}', '$json.id', 'order-{{ $json.id }}'].map((text): [string, RegExp] => [
		JSON.stringify(text),
		/an expression was not evaluated/,
	]),
];

describe.each(['create', 'renew'] as const)('%s', (operation) => {
	const withKey = async (key: unknown, item = {}) => {
		if (operation === 'create') return await createKeyed(sandbox, key, {}, { items: [item] });
		const license = addFullLicense(sandbox, { expirationType: 'NEVER' });
		license.expirationType = 'DATE';
		license.expirationDate = new Date('2040-01-01');
		const parameters = {
			license: byId(license.id),
			...byDays(3, { idempotencyKey: key as string }),
		};
		return await runLicense(sandbox, 'renew', parameters, { items: [item] });
	};

	test('refuses what is no identity before anything is sent', async () => {
		for (const [value, text] of REFUSED) {
			// A text in braces would be an expression in an expression.
			const isText = value.startsWith('"') && value.endsWith('"') && !value.includes(' + ');
			const item = isText ? { key: JSON.parse(value) as string } : {};
			const key = isText ? '={{ $json.key }}' : `={{ ${value} }}`;
			const { error } = await withKey(key, item);
			const [message, description] = readable(error).split('\n');
			expect([value, message]).toEqual([value, expect.stringContaining("'Idempotency Key' ")]);
			expect([value, message]).toEqual([value, expect.stringMatching(text)]);
			expect(description).toMatch(/expression|text/);
		}
		expect(sandbox.requests).toEqual([]);
	});

	test.each([
		['order-{{ $json.missing }}', 'order-'],
		['{{ $json.missing }}-1', '-1'],
		['order-{{ $json.missing }}-2', 'order--2'],
		['{{ $json.missing }}:{{ $json.none }}', ':'],
		['order-{{ $json.object }}', 'order-[object Object]'],
	])('refuses a key with expressions where one is empty: %s', async (template, shown) => {
		const { error } = await withKey(`=${template}`, { object: { id: 1 }, none: null });
		expect(readable(error)).toContain(`'Idempotency Key' is "${shown}", in which `);
		expect(sandbox.requests).toEqual([]);
	});
});

const TAKEN = [
	'pi_3MtwBwLkdIwHu7ix28a3tqPa',
	'cs_test_a1B2c3-line-1',
	'#1001',
	'shop/#1001',
	'order: #1001',
	'gid://shopify/Order/1001',
	'https://shop.example/orders/1001?key=wc_order_5',
	'/orders/1001',
	'alma@example.com:orbit',
	'jennifer_null@example.com',
	'null@example.com',
	'nullable-1',
	'undefinedly-1',
	'NaNa-1',
	'2026-07-02T12:00:00.000Z',
	'123e4567-e89b-42d3-a456-426614174000',
	'q1bCO5rRpQxGgYRBjgmpvQ==',
	'/1bCO5rRpQ//YRBjgm+/vQ==',
	'C++',
	'order (1)',
	'order[1]',
	'A&B, Inc-7',
	'Größe-№1-注文-🎫',
	'12345678901234567890',
	'1001-true',
	'0',
	'50%off',
	'a\\',
];

test.each(TAKEN)('takes %s, once', async (key) => {
	const items = [{ key }, { key }];
	const { error } = await createKeyed(sandbox, '={{ $json.key }}', {}, { items });
	expect(readable(error).trim()).toBe('');
	expect(keysIn(sandbox)).toEqual([key]);
	expect(count(sandbox, 'POST')).toBe(1);
});

test.each([
	'-V1StGXR8_Z5jdHi6B-my',
	'V1StGXR8_Z5--jdHi6B-m_',
	'a__b',
	'/orders/1001/',
	'arn:aws:license-manager::294406891311:license:l-ecbba',
])('the way out that the message names works for the ID %s', async (id) => {
	const items = [{ id }, { id }];
	const refused = await createKeyed(sandbox, '={{ $json.id }}', {}, { items });
	expect(readable(refused.error)).toContain('{{ $json.id.base64Encode() }}');
	const { error } = await createKeyed(sandbox, '={{ $json.id.base64Encode() }}', {}, { items });
	expect(readable(error).trim()).toBe('');
	expect(keysIn(sandbox)).toEqual([Buffer.from(id).toString('base64')]);
	// Without an ID, it is empty.
	const empty = await createKeyed(
		sandbox,
		'={{ $json.id.base64Encode() }}',
		{},
		{ items: [{ id: '' }] },
	);
	expect(readable(empty.error)).toContain('is empty');
});

test.each([
	[1001, '1001'],
	[2 ** 53 - 1, '9007199254740991'],
	[10.5, '10.5'],
])('takes the number %p', async (number, key) => {
	const { error } = await createKeyed(sandbox, '={{ $json.number }}', {}, { items: [{ number }] });
	expect(readable(error).trim()).toBe('');
	expect(keysIn(sandbox)).toEqual([key]);
});
