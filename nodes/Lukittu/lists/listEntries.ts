import { UserError } from 'n8n-workflow';
import { listAll, type Listing } from './completeList';
import {
	getPage,
	isByTime,
	isSameSort,
	LARGEST_PAGE,
	pageSizeFor,
	type Entry,
	type List,
	type Page,
	type Sort,
} from './pages';
import type { Client } from '../transport/client';

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

/** Most entries for one input item: n8n breaks off at some 120,000, in words that help nobody. */
const MOST_ENTRIES = 100_000;

/** Refuses a number of entries that n8n cannot take; `isAll` where there are no more of them. */
type CheckCount = (count: number, isAll: boolean) => void;

function countCheck<T extends Entry>({ name, fields }: List<T>, limit: number): CheckCount {
	return (count, isAll) => {
		if (Math.min(count, limit) <= MOST_ENTRIES) return;
		const number = isAll ? `${count}` : `more than ${MOST_ENTRIES}`;
		throw new UserError(
			`The list has ${number} ${name}, and n8n takes at most ${MOST_ENTRIES} from one item`,
			fields && {
				description: `Get them in parts with ${fields.splitBy}: one input item or one run for each part, with at most ${MOST_ENTRIES} ${name} in it.`,
			},
		);
	};
}

function valueOf<T extends Entry>(entry: T, { sortColumn }: Sort): unknown {
	return (entry as Record<string, unknown>)[sortColumn] ?? null;
}

/** For each text its place in the order in which the texts come first. */
function placesOf(texts: unknown[]): Map<unknown, number> {
	return new Map([...new Set(texts)].map((text, place) => [text, place]));
}

/**
 * Sorts entries as the server does, equal ones by ID so that the order is always the same.
 *
 * @param entries where the order is by a text, as the server sorted them, but for some that follow
 *   and equal earlier ones: which text comes first depends on the server's database
 */
function sorted<T extends Entry>(entries: T[], sort: Sort): T[] {
	const sign = sort.sortDirection === 'asc' ? 1 : -1;
	const values = entries.map((entry) => valueOf(entry, sort));
	const places = isByTime(sort) ? undefined : placesOf(values);
	// Read once an entry: each is compared some 15 times.
	const keyed = entries.map((entry, index) => {
		const value = values[index];
		return { entry, key: places?.get(value) ?? sign * Date.parse(String(value)) };
	});
	keyed.sort((a, b) => a.key - b.key || (a.entry.id < b.entry.id ? -1 : 1));
	return keyed.map(({ entry }) => entry);
}

/** The entries that match, with what the list lacks; those deleted since then are left out. */
async function selected<T extends Entry>(
	client: Client,
	{ complete }: List<T>,
	{ matches = () => true }: Wanted<T>,
	entries: T[],
): Promise<T[]> {
	if (!complete) return entries.filter(matches);
	const all = await Promise.all(entries.map(async (entry) => await complete(client, entry)));
	return all.filter((entry) => entry !== undefined).filter(matches);
}

/**
 * Whether it is known which entries are the first ones: where they are sorted by a text, the last
 * of them must not be one of several that are equal, which are sorted by ID.
 */
function hasFirst<T extends Entry>(found: T[], limit: number, sort: Sort): boolean {
	if (isByTime(sort)) return found.length >= limit;
	if (found.length <= limit) return false;
	return valueOf(found[limit - 1], sort) !== valueOf(found[found.length - 1], sort);
}

function sameEntries<T extends Entry>(one: Page<T>, other: Page<T>): boolean {
	const ids = new Set(one.entries.map(({ id }) => id));
	return ids.size === other.entries.length && other.entries.every(({ id }) => ids.has(id));
}

/** How many pages to ask for at once, once the first ones are known. */
function pagesAhead<T extends Entry>(
	pages: Array<Page<T>>,
	pageSize: number,
	wanted: number,
): number {
	const total = pages.at(-1)?.totalResults;
	// Without a total, no page is known to exist but the next one.
	if (total === undefined) return 1;
	return Math.ceil(Math.min(wanted, total) / pageSize) - pages.length;
}

/**
 * The first pages in the order given, up to the limit or the edge, or undefined where they cannot
 * be trusted. Pages are fetched ahead: without conditions all that the limit needs, else more each
 * time, since the end may come at any page.
 */
