import { setTimeout as sleep } from 'node:timers/promises';

import type { Sandbox } from '../sandbox/types.mts';
import { readable, runLicense, sent, startShop, untilInFlight } from './support.mts';

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

function seed(count: number): void {
	for (let index = 0; index < count; index += 1) sandbox.addLicense();
}

/** The IDs of all licenses, newest first. */
function newestFirst(): string[] {
	const rows = [...sandbox.state.licenses.values()];
	return rows.sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime()).map(({ id }) => id);
}

describe('fetching ahead', () => {
	it('asks for all pages of a limit but the first at once, as far as the request limiter allows', async () => {
		seed(2000);
		sandbox.latencyMs = 50;
		sandbox.onRequest = untilInFlight(sandbox, 10);

		const { items } = await runLicense(sandbox, 'getAll', { limit: 1000 });

		expect(items.map(({ json }) => json.id)).toEqual(newestFirst().slice(0, 1000));
		// 10 pages, and once more to see that they are still the same.
		expect(sandbox.requests).toHaveLength(20);
		expect(sandbox.maxInFlight).toBe(10);
	});

	it('asks for no page that does not exist', async () => {
		seed(250);

		const { items } = await runLicense(sandbox, 'getAll', { limit: 1000 });

		expect(items).toHaveLength(250);
		expect(sandbox.requests.map(({ query }) => query.page)).toEqual(['1', '2', '3', '1', '2', '3']);
	});

	it('asks for more pages each time where it is not known when the end comes', async () => {
		seed(2000);
		sandbox.latencyMs = 50;
		const createdAfter = sandbox.state.licenses.get(newestFirst()[849])?.createdAt.toISOString();

		const { items } = await runLicense(sandbox, 'getAll', {
			returnAll: true,
			filters: { createdAfter },
		});

		expect(items.map(({ json }) => json.id)).toEqual(newestFirst().slice(0, 850));
		// In batches of 1, 2, 4 and 8 pages; the 9 pages that count once more.
		expect(sandbox.requests).toHaveLength(15 + 9);
	});

	it.each([
		['at the front', 0],
		['between the pages', 149],
	])('notices licenses that slip, where one is created %s', async (_, place) => {
		seed(400);
		const { createdAt } = sandbox.state.licenses.get(newestFirst()[place])!;
		const isAnswered = (page: string) =>
			sandbox.requests.some(({ query, status }) => query.page === page && status !== undefined);
		sandbox.onRequest = async ({ query }) => {
			if (query.page !== '2') return;
			sandbox.onRequest = undefined;
			// The page behind was read before, this one after: one license is on neither.
			while (!isAnswered('3')) await sleep(1);
			sandbox.addLicense({ createdAt: new Date(createdAt.getTime() + 500) });
		};

		const { items } = await runLicense(sandbox, 'getAll', { limit: 300 });

		expect(items.map(({ json }) => json.id)).toEqual(newestFirst().slice(0, 300));
	});
});

describe('more licenses than n8n can take from one item', () => {
	it('refuses them after the first page, and gives 100,000 and the rest in parts', async () => {
		seed(100_050);

		const { error } = await runLicense(sandbox, 'getAll', { returnAll: true });

		expect(readable(error)).toBe(
			"The list has 100050 licenses, and n8n takes at most 100000 from one item\nGet them in parts with 'Created After' and 'Created Before': one input item or one run for each part, with at most 100000 licenses in it.",
		);
		expect(sent(sandbox)).toEqual(['GET /licenses']);

		const border = sandbox.state.licenses.get(newestFirst()[49])?.createdAt.toISOString();
		const { items } = await runLicense(
			sandbox,
			'getAll',
			{
				returnAll: true,
				filters: { createdAfter: '={{ $json.from }}', createdBefore: '={{ $json.to }}' },
			},
			{
				items: [
					{ from: '2000-01-01', to: border },
					{ from: border, to: '2100-01-01' },
				],
			},
		);

		const counts = [0, 1].map((part) => items.filter(({ pairedItem }) => isOf(pairedItem, part)));
		expect(counts.map(({ length }) => length)).toEqual([100_000, 50]);
		expect(new Set(items.map(({ json }) => json.id)).size).toBe(100_050);
	}, 300_000);
});

const isOf = (pairedItem: unknown, item: number) =>
	(pairedItem as { item: number } | undefined)?.item === item;
