/** An idempotency key that stands for another sale is refused. */
import type { IDataObject } from 'n8n-workflow';

import { addKeyed, count, createKeyed, keysIn, outcomesOf } from '../license/idempotency.mts';
import { byId, customers, products, readable, runLicense, startShop } from '../license/support.mts';
import type { Features, Sandbox } from '../sandbox/types.mts';

const KEY = 'pi_3Nabc_DEF';
const ADVICE = /one key|'Idempotency Key' of its own: [^]*line of the order[^]*number of the piece/;

let sandbox: Sandbox;
let ada: string;
let bo: string;
let editor: string;
let player: string;

beforeEach(async () => {
	({ sandbox } = await startShop());
	[ada, bo] = [sandbox.addCustomer().id, sandbox.addCustomer().id];
	[editor, player] = [sandbox.addProduct().id, sandbox.addProduct().id];
});

afterEach(async () => await sandbox.close());

type Sale = { customers?: string[]; products?: string[]; accept?: unknown };

const create = async ({ customers: who = [], products: what = [], accept }: Sale) =>
	await createKeyed(
		sandbox,
		KEY,
		{},
		{
			parameters: {
				customers: customers(...who),
				products: products(...what),
				...(accept !== undefined && { options: { acceptChangedLicense: accept } as IDataObject }),
			},
		},
	);

const servers: Array<[string, Partial<Features>]> = [
	['as observed', {}],
	['that ignores the filters', { undocumentedFilters: false }],
	['whose lists have no metadata', { fullLists: false }],
];

describe.each(servers)('on a server %s', (_, features) => {
	const refused: Array<[string, () => Sale, () => string]> = [
		['another product', () => ({ products: [player] }), () => `the product ${player}`],
		['one more product', () => ({ products: [editor, player] }), () => `the product ${player}`],
		['another customer', () => ({ customers: [bo] }), () => `the customer ${bo}`],
		[
			'one more customer and another product',
			() => ({ customers: [ada, bo], products: [player] }),
			() => `the product ${player} and the customer ${bo}`,
		],
	];

	test.each(refused)('%s is refused, and named', async (__, sale, missing) => {
		Object.assign(sandbox.features, features);
		const { licenseKey } = addKeyed(sandbox, KEY, { customerIds: [ada], productIds: [editor] });
		const result = await create(sale());
		expect(result.items).toEqual([]);
		expect(readable(result.error)).toContain(
			`The idempotency key "${KEY}" was used for another sale: its license ${licenseKey} lacks ${missing()}\n`,
		);
		expect(readable(result.error)).toMatch(ADVICE);
		expect(keysIn(sandbox)).toEqual([KEY]);
		expect(count(sandbox, 'POST')).toBe(0);

		const accepted = await create({ ...sale(), accept: true });
		expect(outcomesOf(accepted)).toMatchObject([{ alreadyExisted: true }]);
	});

	const same: Array<[string, () => Sale]> = [
		['the same', () => ({ customers: [ada], products: [editor] })],
		['no customer and product', () => ({})],
		['the product alone', () => ({ products: [editor] })],
	];

	test.each(same)('%s comes out', async (__, sale) => {
		Object.assign(sandbox.features, features);
		const { id } = addKeyed(sandbox, KEY, { customerIds: [ada, bo], productIds: [editor] });
		expect(outcomesOf(await create(sale()))).toEqual([{ id, alreadyExisted: true }]);
	});
});

test('a cart of several lines under one payment is refused at the second line', async () => {
	const items = [editor, player, editor].map((product) => ({ product }));
	const { error } = await createKeyed(
		sandbox,
		KEY,
		{},
		{
			items,
			parameters: { products: products('={{ $json.product }}'), customers: customers(ada) },
		},
	);
	expect(readable(error)).toMatch(/was used for another sale: its license \S+ lacks the product/);
	expect(readable(error)).toMatch(ADVICE);
	expect(keysIn(sandbox)).toEqual([KEY]);
});

test('with the line and the piece in the key, each gets its license, once', async () => {
	const items = [editor, player, player].map((product, n) => ({ product, n }));
	const extra = { items, parameters: { products: products('={{ $json.product }}') } };
	const key = `=${KEY}-{{ $json.product }}-{{ $json.n }}`;
	await createKeyed(sandbox, key, {}, extra);
	const { error } = await createKeyed(sandbox, key, {}, extra);
	expect(error).toBeUndefined();
	expect(sandbox.state.licenses.size).toBe(3);
});

test('a license whose customer was changed since is found by the option only', async () => {
	const sale = { customers: [ada], products: [editor] };
	const [{ id }] = outcomesOf(await create(sale));
	await runLicense(sandbox, 'update', {
		license: byId(id),
		updateFields: { replaceCustomers: customers(bo) },
	});
	const { error } = await create(sale);
	expect(readable(error)).toContain(`lacks the customer ${ada}`);
	expect(readable(error)).toContain("'Accept Changed License'");
	expect(outcomesOf(await create({ ...sale, accept: true }))).toEqual([
		{ id, alreadyExisted: true },
	]);
	expect(readable((await create({ ...sale, accept: false })).error)).toContain('lacks');
	expect(readable((await create({ ...sale, accept: 'maybe' })).error)).toContain(
		'\'Accept Changed License\' is "maybe"',
	);
});

test('two sales with one key at the same moment: the younger one is deleted and refused', async () => {
	sandbox.onRequest = ({ method }) => {
		if (method === 'POST' && sandbox.state.licenses.size === 0) {
			addKeyed(sandbox, KEY, { productIds: [player] });
		}
	};
	const { error, items } = await create({ products: [editor] });
	expect(items).toEqual([]);
	expect(readable(error)).toContain(`lacks the product ${editor}`);
	expect([...sandbox.state.licenses.values()].map(({ productIds }) => productIds)).toEqual([
		[player],
	]);
});
