import type { IDataObject } from 'n8n-workflow';

import type { Features, Sandbox } from '../sandbox/types.mts';
import {
	addKeyed,
	count,
	createKeyed,
	ENTRY,
	keysIn,
	licensesOf,
	outcomesOf,
} from './idempotency.mts';
import { byId, metadata, readable, runLicense, sent, startShop } from './support.mts';

const KEY = 'pi_3Nabc_DEF';

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

describe('a key that no license has', () => {
	test('makes one, with the key as locked metadata behind the own entries', async () => {
		const own = { key: 'order', value: '17', locked: false };
		const result = await createKeyed(sandbox, KEY, { metadata: metadata(own) });

		expect(result.error).toBeUndefined();
		const [{ id, metadata: entries }] = licensesOf(sandbox);
		expect(outcomesOf(result)).toEqual([{ id, alreadyExisted: false }]);
		expect(entries.map(({ key, value, locked }) => ({ key, value, locked }))).toEqual([
			own,
			{ key: ENTRY, value: KEY, locked: true },
		]);
		expect(sent(sandbox)).toEqual(['GET /licenses', 'POST /licenses', 'GET /licenses']);
	});

	test('is a number, which becomes text', async () => {
		await createKeyed(sandbox, '={{ 4711 }}');
		expect(keysIn(sandbox)).toEqual(['4711']);
	});

	test('has blanks around it, which do not count', async () => {
		await createKeyed(sandbox, `  ${KEY}\t`);
		const again = await createKeyed(sandbox, `\n${KEY} `);
		expect(keysIn(sandbox)).toEqual([KEY]);
		expect(outcomesOf(again)).toEqual([{ id: licensesOf(sandbox)[0].id, alreadyExisted: true }]);
	});
});

test('without a key there is one request, and the license did not exist', async () => {
	const result = await runLicense(sandbox, 'create');
	expect(outcomesOf(result)).toEqual([{ id: licensesOf(sandbox)[0].id, alreadyExisted: false }]);
	expect(sent(sandbox)).toEqual(['POST /licenses']);
});

describe('a key that a license has', () => {
	test('gives that license, whatever else the item says, and changes nothing', async () => {
		const { id, licenseKey } = addKeyed(sandbox, KEY, { ipLimit: 3 });
		const result = await createKeyed(
			sandbox,
			KEY,
			{ ipLimit: 9 },
			{ parameters: { expirationType: 'DURATION', expirationDays: 30 } },
		);

		expect(outcomesOf(result)).toEqual([{ id, alreadyExisted: true }]);
		expect(result.items[0].json).toMatchObject({ licenseKey, ipLimit: 3, expirationType: 'NEVER' });
		expect(result.items[0].pairedItem).toEqual({ item: 0 });
		expect(sent(sandbox)).toEqual(['GET /licenses']);
	});

	test('gives the oldest where several have it, and names the others', async () => {
		const second = addKeyed(sandbox, KEY);
		const third = addKeyed(sandbox, KEY);
		const createdAt = new Date(second.createdAt.getTime() - 1);
		const first = addKeyed(sandbox, KEY, { createdAt });
		const result = await createKeyed(sandbox, KEY);

		expect(outcomesOf(result)).toEqual([
			{
				id: first.id,
				alreadyExisted: true,
				surplusLicenses: `${second.licenseKey} (kept), ${third.licenseKey} (kept)`,
			},
		]);
		expect(licensesOf(sandbox)).toHaveLength(3);
	});

	test('gives the same one at every run where several are of one moment', async () => {
		const createdAt = new Date('2026-01-01T00:00:00Z');
		const ids = [1, 2, 3].map(() => addKeyed(sandbox, KEY, { createdAt }).id);
		const [lowest] = ids.sort();
		expect(outcomesOf(await createKeyed(sandbox, KEY))[0].id).toBe(lowest);
		expect(outcomesOf(await createKeyed(sandbox, KEY))[0].id).toBe(lowest);
	});

	test('says so with Simplify too', async () => {
		const { id } = addKeyed(sandbox, KEY);
		const surplus = addKeyed(sandbox, KEY);
		const parameters = { options: { simplify: true } };
		const result = await createKeyed(sandbox, KEY, {}, { parameters });
		expect(outcomesOf(result)).toEqual([
			{ id, alreadyExisted: true, surplusLicenses: `${surplus.licenseKey} (kept)` },
		]);
		expect(result.items[0].json).not.toHaveProperty('ipLimit');
	});
});

