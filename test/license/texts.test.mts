import type { IDataObject } from 'n8n-workflow';

import { address, addFullCustomer, runCustomer } from '../customer/support.mts';
import type { Sandbox } from '../sandbox/types.mts';
import { byDays } from './renewals.mts';
import {
	byId,
	byKey,
	customers,
	metadata,
	products,
	readable,
	runLicense,
	sent,
	startShop,
} from './support.mts';

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

/** Every field whose text goes into a body or a query, by the label that a message must name. */
const FIELDS: Array<[label: string, run: (text: string) => ReturnType<typeof runLicense>]> = [
	...['Key', 'Value'].map((label): (typeof FIELDS)[number] => [
		`'Metadata' entry 1, '${label}'`,
		async (text) => {
			const entry = { key: 'a', value: 'b', [label.toLowerCase()]: text };
			return await runLicense(sandbox, 'create', {
				additionalFields: { metadata: metadata(entry) },
			});
		},
	]),
	...['Set Metadata', 'Replace Metadata'].map((label): (typeof FIELDS)[number] => [
		`'${label}' entry 1, 'Value'`,
		async (text) => {
			const name = label.startsWith('Set') ? 'setMetadata' : 'replaceMetadata';
			return await runLicense(sandbox, 'update', {
				license: byId(sandbox.addLicense().id),
				updateFields: { [name]: metadata({ key: 'a', value: text }) },
			});
		},
	]),
	[
		"'Remove Metadata' key 1",
		async (text) =>
			await runLicense(sandbox, 'update', {
				license: byId(sandbox.addLicense().id),
				updateFields: { removeMetadata: [text] },
			}),
	],
	[
		"'Reason'",
		async (text) =>
			await runLicense(sandbox, 'suspend', {
				license: byId(sandbox.addLicense().id),
				suspendFields: { reason: text },
			}),
	],
	[
		"'Idempotency Key'",
		async (text) =>
			await runLicense(sandbox, 'renew', {
				license: byId(sandbox.addLicense().id),
				...byDays(3, { idempotencyKey: text }),
			}),
	],
	[
		"The filter 'Metadata', 'Value',",
		async (text) =>
			await runLicense(sandbox, 'getAll', {
				filters: { metadata: { entry: { key: 'a', value: text } } },
			}),
	],
	["'Search'", async (text) => await runCustomer(sandbox, 'getAll', { filters: { search: text } })],
	...(
		[
			["'Full Name'", (fullName: string) => ({ fullName })],
			["'Username'", (username: string) => ({ username })],
			["'City' in 'Address'", (city: string) => address({ city })],
			["'Address Line 2' in 'Address'", (line2: string) => address({ line2 })],
			["'Metadata' entry 1, 'Key'", (key: string) => ({ metadata: metadata({ key, value: 'b' }) })],
		] as Array<[string, (text: string) => IDataObject]>
	).map(([label, fieldsWith]): (typeof FIELDS)[number] => [
		label,
		async (text) =>
			await runCustomer(sandbox, 'upsert', {
				email: 'alma@example.com',
				upsertFields: fieldsWith(text),
			}),
	]),
	[
		"'Postal Code' in 'Replace Address'",
		async (text) =>
			await runCustomer(sandbox, 'update', {
				customer: byId(addFullCustomer(sandbox).id),
				customerUpdateFields: { replaceAddress: address({ postalCode: text }).address },
			}),
	],
];

