import { ApiError, SERVER_ERROR } from './answers.mts';
import type { SortBy } from './table.mts';
import type { Features } from './types.mts';

type SortDirection = 'asc' | 'desc';

export interface PageRequest<T> {
	page: number;
	pageSize: number;
	direction: SortDirection;
	column: string;
	sortBy: SortBy<T>;
}

export interface Page<T> {
	rows: T[];
	hasNextPage: boolean;
	total: number;
}

/** Neighbouring rows with the same sort value: from the first index to before the second. */
interface Block {
	from: number;
	to: number;
}

const PAGE_SIZES = [10, 25, 50, 100];
const DEFAULT_PAGE_SIZE = 25;
/** The database's offset has 64 bits. */
const MAX_OFFSET = 2 ** 63;

/**
 * Reads the paging parameters; whatever is not allowed silently becomes the default. The first of the
 * columns is the default one.
 */
export function pageRequest<T>(
	query: URLSearchParams,
	columns: Record<string, SortBy<T>>,
): PageRequest<T> {
	const page = pageNumber(query.get('page') ?? '');
	const size = pageSize(query.get('pageSize') ?? '');
	if ((page - 1) * size >= MAX_OFFSET) throw new ApiError(500, SERVER_ERROR);
	const wanted = query.get('sortColumn') ?? '';
	const column = Object.hasOwn(columns, wanted) ? wanted : Object.keys(columns)[0];
	return {
		page,
		pageSize: size,
		direction: query.get('sortDirection') === 'asc' ? 'asc' : 'desc',
		column,
		sortBy: columns[column],
	};
}

/** Cuts a page out of rows in ascending order. */
export function cutPage<T>(
	ascending: readonly T[],
	request: PageRequest<T>,
	features: Features,
): Page<T> {
	const rows = request.direction === 'asc' ? ascending : ascending.toReversed();
	const start = (request.page - 1) * request.pageSize;
	const end = Math.min(start + request.pageSize, rows.length);
	return {
		rows: features.unstableTies ? cutShuffled(rows, start, end, request) : rows.slice(start, end),
		hasNextPage: end < rows.length,
		total: rows.length,
	};
}

/**
 * Without a second sort key a database gives equal rows in any order, and in another one for every
 * LIMIT and OFFSET. Here every page shuffles the blocks of equal rows that reach into it.
 */
function cutShuffled<T>(
	rows: readonly T[],
	start: number,
	end: number,
	request: PageRequest<T>,
): T[] {
	const cut: T[] = [];
	while (start + cut.length < end) {
		const place = start + cut.length;
		const block = blockAround(rows, place, request.sortBy);
		for (let index = place; index < Math.min(block.to, end); index += 1)
			cut.push(rows[shuffledIndex(index, block, request)]);
	}
	return cut;
}

function blockAround<T>(rows: readonly T[], index: number, sortBy: SortBy<T>): Block {
	const value = sortBy(rows[index]);
	let from = index;
	while (from > 0 && sortBy(rows[from - 1]) === value) from -= 1;
	let to = index + 1;
	while (to < rows.length && sortBy(rows[to]) === value) to += 1;
	return { from, to };
}

/**
 * Where a block's row comes from on this page. The shuffle depends on nothing but the page and the
 * block's size, so that a test sees the same rows missing at every run; and it is a formula, not a
 * sort, so that 10,000 equal rows cost no more than 10.
 */
function shuffledIndex<T>(index: number, { from, to }: Block, request: PageRequest<T>): number {
	const size = to - from;
	const { page, pageSize, direction } = request;
	const seed = hash(`${page}/${pageSize}/${direction}/${size}`);
	const offset = hash(`${seed}`) % size;
	return from + ((offset + (index - from) * coprime(seed % size, size)) % size);
}

/** The first number from this one on that shares no divisor with the size. */
function coprime(candidate: number, size: number): number {
	return divisor(candidate, size) === 1 ? candidate : coprime(candidate + 1, size);
}

function divisor(a: number, b: number): number {
	return b === 0 ? a : divisor(b, a % b);
}

/** FNV-1a, mixed once more because short texts differ in their last bits only. */
function hash(text: string): number {
	let bits = 0x811c9dc5;
	for (const character of text) bits = Math.imul(bits ^ character.charCodeAt(0), 0x01000193);
	bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
	bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
	return (bits ^ (bits >>> 16)) >>> 0;
}

/** Read by `parseInt`: ` 2`, `2.9`, `2abc` and `0x2` are page 2. */
function pageNumber(text: string): number {
	const page = Number.parseInt(text);
	return page >= 1 ? page : 1;
}

function pageSize(text: string): number {
	const size = Number.parseInt(text);
	return PAGE_SIZES.includes(size) ? size : DEFAULT_PAGE_SIZE;
}
