import { UserError, type IDataObject } from 'n8n-workflow';
import type { Send } from './request';

/** The page sizes Lukittu knows. Any other silently becomes 25. */
const PAGE_SIZES = [10, 25, 50, 100] as const;
export const LARGEST_PAGE = 100;

export const SORT_DIRECTIONS = ['asc', 'desc'] as const;

export interface Sort {
	/** A column Lukittu can sort by; any other silently becomes the default. */
	sortColumn: string;
	sortDirection: (typeof SORT_DIRECTIONS)[number];
}

/** What everything has that Lukittu lists. */
export interface Entry {
	id: string;
	createdAt: string;
	updatedAt: string;
}

/** A list on the server: which, and what of it. */
export interface List<T extends Entry> {
	name: 'customers' | 'licenses';
	/** Filters for the server, already checked. */
	query: IDataObject;
	/** Columns beside the times by which Lukittu can sort: entries of one moment differ in them. */
	columns?: string[];
	/** Narrower filters that show every entry again, made from the entries seen so far. */
	partsOf?: (seen: T[]) => IDataObject[];
	/** Adds to an entry what the list lacks. */
	complete?: (send: Send, entry: T) => Promise<T>;
}

export interface Page<T extends Entry> {
	entries: T[];
	hasNextPage: boolean;
	/** Not in Lukittu's documents, so it may be missing. */
	totalResults: number | undefined;
}

/** The smallest page that covers the limit, or the largest there is. */
export function pageSizeFor(limit: number): number {
	return PAGE_SIZES.find((size) => size >= limit) ?? LARGEST_PAGE;
}

/**
 * Gets one page of a list.
 *
 * @param place which page, counted from 1, how many entries it has, and how the list is sorted
 * @throws UserError if the answer has no list
 */
export async function getPage<T extends Entry>(
	send: Send,
	{ name, query, complete }: List<T>,
	place: Sort & { page: number; pageSize: number },
): Promise<Page<T>> {
	const answer = await send<IDataObject>({
		method: 'GET',
		url: `/${name}`,
		qs: { ...query, ...place },
		subject: `the list of ${name}`,
	});
	const { [name]: entries, hasNextPage, totalResults } = answer;
	if (!Array.isArray(entries)) {
		throw new UserError(`Lukittu answered without a list of ${name}`, {
			description: 'Your Lukittu server may be older or newer than the node expects.',
		});
	}
	const listed = entries as unknown as T[];
	return {
		entries: complete
			? await Promise.all(listed.map(async (entry) => await complete(send, entry)))
			: listed,
		hasNextPage: hasNextPage === true,
		totalResults: Number.isInteger(totalResults) ? Number(totalResults) : undefined,
	};
}
