export type SortValue = number | string | null;
export type SortBy<T> = (row: T) => SortValue;

interface Order<T> {
	rows: T[];
	version: number;
}

/**
 * Rows by ID. Remembers its rows in the orders asked for, because sorting 10,000 of them for every
 * page would cost more than all the rest of a request.
 */
export class Table<T extends object> extends Map<string, T> {
	private version = 0;
	private readonly orders = new Map<string, Order<T>>();

	override set(id: string, row: T): this {
		this.version += 1;
		return super.set(id, row);
	}

	override delete(id: string): boolean {
		this.version += 1;
		return super.delete(id);
	}

	override clear(): void {
		this.version += 1;
		super.clear();
	}

	/** All rows in ascending order; not to be changed by the caller. */
	ascending(column: string, sortBy: SortBy<T>, collation: Collation = 'bytes'): readonly T[] {
		const compare = COMPARISONS[collation];
		const known = this.orders.get(column);
		const rows = known?.version === this.version ? known.rows : [...this.values()];
		// Tests change rows in place, so even a known order must be looked at again.
		if (!isSorted(rows, sortBy, compare)) rows.sort((a, b) => compare(sortBy(a), sortBy(b)));
		this.orders.set(column, { rows, version: this.version });
		return rows;
	}
}

/** Like PostgreSQL, null counts as the greatest value. */
export function compare(a: SortValue, b: SortValue): number {
	if (a === b) return 0;
	if (a === null) return 1;
	if (b === null) return -1;
	return a < b ? -1 : 1;
}

const dictionary = new Intl.Collator('en', { ignorePunctuation: true });

/** Like PostgreSQL with the collation of a language: texts that differ are never equal. */
function compareInDictionary(a: SortValue, b: SortValue): number {
	if (typeof a !== 'string' || typeof b !== 'string') return compare(a, b);
	return dictionary.compare(a, b) || compare(a, b);
}

const COMPARISONS = { bytes: compare, dictionary: compareInDictionary };
export type Collation = keyof typeof COMPARISONS;

function isSorted<T>(rows: T[], sortBy: SortBy<T>, comparison: typeof compare): boolean {
	if (rows.length === 0) return true;
	let previous = sortBy(rows[0]);
	for (const row of rows) {
		const value = sortBy(row);
		if (comparison(previous, value) > 0) return false;
		previous = value;
	}
	return true;
}
