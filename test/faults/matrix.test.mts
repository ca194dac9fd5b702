import { readFile } from 'node:fs/promises';

import { FAULTS, type FaultCase } from './faults.mts';
import { FILE, outcomesOf, tablesOf, withTables, type Outcome } from './reliability.mts';

const all: Array<[FaultCase, Outcome[]]> = [];

/** What a server may hold after an item: as it was, or with the item carried out once. */
const UNTOUCHED = /^(as before|0 new (license|customer)s)$/;
const DONE_ONCE = /^(changed|deleted|1 new (license|customer))$/;

/** Without the blanks and dashes that make the columns of a table equally wide. */
const unaligned = (text: string) => text.replace(/ +/g, ' ').replace(/-{3,}/g, '---');

function expectNothingHalf({ held, message, isUnknown, items, operation }: Outcome): void {
	const isRead = / Get/.test(operation);
	if (message === '') {
		expect(held).toMatch(isRead ? UNTOUCHED : DONE_ONCE);
		expect(items).toBe(operation.endsWith('Get Many') ? 120 : 1);
	} else {
		expect(items).toBe(0);
		// Where the message does not say that the outcome is unknown, nothing has changed.
		expect(UNTOUCHED.test(held) || (isUnknown && DONE_ONCE.test(held))).toBe(true);
		expect(isUnknown && isRead).toBe(false);
	}
}

test.each(FAULTS)('$name', async (fault) => {
	const outcomes = await outcomesOf(fault);
	all.push([fault, outcomes]);
	for (const outcome of outcomes) {
		expectNothingHalf(outcome);
		expect(outcome).toMatchObject({ elsewhere: 0, tellsKey: false });
		if (fault.waitsMs) expect(outcome.waitedMs).toBeGreaterThanOrEqual(fault.waitsMs);
	}
});

test('docs/reliability.md has these outcomes; "npm run reliability" writes it', async () => {
	expect(all.map(([{ name }]) => name)).toEqual(FAULTS.map(({ name }) => name));
	const text = await readFile(FILE, 'utf8');
	expect(unaligned(text)).toBe(unaligned(withTables(text, tablesOf(all))));
});
