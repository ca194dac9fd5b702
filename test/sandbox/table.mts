import type { Collation } from './types.mts';

export type SortValue = number | string | null;
export type SortBy<T> = (row: T) => SortValue;

const LANGUAGE = new Intl.Collator('en');
const SURROGATE = /[\ud800-\udfff]/;

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
		const known = this.orders.get(column);
		const rows = known?.version === this.version ? known.rows : [...this.values()];
		// Tests change rows in place, so even a known order must be looked at again.
		if (!isSorted(rows, sortBy, collation))
			rows.sort((a, b) => compare(sortBy(a), sortBy(b), collation));
		this.orders.set(column, { rows, version: this.version });
		return rows;
	}
}

/** Like PostgreSQL, null counts as the greatest value. */
export function compare(a: SortValue, b: SortValue, collation: Collation = 'bytes'): number {
	if (a === b) return 0;
	if (a === null) return 1;
	if (b === null) return -1;
	if (typeof a === 'string' && typeof b === 'string') return compareText(a, b, collation);
	return a < b ? -1 : 1;
}

/** Texts that are equal to a language, like "é" in one and in two characters, go by their bytes. */
function compareText(a: string, b: string, collation: Collation): number {
	return (collation === 'locale' && LANGUAGE.compare(a, b)) || compareBytes(a, b);
}

/** By UTF-8. JavaScript compares UTF-16, which puts emojis before the last characters below them. */
function compareBytes(a: string, b: string): number {
	if (SURROGATE.test(a) || SURROGATE.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
	return a < b ? -1 : 1;
}

function isSorted<T>(rows: T[], sortBy: SortBy<T>, collation: Collation): boolean {
	if (rows.length === 0) return true;
	let previous = sortBy(rows[0]);
	for (const row of rows) {
		const value = sortBy(row);
		if (compare(previous, value, collation) > 0) return false;
		previous = value;
	}
	return true;
}
