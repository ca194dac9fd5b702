import type { IDataObject } from 'n8n-workflow';

import type { LicenseRow, LicenseSeed, Sandbox } from '../sandbox/types.mts';
import { answers, daysAgo, getMany, type Question } from './audit-support.mts';
import { Random } from '../random.mts';
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

/** Days lie a quarter off the whole ones that the questions ask for. */
const someDaysAgo = (random: Random, from: number, to: number) =>
	daysAgo(from + random.below(to - from) + 0.25);

function someLicense(random: Random, createdAt: Date): LicenseSeed {
	const kind = random.below(4);
	const updatedAt = random.isLucky(0.5)
		? createdAt
		: new Date(+createdAt + random.below(4) * 60_000);
	return {
		createdAt,
		updatedAt,
		suspended: random.isLucky(0.15),
		lastActiveAt: random.isLucky(0.3) ? createdAt : someDaysAgo(random, 0, 60),
		...(kind === 1 && { expirationType: 'DATE', expirationDate: someDaysAgo(random, -60, 60) }),
		...(kind === 2 && { expirationType: 'DURATION', expirationStart: 'ACTIVATION' }),
		metadata: [{ key: 'plan', value: random.oneOf(['Team', 'team', 'Teams']), locked: false }],
	};
}

/** Up to 420 licenses, in blocks of up to 40 of one moment each. */
function addFleet(sandbox: Sandbox, random: Random): LicenseRow[] {
	const count = random.oneOf([0, 5, 99, 100, 101, 180, 250, 420]);
	const largest = random.oneOf([1, 1, 3, 40]);
	const rows: LicenseRow[] = [];
	let at = +daysAgo(80.25);
	while (rows.length < count) {
		at += 4 * 3600_000;
		const size = Math.min(1 + random.below(largest), count - rows.length);
		for (let n = 0; n < size; n += 1) {
			rows.push(sandbox.addLicense(someLicense(random, new Date(at))));
		}
	}
	return rows;
}

function someQuestion(random: Random): Question {
	const asked = (chance = 0.25) => random.isLucky(chance);
	const days = () => random.below(60);
	const from = days();
	return {
		...(asked(0.4) && { status: STATUSES.filter(() => random.isLucky(0.5)).concat('ACTIVE') }),
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
			const random = new Random(group * 1000 + run);
			const { sandbox } = await startShop();
			sandbox.features.undocumentedFilters = random.isLucky(0.7);
			sandbox.features.totalResults = random.isLucky(0.8);
			const rows = addFleet(sandbox, random);
			const question = someQuestion(random);
			const limit = random.oneOf([undefined, 1, 10, 60, 130]);
			const [column, direction] = random.oneOf(ORDERS);
			const created: LicenseRow[] = [];
			const chance = random.oneOf([0, 0.2, 1]);
			sandbox.onRequest = () => {
				if (!random.isLucky(chance)) return;
				created.push(sandbox.addLicense(someLicense(random, new Date())));
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
