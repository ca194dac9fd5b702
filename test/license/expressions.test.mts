import { isThroughRouting } from '../engine/index.mts';
import type { Sandbox } from '../sandbox/types.mts';
import { byId, customers, metadata, readable, runLicense, startShop } from './support.mts';

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => {
	await sandbox.close();
});

/** Five items, of which item 3 lacks what the others have. */
const ITEMS = Array.from({ length: 5 }, (_, n) => ({
	n,
	order: n === 3 ? null : { seats: { count: 5 } },
}));

const onItem3 = (expression: string) => `={{ $json.n === 3 ? ${expression} : 5 }}`;

const NOWHERE = "An expression could not be evaluated: Referenced node doesn't exist";
const ADVICE = 'Check the expressions in the fields of this node, with the data of this item.';
const EMPTY = "'Hardware ID Limit' is empty";
const GIVE_LIMIT =
	'Give a whole number from 0 to 1000. If it comes from an expression, check that the expression has a value for this item.';

const limit = (hwidLimit: string) => ({ additionalFields: { hwidLimit } });

// Where n8n itself throws, its routing ends the run in words of its own.
const THROWN: Array<[string, object, string, string]> = [
	['a node that is not there', limit(onItem3('$("Nowhere").item.json.id')), NOWHERE, ADVICE],
	[
		'a node that is not there, in a locator',
		{ customers: customers('={{ $json.n === 3 ? $("Nowhere").item.json.id : [] }}') },
		NOWHERE,
		ADVICE,
	],
	[
		'$fromAI without a key',
		limit(onItem3('$fromAI("")')),
		"An expression could not be evaluated: Add a key, e.g. $fromAI('placeholder_name')",
		ADVICE,
	],
];
// These n8n takes for expressions without a value.
const EMPTIED: Array<[string, object, string, string]> = [
	['a property of null', limit('={{ $json.order.seats.count }}'), EMPTY, GIVE_LIMIT],
	['what throws', limit(onItem3('(() => { throw new Error("x") })()')), EMPTY, GIVE_LIMIT],
	['no function', limit(onItem3('$json.nothing()')), EMPTY, GIVE_LIMIT],
];

// n8n's routing has the node read and carry out one item after the other.
const testAllAtOnce = isThroughRouting ? test.skip : test;

describe.each(isThroughRouting ? EMPTIED : [...EMPTIED, ...THROWN])(
	'in item 3 of 5, an expression with %s',
	(_, parameters, message, advice) => {
		testAllAtOnce('leaves nothing done, and is reported', async () => {
			const { error } = await runLicense(sandbox, 'create', { ...parameters }, { items: ITEMS });
			expect(readable(error)).toBe(`${message}\n${advice}\n\nNone of the 5 items was carried out.`);
			expect(error?.context).toMatchObject({ itemIndex: 3, runIndex: 0 });
			expect(sandbox.requests).toHaveLength(0);
		});

		test('with "continue" is an item of its own, and the others are carried out', async () => {
			const { error, items } = await runLicense(
				sandbox,
				'create',
				{ ...parameters },
				{ items: ITEMS, onError: 'continueRegularOutput' },
			);
			expect(error).toBeUndefined();
			expect(items.map(({ pairedItem }) => pairedItem)).toEqual(
				ITEMS.map(({ n }) => ({ item: n })),
			);
			expect(items[3].json).toEqual({ error: message, details: advice });
			expect(items.filter(({ json }) => 'error' in json)).toHaveLength(1);
			expect(sandbox.state.licenses.size).toBe(4);
		});

		test('with an error output goes there with its input', async () => {
			const { items, errorItems } = await runLicense(
				sandbox,
				'create',
				{ ...parameters },
				{ items: ITEMS, onError: 'continueErrorOutput' },
			);
			expect(items).toHaveLength(4);
			expect(errorItems).toHaveLength(1);
			expect(errorItems[0]).toMatchObject({
				json: { ...ITEMS[3], error: message },
				pairedItem: { item: 3 },
			});
		});
	},
);

testAllAtOnce('an expression with a syntax fault names the first item', async () => {
	const { error } = await runLicense(sandbox, 'create', limit('={{ $json. }}'), { items: ITEMS });
	expect(readable(error)).toMatch(/^An expression could not be evaluated: invalid syntax\n/);
	expect(error?.context).toMatchObject({ itemIndex: 0 });
	expect(sandbox.requests).toHaveLength(0);
});

testAllAtOnce('each expression is evaluated once for an item', async () => {
	const license = sandbox.addLicense();
	const counted = '={{ ($json.seen.count = ($json.seen.count ?? 0) + 1) && "v" }}';
	const seen = { count: 0 };
	await runLicense(
		sandbox,
		'update',
		{
			license: byId(license.id),
			updateFields: { setMetadata: metadata({ key: 'a', value: counted }) },
		},
		{ items: [{ seen }] },
	);
	expect(sandbox.state.licenses.get(license.id)?.metadata[0].value).toBe('v');
	expect(seen.count).toBe(1);
});