describe.each(FIELDS)('%s', (label, run) => {
	test.each([
		['a cut emoji', '"Alma 🎫".slice(0, 6)'],
		['the first half of a character', '"\\ud83dAlma"'],
		['the second half of a character', '"Al\\ude00ma"'],
		['halves in the wrong order', '"Alma \\ude00\\ud83d"'],
		['a text cut in the middle of a family', '"Alma 👨‍👩‍👧".slice(0, -1)'],
	])('with %s is refused before anything is sent', async (_, text) => {
		const { error } = await run(`={{ ${text} }}`);
		expect(readable(error)).toBe(
			`${label} contains half a character\nIt was cut in the middle of a character, such as an emoji. Shorten a text with {{ Array.from(text).slice(0, 50).join("") }}, which keeps characters whole.`,
		);
		expect(sandbox.requests).toEqual([]);
	});

	test('with a NUL character is refused before anything is sent', async () => {
		const { error } = await run('={{ "Al\\u0000ma" }}');
		expect(readable(error)).toContain(`${label} contains a NUL character\n`);
		expect(sandbox.requests).toEqual([]);
	});

	test.each([
		['123456789012345678', 'is a number, which does not hold all of its digits'],
		['-(2 ** 53)', 'is a number, which does not hold all of its digits'],
		['0 / 0', 'is NaN, which is not text'],
	])('with the number %s is refused before anything is sent', async (number, text) => {
		const { error } = await run(`={{ ${number} }}`);
		expect(readable(error)).toContain(`${label} ${text}\n`);
		expect(sandbox.requests).toEqual([]);
	});

	test('with whole characters is taken, also as the way out shortens them', async () => {
		for (const text of ['"Alma 🎫👨‍👩‍👧"', 'Array.from("🎫".repeat(60)).slice(0, 9).join("")']) {
			const { error } = await run(`={{ ${text} }}`);
			// A renewal of a license that never expires is refused once it was read.
			if (label !== "'Idempotency Key'") expect(readable(error).trim()).toBe('');
			expect(sandbox.requests.length).toBeGreaterThan(0);
		}
	});
});

/** Metadata is the user's own text, and kept as it is. */
const OTHER_FIELDS = FIELDS.filter(([label]) => !/Metadata|Reason/.test(label));

describe.each(OTHER_FIELDS)('%s', (label, run) => {
	test.each(['"   "', '"\\t\\n\\u00a0"', '"\\u200b\\u2060"'])(
		'with blanks or nothing to be seen (%s) is refused before anything is sent',
		async (text) => {
			const { error } = await run(`={{ ${text} }}`);
			// An address with nothing in any part is refused as a whole.
			const whole = label.split(' in ').at(-1);
			expect(readable(error)).toContain(`${whole} is empty\n`);
			expect(sandbox.requests).toEqual([]);
		},
	);
});

describe('an ID that was copied with something around it', () => {
	test.each<[string, (id: string) => string]>([
		['blanks', (id) => ` ${id}\n`],
		['quotes', (id) => `"${id}"`],
		['single quotes', (id) => `'${id}'`],
		['typographic quotes', (id) => `\u201c${id}\u201d`],
		['blanks in quotes', (id) => `" ${id} "`],
		['a zero-width blank', (id) => `\u200b${id}`],
		['a byte order mark', (id) => `${id}\ufeff`],
		['soft hyphens within', (id) => id.replace('-', '-\u00ad')],
		['capital letters', (id) => id.toUpperCase()],
	])('is read as it is meant: %s', async (_, wrapped) => {
		const [customer, product] = [sandbox.addCustomer().id, sandbox.addProduct().id];
		const { error } = await runLicense(
			sandbox,
			'create',
			{ customers: customers('={{ $json.customer }}'), products: products('={{ $json.product }}') },
			{ items: [{ customer: wrapped(customer), product: wrapped(product) }] },
		);
		expect(readable(error).trim()).toBe('');
		expect(sandbox.requests[0].body).toMatchObject({
			customerIds: [customer],
			productIds: [product],
		});
	});

	test('is still held to be given once', async () => {
		const { id } = sandbox.addCustomer();
		const { error } = await runLicense(sandbox, 'create', {
			customers: customers(`={{ ["${id}", "\u200b${id}"] }}`),
		});
		expect(readable(error)).toContain(`'Customers' names the customer ${id} more than once`);
		expect(sandbox.requests).toEqual([]);
	});

	test.each([
		['half of it', (id: string) => id.slice(0, 18)],
		['braces', (id: string) => `{${id}}`],
		['two quotes only', () => '""'],
		['two of them in one', (id: string) => `${id} ${id}`],
	])('is refused where it is not clear: %s', async (_, wrapped) => {
		const { error } = await runLicense(
			sandbox,
			'create',
			{ customers: customers('={{ $json.id }}') },
			{ items: [{ id: wrapped(sandbox.addCustomer().id) }] },
		);
		expect(readable(error)).toContain("'Customers' ");
		expect(sandbox.requests).toEqual([]);
	});
});

