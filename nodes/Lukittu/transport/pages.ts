import { UserError } from 'n8n-workflow';
import type { License } from '../types';
import type { Send } from './request';

/** The page sizes Lukittu knows. Any other silently becomes 25. */
const PAGE_SIZES = [10, 25, 50, 100] as const;
const LARGEST_PAGE = 100;

export const SORT_COLUMNS = ['createdAt', 'updatedAt'] as const;
export const SORT_DIRECTIONS = ['asc', 'desc'] as const;

export type Sort = {
	sortColumn: (typeof SORT_COLUMNS)[number];
	sortDirection: (typeof SORT_DIRECTIONS)[number];
};

/** Comma lists of IDs, already checked: Lukittu drops what is no UUID and lists everything. */
export type LicenseFilters = {
	productIds?: string;
	customerIds?: string;
};

interface LicensePage {
	licenses: License[];
	hasNextPage: boolean;
	/** Not in Lukittu's documents, so it may be missing. */
	totalResults?: number;
}

type Licenses = Map<string, License>;

/** One pass over all pages. */
interface Walk {
	licenses: Licenses;
	/** How many licenses there were when it began. */
	expected: number;
	/** Whether a license was there when it began. */
	existed: (license: License) => boolean;
}

/** A complete list, or what is known of an incomplete one. */
export interface Listing {
	licenses: License[];
	/** How many licenses are known to exist but were in none of the pages. */
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

/** With smaller pages, Lukittu shows licenses of one moment in yet other orders. */
const SMALLER_PAGES: WalkOrder[] = [50, 25, 10].flatMap((pageSize): WalkOrder[] => [
	{ sortColumn: 'createdAt', sortDirection: 'asc', pageSize },
	{ sortColumn: 'createdAt', sortDirection: 'desc', pageSize },
]);

/** The smallest page that covers the limit, or the largest there is. */
export function pageSizeFor(limit: number): number {
	return PAGE_SIZES.find((size) => size >= limit) ?? LARGEST_PAGE;
}

/**
 * Gets one page of licenses.
 *
 * @throws UserError if the answer has no list
 */
export async function licensePage(
	send: Send,
	query: LicenseFilters & Sort & { page: number; pageSize: number },
): Promise<LicensePage> {
	const { licenses, hasNextPage, totalResults } = await send<Partial<LicensePage>>({
		method: 'GET',
		url: '/licenses',
		qs: query,
		subject: 'the list of licenses',
	});
	if (!Array.isArray(licenses)) {
		throw new UserError('Lukittu answered without a list of licenses', {
			description: 'Your Lukittu server may be older or newer than the node expects.',
		});
	}
	return {
		licenses,
		hasNextPage: hasNextPage === true,
		totalResults: Number.isInteger(totalResults) ? totalResults : undefined,
	};
}

function collect(into: Licenses, licenses: License[]): void {
	for (const license of licenses) into.set(license.id, license);
}

/**
 * Tells the licenses that were there when a page of the newest was got from those created since,
 * without comparing the clocks of two machines.
 */
function existedAt({ licenses }: LicensePage): (license: License) => boolean {
	const known = new Set(licenses.map(({ id }) => id));
	const times = licenses.map(({ createdAt }) => Date.parse(createdAt));
	const newest = Math.max(...times);
	// A page of one single moment does not show all licenses of that moment.
	const last = times.every((time) => time === newest) ? newest : newest - 1;
	return ({ id, createdAt }) => known.has(id) || Date.parse(createdAt) <= last;
}

/** Gets every page once, in the order given; the pages known to exist are asked for at once. */
async function walk(send: Send, filters: LicenseFilters, order: WalkOrder): Promise<Walk> {
	// The newest page gives the number of licenses and what is the newest in one answer.
	const newest = await licensePage(send, { ...filters, ...NEWEST_FIRST, page: 1 });
	const licenses: Licenses = new Map();
	collect(licenses, newest.licenses);
	const existed = existedAt(newest);
	if (!newest.hasNextPage) {
		return { licenses, expected: newest.totalResults ?? licenses.size, existed };
	}

	const pageOf = async (page: number) => await licensePage(send, { ...filters, ...order, page });
	const knownPages = Math.ceil((newest.totalResults ?? 1) / order.pageSize);
	const pages = await Promise.all(
		Array.from({ length: knownPages }, async (_, index) => await pageOf(index + 1)),
	);
	for (const page of pages) collect(licenses, page.licenses);

	// More pages than were known: the server gives no total, or licenses were created meanwhile.
	let last = pages[pages.length - 1];
	while (last.hasNextPage) {
		const before = licenses.size;
		last = await pageOf(pages.length + 1);
		pages.push(last);
		collect(licenses, last.licenses);
		// A server that goes on for ever with nothing new.
		if (licenses.size === before) break;
	}
	// Without a total, the rows that came are as many as there were.
	const rows = pages.reduce((sum, page) => sum + page.licenses.length, 0);
	return { licenses, expected: newest.totalResults ?? rows, existed };
}

/**
 * How many licenses no walk has shown: the fewest that are missing for the time at which one of the
 * walks began. What was there then is counted among what came in that walk and in those since.
 */
function missingFrom(walks: Walk[]): number {
	const shown: Licenses = new Map();
	const missing = [...walks].reverse().map(({ licenses, expected, existed }) => {
		collect(shown, [...licenses.values()]);
		return Math.max(expected - [...shown.values()].filter(existed).length, 0);
	});
	return Math.min(...missing);
}

function productIdsOf(licenses: Licenses, { productIds }: LicenseFilters): string[] {
	const seen = new Set<string>();
	for (const { products = [] } of licenses.values()) for (const { id } of products) seen.add(id);
	const wanted = productIds?.split(',');
	return [...seen].filter((id) => !wanted || wanted.includes(id));
}

/**
 * Gets every license that matches. Lukittu's pages repeat some licenses and skip others where
 * timestamps tie or licenses come and go meanwhile, so the list is compared with the number the
 * server gives; where some are missing, the pages are walked in other orders, product by product,
 * and in smaller pages.
 */
async function listAll(send: Send, filters: LicenseFilters): Promise<Listing> {
	const first = await walk(send, filters, FIRST_ORDER);
	const walks = [first];
	const walkAgain = async (orders: WalkOrder[]) => {
		for (const order of orders) {
			if (missingFrom(walks) > 0) walks.push(await walk(send, filters, order));
		}
	};

	await walkAgain(OTHER_ORDERS);
	if (missingFrom(walks) > 0) {
		const latest = walks[walks.length - 1].licenses;
		for (const productIds of productIdsOf(latest, filters)) {
			const narrowed = await walk(send, { ...filters, productIds }, FIRST_ORDER);
			collect(latest, [...narrowed.licenses.values()]);
		}
	}
	await walkAgain(SMALLER_PAGES);

	const all: Licenses = new Map();
	for (const { licenses } of walks) collect(all, [...licenses.values()]);
	return { licenses: [...all.values()], missing: missingFrom(walks) };
}

/** Sorts licenses as the server would, equal timestamps by ID so that the order is always the same. */
function sorted(licenses: License[], { sortColumn, sortDirection }: Sort): License[] {
	const sign = sortDirection === 'asc' ? 1 : -1;
	return licenses.sort(
		(a, b) =>
			sign * (Date.parse(a[sortColumn]) - Date.parse(b[sortColumn])) || (a.id < b.id ? -1 : 1),
	);
}

function sameLicenses(one: LicensePage, other: LicensePage): boolean {
	const ids = new Set(one.licenses.map(({ id }) => id));
	return ids.size === other.licenses.length && other.licenses.every(({ id }) => ids.has(id));
}

/** The first pages in the order asked for, or undefined where they cannot be trusted. */
async function listFirst(
	send: Send,
	filters: LicenseFilters,
	sort: Sort,
	limit: number,
): Promise<License[] | undefined> {
	const pageSize = pageSizeFor(limit);
	const pageOf = async (page: number) =>
		await licensePage(send, { ...filters, ...sort, page, pageSize });
	const found: Licenses = new Map();
	const pages: LicensePage[] = [];
	let last: LicensePage;
	do {
		last = await pageOf(pages.length + 1);
		pages.push(last);
		const before = found.size;
		collect(found, last.licenses);
		// A repeat means that another license was skipped.
		if (found.size < before + last.licenses.length) return undefined;
	} while (found.size < limit && last.hasNextPage && last.licenses.length > 0);

	// A license that left a page made the next one slip to it: the pages must still be the same.
	const earlier = pages.slice(0, -1);
	const again = await Promise.all(earlier.map(async (_, index) => await pageOf(index + 1)));
	if (!again.every((page, index) => sameLicenses(page, earlier[index]))) return undefined;
	const expected = Math.min(limit, last.totalResults ?? 0);
	return found.size < expected ? undefined : [...found.values()].slice(0, limit);
}

/**
 * Gets the licenses that match, each once, in the order asked for.
 *
 * @param limit most licenses to give back; undefined for all
 */
export async function listLicenses(
	send: Send,
	filters: LicenseFilters,
	sort: Sort,
	limit?: number,
): Promise<Listing> {
	if (limit !== undefined) {
		const licenses = await listFirst(send, filters, sort, limit);
		if (licenses) return { licenses, missing: 0 };
	}
	const { licenses, missing } = await listAll(send, filters);
	return { licenses: sorted(licenses, sort).slice(0, limit), missing };
}
