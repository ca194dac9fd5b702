import type { INodeProperties, INodePropertyOptions, INodeTypeDescription } from 'n8n-workflow';

import { loadPackage, LUKITTU_NODE } from '../engine/index.mts';
import { readable, startShop, untilInFlight } from '../license/support.mts';
import type { Sandbox } from '../sandbox/types.mts';
import { CASES, runCase } from './operations.mts';

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

const cases = CASES.map((tried) => [tried.name, tried] as const);

test('every operation of every resource has a case', async () => {
	const { nodes } = await loadPackage();
	const { properties } = nodes[LUKITTU_NODE].description as INodeTypeDescription;
	const offered = properties
		.filter(({ name }) => name === 'operation')
		.flatMap(({ displayOptions, options }) =>
			(options as INodePropertyOptions[]).map(
				({ value }) => `${String(displayOptions?.show?.resource?.[0])} ${String(value)}`,
			),
		);
	const tried = new Set(CASES.map(({ resource, operation }) => `${resource} ${operation}`));
	expect([...tried].sort()).toEqual(offered.sort());

	const withBoth = properties
		.filter(({ name, options }) => {
			const names = (options as INodeProperties[] | undefined)?.map((option) => option.name);
			return name === 'options' && names?.includes('keepTryingFor');
		})
		.flatMap(({ displayOptions }) =>
			(displayOptions?.show?.operation ?? []).map(
				(operation) => `${String(displayOptions?.show?.resource?.[0])} ${String(operation)}`,
			),
		);
	expect(withBoth.sort()).toEqual(offered.sort());
});

describe("'Keep Trying For'", () => {
	test.each(cases)('%s: with 0 seconds it is tried once', async (_, tried) => {
		const items = tried.seed(sandbox, 1);
		sandbox.addFault({ kind: { status: 503, headers: { 'retry-after': '0' } } });
		const { error } = await runCase(sandbox, tried, items, { options: { keepTryingFor: 0 } });
		expect(readable(error)).toMatch(/^Lukittu could not process the request \(status 503/);
		expect(sandbox.requests).toHaveLength(1);
	});

	test.each(cases)('%s: with some, it is tried again', async (_, tried) => {
		const items = tried.seed(sandbox, 1);
		sandbox.addFault({ kind: { status: 503, headers: { 'retry-after': '0' } } });
		const { error } = await runCase(sandbox, tried, items, { options: { keepTryingFor: 5 } });
		expect(readable(error).trim()).toBe('');
		const [first, second] = sandbox.requests;
		expect([second.method, second.path, second.query]).toEqual([
			first.method,
			first.path,
			first.query,
		]);
	});
});

describe("'Most Requests at Once'", () => {
	test.each(cases)('%s', async (_, tried) => {
		sandbox.latencyMs = 20;
		const items = tried.seed(sandbox, 5);
		for (const mostRequestsAtOnce of [1, 3]) {
			sandbox.clearRequests();
			sandbox.onRequest = untilInFlight(sandbox, mostRequestsAtOnce);
			await runCase(sandbox, tried, items, { options: { mostRequestsAtOnce } });
			expect(sandbox.maxInFlight).toBe(mostRequestsAtOnce);
		}
	});
});

test.each([
	[{ keepTryingFor: -1 }, /'Keep Trying For' is -1, not a whole number from 0 to 3600/],
	[{ keepTryingFor: 3601 }, /'Keep Trying For' is 3601/],
	[{ mostRequestsAtOnce: 0 }, /'Most Requests at Once' is 0, not a whole number from 1 to 50/],
	[{ mostRequestsAtOnce: 51 }, /'Most Requests at Once' is 51/],
])('%j is refused before anything is sent', async (options, text) => {
	const [tried] = CASES;
	const { error } = await runCase(sandbox, tried, tried.seed(sandbox, 1), { options });
	expect(readable(error)).toMatch(text);
	expect(sandbox.requests).toHaveLength(0);
});
