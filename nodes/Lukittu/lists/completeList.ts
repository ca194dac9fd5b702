import type { IDataObject } from 'n8n-workflow';
import {
	checkHasEnd,
	getPage,
	isByTime,
	isSameSort,
	type Entry,
	type List,
	type Page,
	type Sort,
} from './pages';
import type { Client } from '../transport/client';

type Entries<T> = Map<string, T>;

/** One pass over all pages. */
interface Walk<T extends Entry> {
	entries: Entries<T>;
	/** How many entries there were when it began; infinite where that did not show. */
	expected: number;
	/** Whether an entry was there when it began. */
	existed: (entry: T) => boolean;
}

/** A complete list, or what is known of an incomplete one. */
export interface Listing<T extends Entry> {
	entries: T[];
	/** How many entries are known to exist but were in none of the pages; infinite: nobody knows. */
	missing: number;
}

type WalkOrder = Sort & { pageSize: number };

/** Ascending order of creation first: what is created meanwhile comes at the end. */
const FIRST_ORDER: WalkOrder = { sortColumn: 'createdAt', sortDirection: 'asc', pageSize: 100 };

const NEWEST_FIRST: WalkOrder = { sortColumn: 'createdAt', sortDirection: 'desc', pageSize: 100 };

const OTHER_ORDERS: WalkOrder[] = [
	{ sortColumn: 'createdAt', sortDirection: 'desc', pageSize: 100 },
	{ sortColumn: 'updatedAt', sortDirection: 'asc', pageSize: 100 },
	{ sortColumn: 'updatedAt', sortDirection: 'desc', pageSize: 100 },
];

/** With smaller pages, Lukittu shows entries of one moment in yet other orders. */
const SMALLER_PAGES: WalkOrder[] = [50, 25, 10].flatMap((pageSize): WalkOrder[] => [
	{ sortColumn: 'createdAt', sortDirection: 'asc', pageSize },
	{ sortColumn: 'createdAt', sortDirection: 'desc', pageSize },
]);

function collect<T extends Entry>(into: Entries<T>, entries: Iterable<T>): void {
	for (const entry of entries) into.set(entry.id, entry);
}

/**
 * Tells the entries that were there when a page of the newest was got from those created since,
 * without comparing the clocks of two machines.
 */
function existedAt<T extends Entry>({ entries }: Page<T>): (entry: T) => boolean {
	const known = new Set(entries.map(({ id }) => id));
	const times = entries.map(({ createdAt }) => Date.parse(createdAt));
	const newest = times.reduce((latest, time) => Math.max(latest, time), -Infinity);
	// A page of one single moment does not show all entries of that moment.
	const last = times.every((time) => time === newest) ? newest : newest - 1;
	return ({ id, createdAt }) => known.has(id) || Date.parse(createdAt) <= last;
}

/** Gets every page once, in the order given; the pages known to exist are asked for at once. */
async function walk<T extends Entry>(
	client: Client,
	list: List<T>,
	order: WalkOrder,
	checkTotal?: (total: number) => void,
): Promise<Walk<T>> {
	// The newest page gives the number of entries and what is the newest in one answer.
	const newest = await getPage(client, list, { ...NEWEST_FIRST, page: 1 });
	checkTotal?.(newest.totalResults ?? 0);
	const entries: Entries<T> = new Map();
	const existed = existedAt(newest);
	if (!newest.hasNextPage && isByTime(order)) {
		collect(entries, newest.entries);
		return { entries, expected: newest.totalResults ?? entries.size, existed };
	}

	const pageOf = async (page: number) => await getPage(client, list, { ...order, page });
	checkHasEnd(list.name, newest.totalResults ?? 0);
	const knownPages = Math.max(Math.ceil((newest.totalResults ?? 1) / order.pageSize), 1);
	const pages = await Promise.all(
		Array.from({ length: knownPages }, async (_, index) => await pageOf(index + 1)),
	);
	for (const page of pages) collect(entries, page.entries);

	// More pages than were known: the server gives no total, or entries were created meanwhile.
	let last = pages[pages.length - 1];
	let isCut = false;
	while (last.hasNextPage && !isCut) {
		const before = entries.size;
		last = await pageOf(pages.length + 1);
		pages.push(last);
		collect(entries, last.entries);
		// Perhaps a server that goes on for ever with nothing new.
		isCut = last.hasNextPage && entries.size === before;
	}
	// Last, so that the entries stand in the order of the pages.
	collect(entries, newest.entries);
	// Without a total, the rows that came are as many as there were, but for those created since,
	// and unless more would have come.
	const rows = () =>
		isCut ? Infinity : pages.flatMap((page) => page.entries).filter(existed).length;
	return { entries, expected: newest.totalResults ?? rows(), existed };
}

/**
 * How many entries no walk has shown: the fewest that are missing for the time at which one of the
 * walks began. What was there then is counted among what came in that walk and in those since.
 */
function missingFrom<T extends Entry>(walks: Array<Walk<T>>): number {
	const shown: Entries<T> = new Map();
	const missing = [...walks].reverse().map(({ entries, expected, existed }) => {
		collect(shown, entries.values());
		let count = 0;
		for (const entry of shown.values()) count += Number(existed(entry));
		return Math.max(expected - count, 0);
	});
	return Math.min(...missing);
}

/** Walks each part of a list by itself: with fewer entries, fewer share a moment. */
async function walkParts<T extends Entry>(
	client: Client,
	list: List<T>,
	into: Entries<T>,
): Promise<void> {
	const parts: IDataObject[] = list.partsOf?.([...into.values()]) ?? [];
	for (const part of parts) {
		const narrowed = { ...list, query: { ...list.query, ...part } };
		const { entries } = await walk(client, narrowed, FIRST_ORDER);
		collect(into, entries.values());
	}
}

/**
 * Gets every entry of a list. Lukittu's pages repeat some entries and skip others where timestamps
 * tie or entries come and go meanwhile, so the list is compared with the number the server gives;
 * where some are missing, the pages are walked in other orders, part by part, and in smaller pages.
 *
 * @param sort by a text, the entries come in this order, but for those that the first pages skip
 * @param checkTotal throws if there are too many to begin with
 */
export async function listAll<T extends Entry>(
	client: Client,
	list: List<T>,
	sort: Sort,
	checkTotal?: (total: number) => void,
): Promise<Listing<T>> {
	const firstOrder = isByTime(sort) ? FIRST_ORDER : { ...FIRST_ORDER, ...sort };
	const walks = [await walk(client, list, firstOrder, checkTotal)];
	let missing = missingFrom(walks);
	const walkAgain = async (orders: WalkOrder[]) => {
		for (const order of orders) {
			if (missing === 0) return;
			walks.push(await walk(client, list, order));
			missing = missingFrom(walks);
		}
	};

	const own = (list.columns ?? []).map((sortColumn) => ({ ...FIRST_ORDER, sortColumn }));
	const orders = [FIRST_ORDER, ...own, ...OTHER_ORDERS];
	await walkAgain(orders.filter((order) => !isSameSort(order, firstOrder)));
	if (missing > 0) {
		await walkParts(client, list, walks[walks.length - 1].entries);
		missing = missingFrom(walks);
	}
	await walkAgain(SMALLER_PAGES);

	const [{ entries: all }, ...others] = walks;
	for (const { entries } of others) collect(all, entries.values());
	return { entries: [...all.values()], missing };
}
