import type { Sandbox } from '../sandbox/types.mts';
import { count, createKeyed, keysIn, outcomesOf } from './idempotency.mts';
import { startShop } from './support.mts';

const KEYS = Array.from({ length: 250 }, (_, n) => `order-${n + 100}`);
/** Each key four times, in mixed order: 389 has no divisor in common with 1,000. */
const ITEMS = Array.from({ length: 1000 }, (_, n) => ({ key: KEYS[((n * 389) % 1000) % 250] }));

// Some thousand requests each, on a machine that may be busy.
jest.setTimeout(120_000);

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

/** Runs all 1,000 items, and checks what comes out; gives back how many of them were new. */
async function runAll(): Promise<number> {
	const result = await createKeyed(sandbox, '={{ $json.key }}', {}, { items: ITEMS });
	expect(result.error).toBeUndefined();
	const outputs = outcomesOf(result);
	expect(outputs).toHaveLength(1000);
	const idOf = new Map(outputs.map(({ id }, n) => [ITEMS[n].key, id]));
	expect(idOf.size).toBe(250);
	outputs.forEach(({ id, surplusLicenses }, n) => {
		expect(id).toBe(idOf.get(ITEMS[n].key));
		expect(surplusLicenses).toBeUndefined();
	});
	return outputs.filter(({ alreadyExisted }) => !alreadyExisted).length;
}

test('1,000 items with 250 keys make 250 licenses, and so does the same run again', async () => {
	expect(await runAll()).toBe(250);
	expect(keysIn(sandbox)).toEqual(KEYS);
	expect(count(sandbox, 'POST')).toBe(250);

	expect(await runAll()).toBe(0);
	expect(keysIn(sandbox)).toEqual(KEYS);
	expect(count(sandbox, 'POST')).toBe(250);
});

test('with every third answer lost there still are 250, after a second run too', async () => {
	// A request that meets a fault does not count for those behind it: two pass between two of them.
	for (let lost = 1; lost <= 83; lost += 1) {
		sandbox.addFault({ method: 'POST', skip: 2 * lost, kind: 'resetAfter' });
	}
	expect(await runAll()).toBe(250);
	const posts = sandbox.requests.filter(({ method }) => method === 'POST');
	const lost = posts.flatMap(({ status }, n) => (status === undefined ? [n] : []));
	expect(lost).toEqual(Array.from({ length: 83 }, (_, n) => 3 * n + 2));
	expect(keysIn(sandbox)).toEqual(KEYS);

	expect(await runAll()).toBe(0);
	expect(keysIn(sandbox)).toEqual(KEYS);
	expect(count(sandbox, 'POST')).toBe(250);
});
