import { UserError, type IDataObject } from 'n8n-workflow';
import { isObject, objectFault } from '../checks/answers';
import type { Client } from '../transport/client';
import type { AnswerCheck, ResourceInfo } from '../types';

/** The page sizes Lukittu knows. Any other silently becomes 25. */
const PAGE_SIZES = [10, 25, 50, 100] as const;
export const LARGEST_PAGE = 100;

export const SORT_DIRECTIONS = ['asc', 'desc'] as const;

export interface Sort {
	/** A column Lukittu can sort by; any other silently becomes the default. */
	sortColumn: string;
	sortDirection: (typeof SORT_DIRECTIONS)[number];
}

const TIMES = ['createdAt', 'updatedAt'];

/** Whether a list is sorted by a time. The order of texts depends on the server's database. */
export function isByTime({ sortColumn }: Sort): boolean {
	return TIMES.includes(sortColumn);
}

export function isSameSort(one: Sort, other: Sort): boolean {
	return one.sortColumn === other.sortColumn && one.sortDirection === other.sortDirection;
}

/** What everything has that Lukittu lists. */
export interface Entry {
	id: string;
	createdAt: string;
	updatedAt: string;
}

/** More than any team has: a list that counts or gives more is taken to have no end. */
const MOST_ENTRIES = 1_000_000;

/**
 * Refuses to read a list that has no end.
 *
 * @param count how many entries it has at least
 * @throws UserError if no list has so many
 */
export function checkHasEnd(name: string, count: number): void {
	if (count <= MOST_ENTRIES) return;
	throw new UserError(`Lukittu's list of ${name} has no end: more than ${MOST_ENTRIES} entries`, {
		description:
			'Use filters to get a part of it. If your team has fewer, ask those who run your Lukittu server.',
	});
}

/** A list on the server: which, and what of it. */
export interface List<T extends Entry> {
	/** As in the path and in the answer, for example "licenses". */
	name: string;
	resource: ResourceInfo;
	/**
	 * The fields with which a user gets it in parts, and with which a part of it. Undefined where the
	 * operation has no such fields.
	 */
	fields?: { splitBy: string; narrowBy: string };
	/** Looks at an entry. */
	faultOf: AnswerCheck;
	/** Filters for the server, already checked. */
	query: IDataObject;
	/** Columns of text by which Lukittu can sort too: entries of one moment differ in them. */
	columns?: string[];
	/** Narrower filters that show every entry again, made from the entries seen so far. */
	partsOf?: (seen: T[]) => IDataObject[];
	/** Adds to an entry what the list lacks; undefined where it is not there any more. */
	complete?: (client: Client, entry: T) => Promise<T | undefined>;
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

/** Looks at the entries of a page; that there is a list at all, `getPage()` sees. */
function entryFault(data: unknown, name: string, faultOf: AnswerCheck): string | undefined {
	if (!isObject(data)) return objectFault(data);
	const entries = data[name];
	const faults = Array.isArray(entries) ? entries.map(faultOf) : [];
	const fault = faults.find((found) => found !== undefined);
	return fault && `in the list of ${name}, ${fault}`;
}

/**
 * Gets one page of a list.
 *
 * @param place which page, counted from 1, how many entries it has, and how the list is sorted
 * @throws UserError if the answer has no list
 */
export async function getPage<T extends Entry>(
	client: Client,
	{ name, resource, faultOf, query }: List<T>,
	place: Sort & { page: number; pageSize: number },
): Promise<Page<T>> {
	checkHasEnd(name, place.page * place.pageSize);
	const answer = await client.send<IDataObject>({
		method: 'GET',
		url: `/${name}`,
		qs: { ...query, ...place },
		faultOf: (data) => entryFault(data, name, faultOf),
		resource,
		subject: `the list of ${name}`,
	});
	const { [name]: entries, hasNextPage, totalResults } = answer;
	if (!Array.isArray(entries)) {
		throw new UserError(`Lukittu answered without a list of ${name}`, {
			description: 'Your Lukittu server may be older or newer than the node expects.',
		});
	}
	return {
		entries: entries as unknown as T[],
		hasNextPage: hasNextPage === true,
		// A number of entries, or no number at all.
		totalResults:
			Number.isSafeInteger(totalResults) && Number(totalResults) >= 0
				? Number(totalResults)
				: undefined,
	};
}
