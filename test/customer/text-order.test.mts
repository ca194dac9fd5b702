import type { IDataObject } from 'n8n-workflow';

import { readable, startShop } from '../license/support.mts';
import type { Sandbox } from '../sandbox/types.mts';
import { runCustomer } from './support.mts';

const COLUMNS = ['email', 'fullName', 'username'] as const;

/** Texts whose order depends on the collation: upper and lower case, punctuation, accents. */
const FIRST = [
	'alma',
	'Alma',
	'ALMA',
	'al-ma',
	'Al Mb',
	'Zoe',
	'zoe',
	'Émile',
	'emil',
	'_x',
	'10',
	'9',
];

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

function addCustomers(count: number, isTied = false) {
	for (let n = 0; n < count; n += 1) {
		const mixed = (n * 37) % count;
		const text = `${FIRST[mixed % FIRST.length]} ${isTied ? '' : mixed}`.trim();
		sandbox.addCustomer({
			email: isTied ? null : `${FIRST[(n * 7) % 4].replace(' ', '')}${mixed}@example.com`,
			fullName: n % 9 === 0 ? null : text,
			username: text,
			// Where times tie as well, the pages of the first orders skip some.
			...(isTied && { createdAt: new Date('2026-01-01'), updatedAt: new Date('2026-01-01') }),
		});
	}
}

async function getMany(parameters: IDataObject) {
	const { error, items } = await runCustomer(sandbox, 'getAll', parameters);
	expect(readable(error).trim()).toBe('');
	return items.map(({ json }) => json);
}

/** The values in the order in which the server has them: its own table, which the API pages through. */
function serverOrder(column: (typeof COLUMNS)[number], direction: string) {
	const rows = sandbox.state.customers.ascending(
		column,
		(row) => row[column],
		sandbox.features.collation,
	);
	const values = rows.map((row) => row[column]);
	return direction === 'asc' ? values : values.toReversed();
}

describe.each(['bytes', 'locale'] as const)('on a server that sorts by %s', (collation) => {
	describe.each([
		['each text once', 330, false],
		['texts that many share', 330, true],
		['one page', 40, false],
		['one page, texts that many share', 60, true],
	])('%s', (_, count, isTied) => {
		test.each(COLUMNS)('a list in parts and a whole one agree, by %s', async (sortColumn) => {
			sandbox.features.collation = collation;
			addCustomers(count, isTied);
			for (const sortDirection of ['asc', 'desc']) {
				const options = { sortColumn, sortDirection };
				const all = await getMany({ returnAll: true, options });
				const values = all.map((customer) => customer[sortColumn]);
				expect(values).toEqual(serverOrder(sortColumn, sortDirection));
				for (const limit of [1, 7, 10, 25, 100, 130, 1000]) {
					const part = await getMany({ limit, options });
					expect(part.map(({ id }) => id)).toEqual(all.slice(0, limit).map(({ id }) => id));
				}
			}
		});
	});
});

test('the two servers sort in different orders', () => {
	addCustomers(60);
	const orders = (['bytes', 'locale'] as const).map((collation) => {
		sandbox.features.collation = collation;
		return serverOrder('fullName', 'asc');
	});
	expect(orders[0]).not.toEqual(orders[1]);
	expect([...orders[0]].sort()).toEqual([...orders[1]].sort());
});

test.each(COLUMNS)('Search keeps the order, by %s', async (sortColumn) => {
	sandbox.features.collation = 'locale';
	addCustomers(330);
	const options = { sortColumn, sortDirection: 'asc' };
	const filters = { search: 'al' };
	const all = await getMany({ returnAll: true, options, filters });
	const found = new Set(all.map((customer) => customer[sortColumn]));
	const expected = serverOrder(sortColumn, 'asc').filter((value) => found.has(value));
	expect(all.map((customer) => customer[sortColumn])).toEqual(expected);
});

test('misses none while others are created and deleted', async () => {
	sandbox.features.collation = 'locale';
	addCustomers(330);
	const ids = [...sandbox.state.customers.keys()];
	const doomed = ids.slice(0, 4);
	sandbox.onRequest = () => {
		const id = doomed.pop();
		if (!id) return;
		sandbox.state.customers.delete(id);
		sandbox.addCustomer({ fullName: 'Aaron', createdAt: new Date() });
	};
	const options = { sortColumn: 'fullName', sortDirection: 'asc' };
	const all = await getMany({ returnAll: true, options });
	expect(all.map(({ id }) => id)).toEqual(expect.arrayContaining(ids.slice(4)));
	expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
});
