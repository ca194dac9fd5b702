import type { Client } from '../transport/client';
import { getPage, LARGEST_PAGE, type Entry, type List, type Page } from '../lists/pages';

/** The editor asks for the next page of a list only where there is something to scroll. */
const ENOUGH_HITS = 50;

/** How far one search goes before it shows what it has; the user may go on from there. */
const MOST_PAGES = 10;
const LONGEST_MS = 5000;

/** Of how many hits the editor hands back that they were shown. */
const MOST_REMEMBERED = 500;

/** Most pages for one try to find entries that others skipped. */
const MOST_OTHER_PAGES = 120;

/** The entries of one moment, which pages repeat and skip. */
interface Tie {
	createdAt: string;
	/** How many places it takes in the list, as far as that was read. */
	places: number;
	/** Its entries that came. */
	ids: string[];
}

/** Where a list is to be read on. */
interface Position {
	/** From 1. */
	page: number;
	/** What stands at the end of the page before. */
	tie?: Tie;
	/** The last hits that were shown: they come again where entries are created meanwhile. */
	shown: string[];
}

/** A hit as the editor shows it. */
export interface Hit {
	name: string;
	value: string;
}

/** A part of a list, and where the editor is to go on. */
export interface Part {
	results: Hit[];
	paginationToken: string | undefined;
}

const NEWEST_FIRST = { sortColumn: 'createdAt', sortDirection: 'desc' } as const;
const OLDEST_FIRST = { sortColumn: 'createdAt', sortDirection: 'asc' } as const;

/** Other pages than the first ones, in which entries of one moment come in another order. */
const OTHER_PAGES = [50, 25, 10].map((pageSize) => ({ ...NEWEST_FIRST, pageSize }));
const PAGES_FROM_THE_END = [100, 50, 25, 10].map((pageSize) => ({ ...OLDEST_FIRST, pageSize }));

/** The numbers of the pages that show some places of a list. */
function pagesOf(from: number, to: number, pageSize: number): number[] {
	const first = Math.floor(from / pageSize) + 1;
	const last = Math.ceil(to / pageSize);
	return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/**
 * Looks for the entries of one moment that the pages skipped, in other pages.
 *
 * @param end the place behind the last one of them, from 0, with the newest entry first
 * @param total how many entries the list has, where the server tells
 */
async function findSkipped<T extends Entry>(
	client: Client,
	list: List<T>,
	{ createdAt, places, ids }: Tie,
	end: number,
	total: number | undefined,
	giveUpAt: number,
): Promise<T[]> {
	const known = new Set(ids);
	const found: T[] = [];
	const orders = total === undefined ? OTHER_PAGES : [...OTHER_PAGES, ...PAGES_FROM_THE_END];
	for (const order of orders) {
		if (known.size >= places || Date.now() > giveUpAt) break;
		const isFromEnd = order.sortDirection === 'asc';
		const from = isFromEnd ? Number(total) - end : end - places;
		const numbers = pagesOf(Math.max(from, 0), from + places, order.pageSize);
		if (numbers.length > MOST_OTHER_PAGES) continue;
		const pages = await Promise.all(
			numbers.map(async (page) => await getPage(client, list, { ...order, page })),
		);
		for (const entry of pages.flatMap(({ entries }) => entries)) {
			if (entry.createdAt !== createdAt || known.has(entry.id)) continue;
			known.add(entry.id);
			found.push(entry);
		}
	}
	return found;
}

/**
 * Reads a list on, the newest first, until there are enough hits to scroll, or it has gone far
 * enough. Each hit is shown once, and none is left out where entries have the same time.
 *
 * @param hitsOf what an entry shows, if it is a hit
 * @param token where to go on, as the editor hands it back; from the beginning without it
 */
export async function readOn<T extends Entry>(
	client: Client,
	list: List<T>,
	hitsOf: (entry: T) => Hit[],
	token: string | undefined,
): Promise<Part> {
	const start: Position = { page: 1, shown: [] };
	const position = token === undefined ? start : (JSON.parse(token) as Position);
	const giveUpAt = Date.now() + LONGEST_MS;
	const shown = new Set(position.shown);
	const results: Hit[] = [];
	const show = (entry: T) => {
		for (const hit of hitsOf(entry)) {
			if (shown.has(hit.value)) continue;
			shown.add(hit.value);
			results.push(hit);
		}
	};

	let { tie } = position;
	let page: Page<T>;
	let number = position.page;
	const endTie = async (end: number) => {
		if (!tie || tie.ids.length === tie.places) return;
		const total = page.totalResults;
		for (const entry of await findSkipped(client, list, tie, end, total, giveUpAt)) show(entry);
	};

	for (;;) {
		const place = (number - 1) * LARGEST_PAGE;
		page = await getPage(client, list, { ...NEWEST_FIRST, page: number, pageSize: LARGEST_PAGE });
		for (const [index, entry] of page.entries.entries()) {
			const { id, createdAt } = entry;
			if (tie?.createdAt !== createdAt) {
				await endTie(place + index);
				tie = { createdAt, places: 0, ids: [] };
			}
			tie.places += 1;
			if (tie.ids.includes(id)) continue;
			tie.ids.push(id);
			show(entry);
		}
		number += 1;
		if (!page.hasNextPage) {
			await endTie(place + page.entries.length);
			return { results, paginationToken: undefined };
		}
		const isFar = number - position.page >= MOST_PAGES || Date.now() > giveUpAt;
		if (results.length >= ENOUGH_HITS || isFar) break;
	}
	const next: Position = { page: number, tie, shown: [...shown].slice(-MOST_REMEMBERED) };
	return { results, paginationToken: JSON.stringify(next) };
}
