import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { LicenseRow, LicenseSeed, Sandbox } from '../sandbox/types.mts';
import { addSeries, answers, audit, daysAgo, idsOf, type Question } from './audit-support.mts';
import { readable, startShop } from './support.mts';

const COUNT = 5000;

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => {
	await sandbox.close();
});

/** Licenses of every status by turns, so that each block of ties has all. */
function kindOf(n: number): LicenseSeed {
	const unused = { expirationType: 'DURATION', expirationStart: 'ACTIVATION' } as const;
	const kinds: LicenseSeed[] = [
		{ lastActiveAt: daysAgo(1) },
		{ lastActiveAt: daysAgo(45) },
		{ expirationType: 'DATE', expirationDate: daysAgo(-5.5) },
		{ expirationType: 'DATE', expirationDate: daysAgo(5.5) },
		{ suspended: true },
		{ ...unused, expirationDays: 30 },
	];
	return kinds[n % kinds.length];
}

const addFleet = (block: number, more: (n: number) => LicenseSeed = () => ({})) =>
	addSeries(sandbox, COUNT, { block, fieldsOf: (n) => ({ ...kindOf(n), ...more(n) }) });

/** Before each request, another license is created, now. */
function keepCreating(): LicenseRow[] {
	const created: LicenseRow[] = [];
	sandbox.onRequest = () => {
		const at = new Date();
		created.push(sandbox.addLicense({ createdAt: at, updatedAt: at, ...kindOf(created.length) }));
	};
	return created;
}

/** What is to be found is there, nothing twice, and nothing but that and what was created since. */
function expectComplete(
	items: INodeExecutionData[],
	rows: LicenseRow[],
	created: LicenseRow[],
	question: Question,
): void {
	const isMatch = (row: LicenseRow) => answers(row, question, new Date());
	const found = new Set(idsOf(items));
	expect(found.size).toBe(items.length);
	const expected = rows.filter(isMatch);
	expect(expected.filter(({ id }) => !found.has(id))).toEqual([]);
	for (const { id } of [...expected, ...created.filter(isMatch)]) found.delete(id);
	expect([...found]).toEqual([]);
}

function expectSorted(items: INodeExecutionData[], column: string, direction: string): void {
	const times = items.map(({ json }) => Date.parse(String(json[column])));
	const sign = direction === 'asc' ? 1 : -1;
	expect(times).toEqual([...times].sort((a, b) => sign * (a - b)));
}

describe.each([
	['all different', 1],
	['in blocks of 40', 40],
])('5,000 licenses, their times %s, others created meanwhile', (_, block) => {
	test.each<[string, Question, IDataObject]>([
		['all', {}, {}],
		['by status', { status: ['EXPIRED', 'EXPIRING'] }, {}],
		['by status, last changed first', { status: ['SUSPENDED'] }, { sortColumn: 'updatedAt' }],
		[
			'by status since a time',
			{ status: ['ACTIVE', 'UPCOMING'], createdAfter: daysAgo(1).toISOString() },
			{ sortDirection: 'asc' },
		],
	])('%s: none that was there is missing', async (_case, question, order) => {
		const rows = addFleet(block);
		const created = keepCreating();

		const { error, items } = await audit(sandbox, question, { options: order });

		expect(readable(error).trim()).toBe('');
		expect(created.length).toBeGreaterThan(10);
		expectComplete(items, rows, created, question);
		const { sortColumn = 'createdAt', sortDirection = 'desc' } = order as Record<string, string>;
		expectSorted(items, sortColumn, sortDirection);
	});
});

test('5,000 licenses in blocks larger than a page', async () => {
	const rows = addFleet(150);
	const created = keepCreating();
	const { error, items } = await audit(sandbox, { status: ['EXPIRED', 'EXPIRING'] });
	expect(readable(error).trim()).toBe('');
	expectComplete(items, rows, created, { status: ['EXPIRED', 'EXPIRING'] });
});

test.each([
	['all different', 1],
	['in blocks of 40', 40],
])('5,000 licenses on a server that gives no total, %s', async (_, block) => {
	sandbox.features.totalResults = false;
	const rows = addFleet(block);
	const created = keepCreating();
	const { error, items } = await audit(sandbox, { status: ['EXPIRED'] });
	expect(readable(error).trim()).toBe('');
	expectComplete(items, rows, created, { status: ['EXPIRED'] });
	// One walk is enough where nothing ties, whatever is created meanwhile.
	if (block === 1) expect(sandbox.requests).toHaveLength(52);
});

/** Before each of the first requests, one of the licenses is deleted. */
function keepDeleting(rows: LicenseRow[], most = Infinity): Set<string> {
	const deleted = new Set<string>();
	let next = 0;
	sandbox.onRequest = () => {
		if (deleted.size >= most) return;
		next = (next + 1237) % rows.length;
		sandbox.state.licenses.delete(rows[next].id);
		deleted.add(rows[next].id);
	};
	return deleted;
}

describe('while licenses are deleted', () => {
	test.each<[number, Question]>([
		[1, {}],
		[40, { status: ['EXPIRED', 'EXPIRING'] }],
	])('none that stays of 5,000 in blocks of %i is missing: %j', async (block, question) => {
		const rows = addFleet(block);
		const deleted = keepDeleting(rows, 20);

		const { error, items } = await audit(sandbox, question);

		expect(readable(error).trim()).toBe('');
		expect(deleted.size).toBe(20);
		const stay = rows.filter(({ id }) => !deleted.has(id));
		const shown = items.filter(({ json }) => !deleted.has(String(json.id)));
		expectComplete(shown, stay, [], question);
	});

	test('without end: the node says that some are missing', async () => {
		const rows = addSeries(sandbox, 450);
		keepDeleting(rows);
		const { error, items } = await audit(sandbox, {});
		expect(items).toEqual([]);
		expect(readable(error)).toMatch(/came on none of its pages \(\d+ came\)\n.*are deleted/);
	});
});
