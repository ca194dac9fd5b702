import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { runNode } from '../engine/index.mts';
import { credentialsOf, startShop } from '../license/support.mts';
import type { Sandbox } from '../sandbox/types.mts';
import {
	expectEnded,
	expectKnownPaths,
	expectUnpolluted,
	isErrorItem,
	storedText,
} from './expectations.mts';
import {
	ALL_OPERATIONS,
	fieldPaths,
	isFreeText,
	leafPaths,
	offeredOperations,
	parametersWith,
	withValue,
} from './fields.mts';
import { HOSTILE_TEXTS, HOSTILE_THINGS, HUGE, nested, share } from './hostile.mts';

jest.setTimeout(120_000);

/** A hostile value must not keep the process busy; a busy machine is slow. */
const LONGEST_MS = 20_000;

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

const texts = Object.values(HOSTILE_TEXTS);
const things = Object.values(HOSTILE_THINGS);
const named = Object.entries<unknown>({ ...HOSTILE_TEXTS, ...HOSTILE_THINGS });

async function run(
	resource: string,
	operation: string,
	fields: IDataObject,
	items?: IDataObject[],
) {
	sandbox.clearRequests();
	const { other } = storedText(sandbox);
	const running = runNode({
		credentials: credentialsOf(sandbox),
		parameters: { resource, operation, ...fields } as INodeParameters,
		...(items && { items, onError: 'continueRegularOutput' }),
	});
	const [outcome] = await Promise.allSettled([running]);
	if (outcome.status === 'rejected') {
		// n8n itself did not start the workflow: it checks the type of fixed values first.
		expect(items).toBeUndefined();
		expect(sandbox.requests).toEqual([]);
		return [];
	}
	const result = outcome.value;
	expectEnded(result);
	expectKnownPaths(sandbox.requests, sandbox.teamId);
	expectUnpolluted();
	expect(storedText(sandbox).other).toBe(other);
	expect(result.durationMs).toBeLessThan(LONGEST_MS);
	return result.items;
}

/** Tries all cases before it fails, and names those that are not as they must be. */
async function expectAll<T>(
	cases: Array<[name: string, value: T]>,
	attempt: (value: T) => Promise<void>,
): Promise<void> {
	const failures: string[] = [];
	for (const [name, value] of cases) {
		await sandbox.close();
		({ sandbox } = await startShop());
		const [outcome] = await Promise.allSettled([attempt(value)]);
		if (outcome.status === 'rejected') failures.push(`${name}: ${String(outcome.reason)}`);
	}
	expect(failures.map((failure) => failure.slice(0, 600))).toEqual([]);
}

/** Fails if a text stands in what was sent. */
function expectNotSent(text: string): void {
	const inJson = JSON.stringify(text).slice(1, -1);
	for (const { body, query } of sandbox.requests) {
		expect(JSON.stringify([body, query])).not.toContain(inJson);
	}
}

test('the operations are all that the node offers', async () => {
	expect(await offeredOperations()).toEqual(expect.arrayContaining(ALL_OPERATIONS));
	expect(await offeredOperations()).toHaveLength(ALL_OPERATIONS.length);
});

describe.each(ALL_OPERATIONS)('%s %s', (resource, operation) => {
	test('hostile values from items, in every field', async () => {
		const paths = await fieldPaths(resource, operation);
		const cases = paths.map((path, index): [string, [string, unknown[]]] => [
			path,
			[path, [...share(texts, index, 3), ...share(things, index, 3), HUGE, nested(2000)]],
		]);
		await expectAll(cases, async ([path, values]) => {
			const base = parametersWith(sandbox, resource, operation, path);
			const fields = withValue(base, path, '={{ $json.value }}');
			const items = values.map((value) => ({ value }) as IDataObject);
			const outputs = await run(resource, operation, fields, items);
			expect(outputs.length).toBeGreaterThan(0);
			if (!isFreeText(path)) texts.forEach(expectNotSent);
		});
	});

	test('hostile fixed values in every field', async () => {
		const paths = await leafPaths(resource, operation);
		const cases = paths.flatMap((path, index) =>
			share(named, index, 8).map(([name, value]): [string, [string, unknown]] => [
				`${path}: ${name}`,
				[path, value],
			]),
		);
		await expectAll(cases, async ([path, value]) => {
			const base = parametersWith(sandbox, resource, operation, path);
			await run(resource, operation, withValue(base, path, value));
			if (typeof value === 'string' && !isFreeText(path)) expectNotSent(value);
		});
	});
});

/** Operations on one license or customer. */
const ON_ONE = ALL_OPERATIONS.filter(
	([, operation]) => !/^(create|getAll|upsert)$/.test(operation),
);

test.each(ON_ONE)(
	'%s %s refuses every hostile text in its locator',
	async (resource, operation) => {
		const base = parametersWith(sandbox, resource, operation, resource);
		const before = storedText(sandbox).own;
		for (const mode of resource === 'license' ? ['id', 'key', 'list'] : ['id', 'list']) {
			const fields = { ...base, [resource]: { __rl: true, mode, value: '={{ $json.value }}' } };
			const items = [...texts, HUGE].map((value) => ({ value }));
			const outputs = await run(resource, operation, fields, items);
			expect(outputs.filter(isErrorItem)).toHaveLength(items.length);
			expect(sandbox.requests).toEqual([]);
			expect(storedText(sandbox).own).toBe(before);
		}
	},
);
