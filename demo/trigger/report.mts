import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';

import { replaceSection } from '../../test/faults/section.mts';

import { REPOSITORY } from '../paths.mts';

/** One line of the table: what was sent, what n8n answered, what came of it. */
export interface Row {
	sent: string;
	answered: string;
	started: string;
}

const FILE = path.join(REPOSITORY, 'docs', 'reliability.md');
const BEGIN = '<!-- begin: written by npm run reliability:trigger -->';
const END = '<!-- end: written by npm run reliability:trigger -->';

/** Writes what was seen into docs/reliability.md. */
export async function writeReport(rows: Row[], burst: string): Promise<void> {
	const table = [
		'| What came | Answer | Executions |',
		'| --- | --- | --- |',
		...rows.map(({ sent, answered, started }) => `| ${sent} | ${answered} | ${started} |`),
	].join('\n');
	const text = replaceSection(await readFile(FILE, 'utf8'), BEGIN, END, `${table}\n\n${burst}`);
	await writeFile(FILE, await format(text, { ...(await resolveConfig(FILE)), filepath: FILE }));
}