describe('look-alikes', () => {
	const lookAlikes: Array<[string, string, string[]]> = [
		['in another case', 'Order-17', ['order-17', 'ORDER-17']],
		['longer', 'order-17', ['order-170', 'my order-17', 'order-17 ']],
		['shorter', 'order-17', ['order-1', 'order']],
		['where _ is a wildcard', 'pi_1', ['pix1', 'pi-1']],
		['where % is a wildcard', '50%off', ['50 percent off', '50%%off']],
		['nothing but wildcards', '%_%', ['abc', '%__%']],
		['with a backslash', 'a\\b', ['ab', 'a\\\\b', 'a\\bc', 'b']],
		['nothing but backslashes', '\\\\', ['\\', '\\\\\\', 'a']],
		['with a backslash at the end', 'a%\\', ['a%', 'a', 'a\\']],
		['with a backslash before a wildcard', 'a\\_b', ['a_b', 'axb', 'a\\xb']],
		['that mean something in an address', 'a&b=c+d#e?f/%41', ['a', 'a&b=c d#e?f/A']],
		['with blanks inside', 'order  17', ['order 17', 'order+17']],
		['in other scripts', 'Größe-№1-注文-🎫', ['GRÖSSE-№1-注文-🎫', 'Größe-№1-注文-🎟']],
		['of other code points that look alike', 'caf\u00e9', ['cafe\u0301']],
		['of 255 characters', 'k'.repeat(255), ['k'.repeat(254), 'K'.repeat(255)]],
	];

	const servers: Array<[string, Partial<Features>]> = [
		['as observed', {}],
		['that ignores the filters', { undocumentedFilters: false }],
		['whose lists have no metadata', { fullLists: false }],
	];

	describe.each(servers)('on a server %s', (_, features) => {
		test.each(lookAlikes)('%s are other keys', async (__, key, others) => {
			Object.assign(sandbox.features, features);
			for (const other of others) addKeyed(sandbox, other);
			// The text is given by an expression, as one that begins with "=" could not be otherwise.
			const extra = { items: [{ key }] };
			const made = await createKeyed(sandbox, '={{ $json.key }}', {}, extra);
			const again = await createKeyed(sandbox, '={{ $json.key }}', {}, extra);

			expect([made.error, again.error]).toEqual([undefined, undefined]);
			expect(keysIn(sandbox)).toEqual([...others, key].sort());
			const { id } = licensesOf(sandbox).at(-1)!;
			expect([...outcomesOf(made), ...outcomesOf(again)]).toEqual([
				{ id, alreadyExisted: false },
				{ id, alreadyExisted: true },
			]);
		});
	});

	test('under another metadata key are no idempotency keys', async () => {
		sandbox.addLicense({ metadata: [{ key: 'order', value: KEY, locked: true }] });
		sandbox.addLicense({ metadata: [{ key: ENTRY.toLowerCase(), value: KEY, locked: true }] });
		expect(outcomesOf(await createKeyed(sandbox, KEY))).toMatchObject([{ alreadyExisted: false }]);
		expect(count(sandbox, 'POST')).toBe(1);
	});
});

describe('among 300 other licenses on a server that ignores the filters', () => {
	const START = Date.parse('2026-01-01T00:00:00Z');

	test.each<[string, Partial<Features>, number]>([
		['none of one moment', {}, 1],
		['20 at a time of one moment', {}, 20],
		['without a total', { totalResults: false }, 1],
		['lists without metadata', { fullLists: false }, 1],
		['lists without metadata, 20 of one moment', { fullLists: false }, 20],
	])('%s: finds the one, and makes one where there is none', async (_, features, block) => {
		Object.assign(sandbox.features, { undocumentedFilters: false, ...features });
		for (let index = 0; index < 300; index += 1) {
			const createdAt = new Date(START + Math.floor(index / block) * 1000);
			addKeyed(sandbox, `other-${index}`, { createdAt });
		}
		const found = await createKeyed(sandbox, 'other-150');
		expect(found.error).toBeUndefined();
		expect(outcomesOf(found)).toMatchObject([{ alreadyExisted: true }]);
		expect(count(sandbox, 'POST')).toBe(0);

		const made = await createKeyed(sandbox, 'other-300');
		const again = await createKeyed(sandbox, 'other-300');
		expect([...outcomesOf(made), ...outcomesOf(again)]).toMatchObject([
			{ alreadyExisted: false },
			{ alreadyExisted: true },
		]);
		expect(count(sandbox, 'POST')).toBe(1);
	});

	test('where the pages show fewer than Lukittu counts, nothing is created', async () => {
		const data = { licenses: [], hasNextPage: false, totalResults: 3 };
		sandbox.addFault({ method: 'GET', times: 100, kind: { status: 200, data } });
		const { error } = await createKeyed(sandbox, KEY);
		expect(readable(error)).toMatch(/^3 licenses that Lukittu counts came on none of its pages/);
		expect(count(sandbox, 'POST')).toBe(0);
	});
});