test.each<[string, (key: string) => string]>([
	['typographic hyphens', (key) => key.replaceAll('-', '\u2010')],
	['hyphens that do not break', (key) => key.replaceAll('-', '\u2011')],
	['en dashes', (key) => key.replaceAll('-', '\u2013')],
	['em dashes', (key) => key.replaceAll('-', '\u2014')],
	['minus signs', (key) => key.replaceAll('-', '\u2212')],
	['lower case in quotes', (key) => `"${key.toLowerCase()}"`],
	['a zero-width blank', (key) => key.replace('-', '\u200b-')],
])('a license key with %s is read as it is meant', async (_, wrapped) => {
	const { licenseKey } = sandbox.addLicense();
	const { error } = await runLicense(
		sandbox,
		'get',
		{ license: byKey('={{ $json.key }}') },
		{ items: [{ key: wrapped(licenseKey) }] },
	);
	expect(readable(error).trim()).toBe('');
	expect(sent(sandbox)).toEqual([`GET /licenses/${licenseKey}`]);
});

describe('numbers', () => {
	const NUMBERS: Array<[label: string, run: (value: string) => ReturnType<typeof runLicense>]> = [
		...(
			[
				['Hardware ID Limit', 'hwidLimit'],
				['IP Address Limit', 'ipLimit'],
			] as const
		).flatMap(([label, name]): typeof NUMBERS => [
			[
				label,
				async (value) =>
					await runLicense(sandbox, 'create', { additionalFields: { [name]: value } }),
			],
			[
				label,
				async (value) =>
					await runLicense(sandbox, 'update', {
						license: byId(sandbox.addLicense().id),
						updateFields: { [name]: value },
					}),
			],
		]),
		[
			'Days',
			async (value) =>
				await runLicense(sandbox, 'create', { expirationType: 'DURATION', expirationDays: value }),
		],
		[
			'Days',
			async (value) =>
				await runLicense(sandbox, 'renew', {
					license: byId(sandbox.addLicense().id),
					...byDays(value),
				}),
		],
		['Limit', async (value) => await runLicense(sandbox, 'getAll', { limit: value })],
		['Limit', async (value) => await runCustomer(sandbox, 'getAll', { limit: value })],
		...(['expiresWithinDays', 'expiredSinceDays', 'inactiveForDays'] as const).map(
			(name): (typeof NUMBERS)[number] => [
				'Days',
				async (value) => await runLicense(sandbox, 'getAll', { filters: { [name]: value } }),
			],
		),
	];

	test.each(NUMBERS)('%s takes nothing but whole numbers', async (label, run) => {
		for (const value of [
			'true',
			'false',
			'1.5',
			'"1.5"',
			'"1,5"',
			'"3 0"',
			'"1e2"',
			'"0x10"',
			'"30 days"',
			'-1',
			'"-1"',
			'NaN',
			'Infinity',
			'2 ** 53',
			'"9007199254740993"',
			'1e300',
			'[30]',
			'({ days: 30 })',
			'$now',
			'"\uff13\uff10"',
		]) {
			const { error } = await run(`={{ ${value} }}`);
			expect([value, readable(error)]).toEqual([
				value,
				expect.stringMatching(
					new RegExp(
						`^'[\\w ]*${label}' is .*, not a whole number from \\d+ (to|up).*\\nGive a whole number`,
					),
				),
			]);
		}
		for (const value of ['""', '"  "', 'null', 'undefined', '"\\u200b"']) {
			const { error } = await run(`={{ ${value} }}`);
			expect([value, readable(error)]).toEqual([value, expect.stringContaining("' is empty\n")]);
		}
		expect(sandbox.requests).toEqual([]);
	});
});
