/** Writes the tables of docs/reliability.md from what the built node does. */
import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';

import { FAULTS, type FaultCase } from './faults.mts';
import { FILE, outcomesOf, tablesOf, withTables, type Outcome } from './reliability.mts';

const all: Array<[FaultCase, Outcome[]]> = [];
for (const fault of FAULTS) {
	all.push([fault, await outcomesOf(fault)]);
	console.log(fault.name);
}
const text = withTables(await readFile(FILE, 'utf8'), tablesOf(all));
await writeFile(FILE, await format(text, { ...(await resolveConfig(FILE)), filepath: FILE }));
