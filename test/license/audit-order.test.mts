import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { LicenseRow, Sandbox } from '../sandbox/types.mts';
import {
	addSeries,
	answers,
	audit,
	daysAgo,
	getMany,
	idsOf,
	metadataFilter,
	pagesAsked,
	type Question,
} from './audit-support.mts';
import { readable, startShop } from './support.mts';

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => {
	await sandbox.close();
});

const ORDERS = ['createdAt asc', 'createdAt desc', 'updatedAt asc', 'updatedAt desc'] as const;

const sortOptions = (order: string): IDataObject => {
	const [sortColumn, sortDirection] = order.split(' ');
	return { options: { sortColumn, sortDirection } };
};

/** The IDs of these licenses in an order; there must be no ties. */
function inOrder(rows: LicenseRow[], order: string): string[] {
	const [column, direction] = order.split(' ') as ['createdAt' | 'updatedAt', string];
	const sign = direction === 'asc' ? 1 : -1;
	return [...rows].sort((a, b) => sign * (+a[column] - +b[column])).map(({ id }) => id);
}

function expectAll(items: INodeExecutionData[], rows: LicenseRow[]): void {
	expect(idsOf(items).sort()).toEqual(rows.map(({ id }) => id).sort());
}

const iso = (date: Date) => date.toISOString();

describe('of 5,000 licenses', () => {
	let rows: LicenseRow[];

	beforeEach(() => {
		// Changed in another order than created: 2,503 has no divisor in common with 5,000.
		rows = addSeries(sandbox, 5000);
		const times = rows.map(({ updatedAt }) => updatedAt);
		rows.forEach((row, n) => (row.updatedAt = times[(n * 2503) % 5000]));
	});

	const newest = (count: number) => iso(rows[5000 - count].createdAt);
	const changed = (count: number) => {
		const byChange = [...rows].sort((a, b) => +b.updatedAt - +a.updatedAt);
		return iso(byChange[count - 1].updatedAt);
	};

	// 250 licenses are on three pages, which are all looked at again.
	test.each<[string, () => Question]>([
		['createdAt desc', () => ({ createdAfter: newest(250) })],
		['createdAt asc', () => ({ createdBefore: newest(4750) })],
		['updatedAt desc', () => ({ updatedAfter: changed(250) })],
		['createdAt desc', () => ({ createdAfter: newest(250), createdBefore: newest(100) })],
	])('%#: the walk %s ends behind the last that matches', async (walked, filtersOf) => {
		const filters = filtersOf();
		const matching = rows.filter((row) => answers(row, filters, new Date()));
		expect(matching.length).toBeGreaterThanOrEqual(150);
		for (const order of ORDERS) {
			for (const limit of [undefined, 10, 120]) {
				sandbox.clearRequests();
				const wanted = limit === undefined ? { returnAll: true } : { limit };
				const { error, items } = await getMany(sandbox, {
					...wanted,
					filters,
					...sortOptions(order),
				});
				expect(readable(error).trim()).toBe('');
				expect(idsOf(items)).toEqual(inOrder(matching, order).slice(0, limit));
				const isWhole = limit === undefined || order !== walked;
				const pages = [1, 2, 3].map((page) => `${walked} ${page}`);
				// Pages that are asked for together arrive in any order.
				if (isWhole) expect(pagesAsked(sandbox).sort()).toEqual([...pages, ...pages].sort());
				else expect(sandbox.requests.length).toBeLessThanOrEqual(6);
			}
		}
	});

	test('nothing matches: one page', async () => {
		const { items } = await audit(sandbox, { createdAfter: iso(new Date()) });
		expect(items).toEqual([]);
		expect(sandbox.requests).toHaveLength(1);
	});

	test('a status alone has no end: all pages once', async () => {
		rows[17].suspended = true;
		const { items } = await audit(sandbox, { status: ['SUSPENDED'] });
		expectAll(items, [rows[17]]);
		// The newest page first, then all 50.
		expect(sandbox.requests).toHaveLength(51);
	});

	test('a status with a time ends with the time', async () => {
		for (const n of [17, 4990, 4900, 4800]) rows[n].suspended = true;
		const { items } = await audit(sandbox, { status: 'SUSPENDED', createdAfter: newest(150) });
		expectAll(items, [rows[4990], rows[4900]]);
		// The first page, the next two at once, and the two that count once more.
		expect(sandbox.requests).toHaveLength(5);
	});
});

