import type { IDataObject } from 'n8n-workflow';

import type { LicenseRow, LicenseSeed, Sandbox } from '../sandbox/types.mts';
import { answers, daysAgo, getMany, type Question } from './audit-support.mts';
import { readable, startShop } from './support.mts';

const RUNS = 300;
/** Runs are grouped so that a report names the seed of the group that has the culprit. */
const GROUPS = 10;

type Column = 'createdAt' | 'updatedAt';

const ORDERS: Array<[Column, 'asc' | 'desc']> = [
	['createdAt', 'asc'],
	['createdAt', 'desc'],
	['updatedAt', 'asc'],
	['updatedAt', 'desc'],
];

const STATUSES = ['ACTIVE', 'INACTIVE', 'EXPIRING', 'EXPIRED', 'SUSPENDED', 'UPCOMING'];

/** Numbers from 0 to 1 that are the same at every run (mulberry32). */
function randomFrom(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let bits = Math.imul(state ^ (state >>> 15), 1 | state);
		bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
		return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
	};
}

class Dice {
	private readonly random: () => number;

	constructor(seed: number) {
		this.random = randomFrom(seed);
	}

	/** A whole number from 0 to below the count. */
	below(count: number): number {
		return Math.floor(this.random() * count);
	}

	isLucky(chance: number): boolean {
		return this.random() < chance;
	}

	oneOf<T>(values: readonly T[]): T {
		return values[this.below(values.length)];
	}
}

/** Days lie a quarter off the whole ones that the questions ask for. */
const someDaysAgo = (dice: Dice, from: number, to: number) =>
	daysAgo(from + dice.below(to - from) + 0.25);

function someLicense(dice: Dice, createdAt: Date): LicenseSeed {
	const kind = dice.below(4);
	const updatedAt = dice.isLucky(0.5) ? createdAt : new Date(+createdAt + dice.below(4) * 60_000);
	return {
		createdAt,
		updatedAt,
		suspended: dice.isLucky(0.15),
		lastActiveAt: dice.isLucky(0.3) ? createdAt : someDaysAgo(dice, 0, 60),
		...(kind === 1 && { expirationType: 'DATE', expirationDate: someDaysAgo(dice, -60, 60) }),
		...(kind === 2 && { expirationType: 'DURATION', expirationStart: 'ACTIVATION' }),
		metadata: [{ key: 'plan', value: dice.oneOf(['Team', 'team', 'Teams']), locked: false }],
	};
}

/** Up to 420 licenses, in blocks of up to 40 of one moment each. */
function addFleet(sandbox: Sandbox, dice: Dice): LicenseRow[] {
	const count = dice.oneOf([0, 5, 99, 100, 101, 180, 250, 420]);
	const largest = dice.oneOf([1, 1, 3, 40]);
	const rows: LicenseRow[] = [];
	let at = +daysAgo(80.25);
	while (rows.length < count) {
		at += 4 * 3600_000;
		const size = Math.min(1 + dice.below(largest), count - rows.length);
		for (let n = 0; n < size; n += 1) {
			rows.push(sandbox.addLicense(someLicense(dice, new Date(at))));
		}
	}
	return rows;
}

function someQuestion(dice: Dice): Question {
	const asked = (chance = 0.25) => dice.isLucky(chance);
	const days = () => dice.below(60);
	const from = days();
	return {
		...(asked(0.4) && { status: STATUSES.filter(() => dice.isLucky(0.5)).concat('ACTIVE') }),
		...(asked() && { expiresWithinDays: days() + 1 }),
		...(asked() && { expiredSinceDays: days() }),
		...(asked() && { inactiveForDays: days() }),
		...(asked() && { createdAfter: daysAgo(from + 1).toISOString() }),
		...(asked() && { createdBefore: daysAgo(from).toISOString() }),
		...(asked() && { updatedAfter: daysAgo(days()).toISOString() }),
		...(asked(0.2) && { metadata: { entry: { key: 'plan', value: 'Team' } } }),
	};
}

/** The result must be the first ones, in order, of those that were there and some created since. */
function expectRight(
	found: LicenseRow[],
	was: LicenseRow[],
	created: LicenseRow[],
	{ limit = Infinity, column, sign }: { limit?: number; column: Column; sign: number },
): void {
	const ids = new Set(found.map(({ id }) => id));
	expect(ids.size).toBe(found.length);
	const known = new Set([...was, ...created].map(({ id }) => id));
	expect(found.filter(({ id }) => !known.has(id))).toEqual([]);
	const times = found.map((row) => sign * +row[column]);
	expect(times).toEqual([...times].sort((a, b) => a - b));
	expect(found.length).toBeLessThanOrEqual(limit);
	expect(found.length).toBeGreaterThanOrEqual(Math.min(limit, was.length));
	// Only what comes after the last that the Limit let through may be left out.
	const last = found.length < limit ? Infinity : times[times.length - 1];
	const left = was.filter((row) => !ids.has(row.id));
	expect(left.filter((row) => sign * +row[column] < last)).toEqual([]);
}

test.each(Array.from({ length: GROUPS }, (_, group) => group))(
	'any audit, of any licenses, while others are created: group %i',
	async (group) => {
		let matched = 0;
		for (let run = 0; run < RUNS / GROUPS; run += 1) {
			const dice = new Dice(group * 1000 + run);
			const { sandbox } = await startShop();
			sandbox.features.undocumentedFilters = dice.isLucky(0.7);
			sandbox.features.totalResults = dice.isLucky(0.8);
			const rows = addFleet(sandbox, dice);
			const question = someQuestion(dice);
			const limit = dice.oneOf([undefined, 1, 10, 60, 130]);
			const [column, direction] = dice.oneOf(ORDERS);
			const created: LicenseRow[] = [];
			const chance = dice.oneOf([0, 0.2, 1]);
			sandbox.onRequest = () => {
				if (!dice.isLucky(chance)) return;
				created.push(sandbox.addLicense(someLicense(dice, new Date())));
			};
			const parameters: IDataObject = {
				...(limit === undefined ? { returnAll: true } : { limit }),
				filters: question,
				options: { sortColumn: column, sortDirection: direction },
			};

			const { error, items } = await getMany(sandbox, parameters);
			await sandbox.close();

			const isMatch = (row: LicenseRow) => answers(row, question, new Date());
			const found = items.map(({ json }) => sandbox.state.licenses.get(String(json.id)));
			const was = rows.filter(isMatch);
			const order = { limit, column, sign: direction === 'asc' ? 1 : -1 };
			try {
				expect(readable(error).trim()).toBe('');
				expectRight(found as LicenseRow[], was, created.filter(isMatch), order);
			} catch (failure) {
				throw new Error(`Run ${run}: ${JSON.stringify(parameters)}\n${String(failure)}`);
			}
			matched += was.length;
		}
		// Otherwise nothing was tried.
		expect(matched).toBeGreaterThan(100);
	},
);