describe('items with one key', () => {
	test('of one run make one license', async () => {
		sandbox.latencyMs = 3;
		const items = Array.from({ length: 30 }, (_, n) => ({ key: `order-${n % 3}` }));
		const result = await createKeyed(sandbox, '={{ $json.key }}', {}, { items });

		expect(result.error).toBeUndefined();
		expect(keysIn(sandbox)).toEqual(['order-0', 'order-1', 'order-2']);
		expect(count(sandbox, 'POST')).toBe(3);
		const outputs = outcomesOf(result);
		expect(outputs.map(({ alreadyExisted }) => alreadyExisted)).toEqual(
			items.map((_, n) => n >= 3),
		);
		outputs.forEach(({ id }, n) => expect(id).toBe(outputs[n % 3].id));
		expect(result.items.map(({ pairedItem }) => pairedItem)).toEqual(
			items.map((_, item) => ({ item })),
		);
	});

	test('of two runs in one n8n make one license', async () => {
		sandbox.latencyMs = 3;
		const [a, b] = await Promise.all([createKeyed(sandbox, KEY), createKeyed(sandbox, ` ${KEY}`)]);
		expect(keysIn(sandbox)).toEqual([KEY]);
		expect(
			[...outcomesOf(a), ...outcomesOf(b)].map(({ alreadyExisted }) => alreadyExisted).sort(),
		).toEqual([false, true]);
		expect(a.items[0].json.id).toBe(b.items[0].json.id);
		expect(count(sandbox, 'POST')).toBe(1);
	});

	test('in two teams make one license in each', async () => {
		const credentials = {
			apiKey: sandbox.otherTeam.apiKey,
			teamId: sandbox.otherTeam.teamId,
			baseUrl: sandbox.url,
		};
		const results = await Promise.all([
			createKeyed(sandbox, KEY),
			createKeyed(sandbox, KEY, {}, { credentials }),
		]);
		expect(results.flatMap(outcomesOf).map(({ alreadyExisted }) => alreadyExisted)).toEqual([
			false,
			false,
		]);
		expect([sandbox.state, sandbox.otherTeam].map(({ licenses }) => licenses.size)).toEqual([1, 1]);
	});

	test('that was deleted since is made again', async () => {
		const [{ id }] = outcomesOf(await createKeyed(sandbox, KEY));
		await runLicense(sandbox, 'delete', { license: byId(id) });
		expect(outcomesOf(await createKeyed(sandbox, KEY))).toMatchObject([{ alreadyExisted: false }]);
		expect(keysIn(sandbox)).toEqual([KEY]);
	});
});

describe('what is refused before anything is sent', () => {
	const entries = (length: number) =>
		metadata(...Array.from({ length }, (_, n) => ({ key: `k${n}`, value: 'v' })));
	const EMPTY = `'Idempotency Key' is empty
Give 1 to 255 characters, or remove the field. If it comes from an expression, check that the expression has a value for this item.`;

	test.each<[string, unknown, IDataObject, string]>([
		['no key', '', {}, EMPTY],
		['blanks', ' \t\n', {}, EMPTY],
		['an expression without a value', '={{ $json.missing }}', {}, EMPTY],
		['null', '={{ null }}', {}, EMPTY],
		[
			'a list',
			'={{ ["a"] }}',
			{},
			`'Idempotency Key' is ["a"], which is not text
Give a text. An object can be stored with {{ JSON.stringify(…) }}.`,
		],
		[
			'256 characters',
			'k'.repeat(256),
			{},
			`'Idempotency Key' has 256 characters
Lukittu takes at most 255. Shorten it.`,
		],
		[
			'a NUL character',
			'={{ "a\\u0000b" }}',
			{},
			`'Idempotency Key' contains a NUL character
Remove the character with the code 0.`,
		],
		[
			'half a character',
			'={{ "🎫".slice(0, 1) }}',
			{},
			`'Idempotency Key' contains half a character
It was cut in the middle of a character, such as an emoji. Shorten a text with {{ Array.from(text).slice(0, 50).join("") }}, which keeps characters whole.`,
		],
		[
			'20 own entries beside it',
			KEY,
			{ metadata: entries(20) },
			`'Metadata' with the 'Idempotency Key' comes to 21 entries
Lukittu takes at most 20 metadata entries. Remove 1.`,
		],
		[
			'an own entry in its place',
			KEY,
			{ metadata: metadata({ key: ENTRY, value: 'mine' }) },
			`'Metadata' has an entry with the key "n8nIdempotencyKey"
The node keeps the 'Idempotency Key' there. Give your entry another key.`,
		],
	])('%s', async (_, key, fields, text) => {
		const { error } = await createKeyed(sandbox, key, fields);
		expect(readable(error)).toBe(text);
		expect(sandbox.requests).toHaveLength(0);
	});

	test('19 own entries beside the key are taken', async () => {
		const { error } = await createKeyed(sandbox, KEY, { metadata: entries(19) });
		expect(error).toBeUndefined();
		expect(licensesOf(sandbox)[0].metadata).toHaveLength(20);
	});
});