describe('the pages change meanwhile, so the whole list is read', () => {
	/** Calls it once, before the page is answered. */
	function beforePage(page: string, change: () => void): void {
		let isDone = false;
		sandbox.onRequest = ({ query }) => {
			if (isDone || query.page !== page) return;
			isDone = true;
			change();
		};
	}

	const wholeListWasRead = () =>
		pagesAsked(sandbox).filter((page) => page === 'createdAt asc 5').length > 0;

	test('a license of the first page is deleted', async () => {
		const rows = addSeries(sandbox, 450);
		beforePage('2', () => void sandbox.state.licenses.delete(rows[440].id));
		const { error, items } = await audit(sandbox, { createdAfter: iso(rows[250].createdAt) });
		expect(readable(error).trim()).toBe('');
		const stay = rows.slice(250).filter(({ id }) => id !== rows[440].id);
		expect(idsOf(items)).toEqual(inOrder(stay, 'createdAt desc'));
		expect(wholeListWasRead()).toBe(true);
	});

	test('a license is created', async () => {
		const rows = addSeries(sandbox, 450);
		let added: LicenseRow | undefined;
		beforePage('2', () => (added = sandbox.addLicense({ createdAt: new Date() })));
		const { items } = await audit(sandbox, { createdAfter: iso(rows[250].createdAt) });
		expectAll(items, [...rows.slice(250), added as LicenseRow]);
		expect(wholeListWasRead()).toBe(true);
	});

	test('a license that comes later in the order is changed', async () => {
		const rows = addSeries(sandbox, 450);
		beforePage('2', () => (rows[251].updatedAt = new Date()));
		const { items } = await audit(sandbox, { updatedAfter: iso(rows[250].updatedAt) });
		expectAll(items, rows.slice(250));
		expect(wholeListWasRead()).toBe(true);
	});

	test('a license that matches is deleted and another created', async () => {
		const rows = addSeries(sandbox, 450);
		let added: LicenseRow | undefined;
		beforePage('2', () => {
			sandbox.state.licenses.delete(rows[440].id);
			added = sandbox.addLicense({ createdAt: new Date() });
		});
		const { items } = await audit(sandbox, { createdAfter: iso(rows[250].createdAt) });
		const stay = rows.slice(250).filter(({ id }) => id !== rows[440].id);
		expectAll(items, [...stay, added as LicenseRow]);
	});

	test('those before the edge are in ties', async () => {
		const rows = addSeries(sandbox, 450, { block: 40 });
		const createdAfter = iso(rows[200].createdAt);
		const { error, items } = await audit(sandbox, { createdAfter });
		expect(readable(error).trim()).toBe('');
		expectAll(
			items,
			rows.filter(({ createdAt }) => iso(createdAt) >= createdAfter),
		);
	});

	test('the Limit of those that match is met all the same', async () => {
		const rows = addSeries(sandbox, 450, { fieldsOf: (n) => ({ suspended: n % 10 === 0 }) });
		beforePage('2', () => void sandbox.state.licenses.delete(rows[440].id));
		const { items } = await getMany(sandbox, { limit: 12, filters: { status: 'SUSPENDED' } });
		const stay = rows.filter(({ id, suspended }) => suspended && id !== rows[440].id);
		expect(idsOf(items)).toEqual(inOrder(stay, 'createdAt desc').slice(0, 12));
		expect(wholeListWasRead()).toBe(true);
	});
});

describe('as Lukittu documents its lists', () => {
	test('no total: an audit ends behind the last that matches', async () => {
		sandbox.features.totalResults = false;
		const rows = addSeries(sandbox, 450);
		const { items } = await audit(sandbox, { createdAfter: iso(rows[300].createdAt) });
		expectAll(items, rows.slice(300));
		// Without a total, no page is asked for ahead; both are looked at again.
		expect(sandbox.requests).toHaveLength(4);
	});

	test.each([{}, { filters: { status: 'ACTIVE' } }])(
		'a total above what ever comes: said so, with a Limit too: %j',
		async (parameters) => {
			addSeries(sandbox, 3);
			const shown = (await getMany(sandbox)).items.slice(1).map(({ json }) => json);
			const data = { licenses: shown, hasNextPage: false, totalResults: 3 };
			sandbox.addFault({ times: 100, kind: { status: 200, data } });
			const { error, items } = await getMany(sandbox, { limit: 50, ...parameters });
			expect(items).toEqual([]);
			expect(readable(error)).toContain('1 licenses that Lukittu counts came on none of its pages');
		},
	);

	test('no metadata: it is looked up for the filter', async () => {
		const entry = { key: 'order', value: 'A', locked: false };
		const row = sandbox.addLicense({ metadata: [entry], lastActiveAt: daysAgo(1) });
		sandbox.addLicense({ metadata: [{ ...entry, value: 'B' }] });
		const listed = (await getMany(sandbox)).items.map(({ json: { metadata: _, ...rest } }) => rest);
		const data = { licenses: listed, hasNextPage: false, totalResults: 2 };
		sandbox.addFault({ path: /licenses$/, times: 100, kind: { status: 200, data } });

		const { error, items } = await audit(sandbox, metadataFilter('order', 'A'));

		expect(readable(error).trim()).toBe('');
		expect(idsOf(items)).toEqual([row.id]);
		expect(items[0].json.metadata).toMatchObject([entry]);
	});
});
