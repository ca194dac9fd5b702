import { UserError } from 'n8n-workflow';
import { listAll, type Listing } from './complete';
import {
	getPage,
	LARGEST_PAGE,
	pageSizeFor,
	type Entry,
	type List,
	type Page,
	type Sort,
} from './pages';
import type { Send } from './request';

/** What is wanted of a list. */
export interface Wanted<T extends Entry> {
	sort: Sort;
	/** Most entries to give back, from 1; undefined for all. */
	limit?: number;
	/** What the server does not filter, or not reliably. */
	matches?: (entry: T) => boolean;
	/** An order in which nothing matches any more from the first entry on that is past. */
	edge?: Edge<T>;
}

/** Where a list that is sorted in this order need not be read any further. */
export interface Edge<T extends Entry> {
	sort: Sort;
	isPast: (entry: T) => boolean;
}

const TIMES = ['createdAt', 'updatedAt'];

function compare(a: unknown, b: unknown): number {
	if (typeof a === 'number' && typeof b === 'number') return a - b;
	// As in the server's database, where what is missing comes last.
	if (typeof a !== 'string' || typeof b !== 'string') {
		return Number(typeof a !== 'string') - Number(typeof b !== 'string');
	}
	return a.localeCompare(b);
}

/** Sorts entries as the server would, equal ones by ID so that the order is always the same. */
function sorted<T extends Entry>(entries: T[], { sortColumn, sortDirection }: Sort): T[] {
	const sign = sortDirection === 'asc' ? 1 : -1;
	const valueOf = (entry: T) => {
		const value = (entry as Record<string, unknown>)[sortColumn];
		return TIMES.includes(sortColumn) ? Date.parse(String(value)) : value;
	};
	return entries.sort((a, b) => sign * compare(valueOf(a), valueOf(b)) || (a.id < b.id ? -1 : 1));
}

function sameEntries<T extends Entry>(one: Page<T>, other: Page<T>): boolean {
	const ids = new Set(one.entries.map(({ id }) => id));
	return ids.size === other.entries.length && other.entries.every(({ id }) => ids.has(id));
}

/**
 * The first pages in the order given, up to the limit or the edge, or undefined where they cannot
 * be trusted.
 */
async function listFirst<T extends Entry>(
	send: Send,
	list: List<T>,
	{ sort, isPast }: Edge<T>,
	{ matches, limit = Infinity }: Wanted<T>,
): Promise<T[] | undefined> {
	const pageSize = matches ? LARGEST_PAGE : pageSizeFor(limit);
	const pageOf = async (page: number) => await getPage(send, list, { ...sort, page, pageSize });
	const isMatch = matches ?? (() => true);
	const seen = new Set<string>();
	const found: T[] = [];
	const pages: Array<Page<T>> = [];
	let last: Page<T>;
	let isDone: boolean;
	do {
		last = await pageOf(pages.length + 1);
		pages.push(last);
		for (const { id } of last.entries) {
			// A repeat means that another entry was skipped.
			if (seen.has(id)) return undefined;
			seen.add(id);
		}
		found.push(...last.entries.filter(isMatch));
		isDone = found.length >= limit || last.entries.some(isPast);
	} while (!isDone && last.hasNextPage && last.entries.length > 0);
	if (!isDone && seen.size < (last.totalResults ?? 0)) return undefined;

	// An entry that left a page made the next one slip to it: the pages must still be the same.
	const earlier = pages.slice(0, -1);
	const again = await Promise.all(earlier.map(async (_, index) => await pageOf(index + 1)));
	return again.every((page, index) => sameEntries(page, earlier[index])) ? found : undefined;
}

function sameSort(one: Sort, other: Sort): boolean {
	return one.sortColumn === other.sortColumn && one.sortDirection === other.sortDirection;
}

/** The first pages, where the edge or the limit makes them enough. */
async function listPart<T extends Entry>(
	send: Send,
	list: List<T>,
	wanted: Wanted<T>,
): Promise<T[] | undefined> {
	const { sort, limit, edge = { sort, isPast: () => false } } = wanted;
	if (!wanted.edge && limit === undefined) return undefined;
	if (sameSort(sort, edge.sort)) return await listFirst(send, list, edge, wanted);
	// In another order, the first ones are known only once all up to the edge are.
	const entries = await listFirst(send, list, edge, { ...wanted, limit: undefined });
	return entries && sorted(entries, sort);
}

function completeOrRefused<T extends Entry>({ entries, missing }: Listing<T>, name: string): T[] {
	if (missing === 0) return entries;
	const parts = name === 'licenses' ? "the filters 'Products' and 'Customers'" : "'Search'";
	const count = Number.isFinite(missing) ? missing : 'Some';
	throw new UserError(
		`${count} ${name} that Lukittu counts came on none of its pages (${entries.length} came)`,
		{
			description: `Lukittu's pages skip ${name} whose timestamps are the same, and some while others are deleted. The node found no order that shows them all. Run again, or get the ${name} in parts with ${parts}.`,
		},
	);
}

/**
 * Gets the entries of a list that match, each once, in the order asked for.
 *
 * @throws UserError if some are known to be missing
 */
export async function listEntries<T extends Entry>(
	send: Send,
	list: List<T>,
	wanted: Wanted<T>,
): Promise<T[]> {
	const { sort, limit, matches = () => true } = wanted;
	const part = await listPart(send, list, wanted);
	if (part) return part.slice(0, limit);
	const all = completeOrRefused(await listAll(send, list), list.name);
	return sorted(all.filter(matches), sort).slice(0, limit);
}
