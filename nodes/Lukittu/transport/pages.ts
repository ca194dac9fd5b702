import type { License } from '../types';
import type { LukittuAnswer, Send } from './request';

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
	/** The server's clock when it began, milliseconds since 1970. */
	began: number;
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

/** Gets one page of licenses, for a list that a user scrolls through. */
export async function licensePage(
	send: Send,
	query: LicenseFilters & Sort & { page: number; pageSize: number },
): Promise<LukittuAnswer<LicensePage>> {
	return await send<LicensePage>({
		method: 'GET',
		url: '/licenses',
		qs: query,
		subject: 'the list of licenses',
	});
}

function collect(into: Licenses, licenses: License[]): void {
	for (const license of licenses) into.set(license.id, license);
}

/** Gets every page once, in the order given; the pages known to exist are asked for at once. */
async function walk(send: Send, filters: LicenseFilters, order: WalkOrder): Promise<Walk> {
	const pageOf = async (page: number) => await licensePage(send, { ...filters, ...order, page });
	const first = await pageOf(1);
	const knownPages = Math.ceil((first.data.totalResults ?? 0) / order.pageSize);
	const rest = await Promise.all(
		Array.from(
			{ length: Math.max(knownPages - 1, 0) },
			async (_, index) => await pageOf(index + 2),
		),
	);
	const licenses: Licenses = new Map();
	let rows = 0;
	const take = (page: LicensePage) => {
		rows += page.licenses.length;
		for (const license of page.licenses) licenses.set(license.id, license);
	};
	for (const { data } of [first, ...rest]) take(data);

	// More pages than were known: the server gives no total, or licenses were created meanwhile.
	let last = [first, ...rest].pop() ?? first;
	for (let page = rest.length + 2; last.data.hasNextPage; page += 1) {
		const before = licenses.size;
		last = await pageOf(page);
		take(last.data);
		// A server that goes on for ever with nothing new.
		if (licenses.size === before) break;
	}
	return {
		licenses,
		// Without a total, the rows that came are as many as there were.
		expected: first.data.totalResults ?? rows,
		began: Date.parse(first.timestamp) || Date.now(),
	};
}

/**
 * How many licenses that existed when a walk began are not among these. Licenses created since do
 * not count, or one of them could stand in for one that was skipped.
 */
function missingFrom(licenses: Licenses, { expected, began }: Walk): number {
	let existed = 0;
	for (const { createdAt } of licenses.values()) if (Date.parse(createdAt) <= began) existed += 1;
	return Math.max(expected - existed, 0);
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
	const all: Licenses = new Map(first.licenses);
	let missing = missingFrom(all, first);

	const walkAgain = async (orders: WalkOrder[]) => {
		for (const order of orders) {
			if (missing === 0) return;
			const latest = await walk(send, filters, order);
			collect(all, [...latest.licenses.values()]);
			// Complete are all walks together for the time the first began, or one for its own.
			missing = Math.min(missingFrom(all, first), missingFrom(latest.licenses, latest));
		}
	};

	await walkAgain(OTHER_ORDERS);
	if (missing > 0) {
		for (const productIds of productIdsOf(all, filters)) {
			const narrowed = await walk(send, { ...filters, productIds }, FIRST_ORDER);
			collect(all, [...narrowed.licenses.values()]);
		}
		missing = missingFrom(all, first);
	}
	await walkAgain(SMALLER_PAGES);
	return { licenses: [...all.values()], missing };
}

/** Sorts licenses as the server would, equal timestamps by ID so that the order is always the same. */
function sorted(licenses: License[], { sortColumn, sortDirection }: Sort): License[] {
	const sign = sortDirection === 'asc' ? 1 : -1;
	return licenses.sort(
		(a, b) =>
			sign * (Date.parse(a[sortColumn]) - Date.parse(b[sortColumn])) || (a.id < b.id ? -1 : 1),
	);
}

/** The first pages in the order asked for, or undefined where they cannot be trusted. */
async function listFirst(
	send: Send,
	filters: LicenseFilters,
	sort: Sort,
	limit: number,
): Promise<License[] | undefined> {
	const pageSize = pageSizeFor(limit);
	const found: Licenses = new Map();
	for (let page = 1; ; page += 1) {
		const { data } = await licensePage(send, { ...filters, ...sort, page, pageSize });
		const before = found.size;
		collect(found, data.licenses);
		// A repeat means that another license was skipped.
		if (found.size < before + data.licenses.length) return undefined;
		if (found.size >= limit) return [...found.values()].slice(0, limit);
		if (!data.hasNextPage || data.licenses.length === 0) {
			return page > 1 && found.size < (data.totalResults ?? 0) ? undefined : [...found.values()];
		}
	}
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