async function listFirst<T extends Entry>(
	client: Client,
	list: List<T>,
	{ sort, isPast }: Edge<T>,
	wanted: Wanted<T>,
	checkCount: CheckCount,
): Promise<T[] | undefined> {
	const { matches, limit = Infinity } = wanted;
	// By a text, the next entry tells whether the last one has equals.
	const needed = isByTime(sort) ? limit : limit + 1;
	const pageSize = matches ? LARGEST_PAGE : pageSizeFor(needed);
	const pageOf = async (page: number) => await getPage(client, list, { ...sort, page, pageSize });
	const seen = new Set<string>();
	const found: T[] = [];
	const pages: Array<Page<T>> = [];
	let ahead = 1;
	let isDone = false;
	let isEnd = false;
	while (!isDone && !isEnd) {
		const from = pages.length + 1;
		const batch = await Promise.all(
			Array.from({ length: ahead }, async (_, index) => await pageOf(from + index)),
		);
		for (const page of batch) {
			pages.push(page);
			for (const entry of page.entries) {
				// A repeat means that another entry was skipped.
				if (seen.has(entry.id)) return undefined;
				seen.add(entry.id);
			}
			found.push(...(await selected(client, list, wanted, page.entries)));
			isDone = hasFirst(found, limit, sort) || page.entries.some(isPast);
			isEnd = !page.hasNextPage || page.entries.length === 0;
			if (isDone || isEnd) break;
		}
		if (matches) checkCount(found.length, false);
		else checkCount(pages[0].totalResults ?? found.length, true);
		const known = pagesAhead(pages, pageSize, matches ? Infinity : needed);
		ahead = Math.max(Math.min(matches ? ahead * 2 : known, known), 1);
	}
	if (!isDone && seen.size < (pages[pages.length - 1].totalResults ?? 0)) return undefined;
	if (pages.length === 1) return found;

	// An entry that came or went made others slip to pages already read: all must still be the same.
	const again = await Promise.all(pages.map(async (_, index) => await pageOf(index + 1)));
	return again.every((page, index) => sameEntries(page, pages[index])) ? found : undefined;
}

/** The first pages, where the edge or the limit makes them enough. */
async function listPart<T extends Entry>(
	client: Client,
	list: List<T>,
	wanted: Wanted<T>,
	checkCount: CheckCount,
): Promise<T[] | undefined> {
	const { sort, limit, edge = { sort, isPast: () => false } } = wanted;
	if (!wanted.edge && limit === undefined) return undefined;
	if (isSameSort(sort, edge.sort)) {
		const entries = await listFirst(client, list, edge, wanted, checkCount);
		return entries && sorted(entries, sort);
	}
	// The order of texts shows in pages that are sorted by them, and nowhere else.
	if (!isByTime(sort)) return undefined;
	// In another order, the first ones are known only once all up to the edge are.
	const unlimited = { ...wanted, limit: undefined };
	const entries = await listFirst(client, list, edge, unlimited, checkCount);
	return entries && sorted(entries, sort);
}

function completeOrRefused<T extends Entry>(
	{ entries, missing }: Listing<T>,
	{ name, fields }: List<T>,
): T[] {
	if (missing === 0) return entries;
	const count = Number.isFinite(missing) ? missing : 'Some';
	const parts = fields ? `, or get the ${name} in parts with ${fields.narrowBy}` : '';
	throw new UserError(
		`${count} ${name} that Lukittu counts came on none of its pages (${entries.length} came)`,
		{
			description: `Lukittu's pages skip ${name} whose timestamps are the same, and some while others are deleted. The node found no order that shows them all. Run again${parts}.`,
		},
	);
}

/**
 * Gets the entries of a list that match, each once, in the order asked for.
 *
 * @throws UserError if some are known to be missing, or if they are more than n8n can take
 */
export async function listEntries<T extends Entry>(
	client: Client,
	list: List<T>,
	wanted: Wanted<T>,
): Promise<T[]> {
	const { sort, limit = Infinity, matches } = wanted;
	const checkCount = countCheck(list, limit);
	const part = await listPart(client, list, wanted, checkCount);
	if (part) return part.slice(0, limit);
	// With conditions of the node's own, it is known only at the end how many there are.
	const checkTotal = (total: number) => {
		if (!matches) checkCount(total, true);
	};
	const all = completeOrRefused(await listAll(client, list, sort, checkTotal), list);
	const found = await selected(client, list, wanted, all);
	checkCount(found.length, true);
	return sorted(found, sort).slice(0, limit);
}
