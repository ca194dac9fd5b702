import { setTimeout as sleep } from 'node:timers/promises';

import { readable, startShop } from '../license/support.mts';
import { startElsewhere, type FaultCase } from './faults.mts';
import { CASES, heldOf, rowsOf, runCase, type Case } from './operations.mts';
import { replaceSection } from './section.mts';

/** What the table is written into, between two markers. */
export const FILE = 'docs/reliability.md';
const BEGIN = '<!-- begin: written by npm run reliability -->';
const END = '<!-- end -->';

/** What became of one operation that met one fault. */
export interface Outcome {
	operation: string;
	/** What the user reads first; nothing where all is done. */
	message: string;
	/** Whether the user reads that it is not known what became of the item. */
	isUnknown: boolean;
	/** The requests the server got: "GET, PUT ×2". */
	requests: string;
	held: string;
	/** How many items came out. */
	items: number;
	/** Requests that went to the other server. */
	elsewhere: number;
	/** Whether the API key stands anywhere in what n8n keeps of the run. */
	tellsKey: boolean;
	/** Milliseconds from the request that met the fault to the next one like it. */
	waitedMs?: number;
}

/** "GET, PUT ×2" */
function inShort(methods: string[]): string {
	const groups: Array<[string, number]> = [];
	for (const method of methods) {
		const last = groups.at(-1);
		if (last?.[0] === method) last[1] += 1;
		else groups.push([method, 1]);
	}
	return groups.map(([method, times]) => (times > 1 ? `${method} ×${times}` : method)).join(', ');
}

/** Runs one operation on one item, and has the request it is about meet the fault once. */
async function tryOne(tried: Case, fault: FaultCase): Promise<Outcome> {
	const { sandbox } = await startShop();
	const elsewhere = await startElsewhere();
	try {
		const items = tried.seed(sandbox, 1);
		const before = rowsOf(sandbox, tried);
		sandbox.addFault({ method: tried.method, kind: fault.kind(elsewhere.url) });

		const { error, items: output, run } = await runCase(sandbox, tried, items, fault.parameters);
		await sleep(fault.settlesMs);

		const [message, ...description] = readable(error).split('\n');
		const [first, second] = sandbox.requests.filter(({ method }) => method === tried.method);
		return {
			operation: tried.name,
			message: message.replace(/127\.0\.0\.1:\d+/g, '…'),
			isUnknown: description.join().includes('It is not known whether'),
			requests: inShort(sandbox.requests.map(({ method }) => method)),
			held: heldOf(sandbox, tried, before, items),
			items: output.length,
			elsewhere: elsewhere.got.length,
			tellsKey: JSON.stringify(run).includes(sandbox.apiKey),
			waitedMs: second && second.at - first.at,
		};
	} finally {
		await sandbox.close();
		await elsewhere.close();
	}
}

/** Tries every operation with one fault, all at the same time, each on a server of its own. */
export async function outcomesOf(fault: FaultCase): Promise<Outcome[]> {
	return await Promise.all(CASES.map(async (tried) => await tryOne(tried, fault)));
}

/** What the user gets, in a word. */
function resultOf({ message, isUnknown }: Outcome): string {
	if (message === '') return 'done';
	return isUnknown ? 'a message, and that it is not known' : 'a message';
}

/** The rows of one fault's table: operations that come to the same share one. */
function rowsFor(outcomes: Outcome[]): string[] {
	const groups = new Map<string, string[]>();
	for (const outcome of outcomes) {
		const cells = [resultOf(outcome), outcome.requests, outcome.held].join(' | ');
		groups.set(cells, [...(groups.get(cells) ?? []), outcome.operation]);
	}
	return [...groups].map(([cells, operations]) => `| ${operations.join('; ')} | ${cells} |`);
}

function messagesIn(outcomes: Outcome[]): string[] {
	const messages = new Set(outcomes.map(({ message }) => message).filter(Boolean));
	return [...messages].map((message) => `The message: “${message}”`);
}

/** The tables of all that was tried: faults that come to the same share one. */
export function tablesOf(all: Array<[FaultCase, Outcome[]]>): string {
	const groups = new Map<string, string[]>();
	for (const [{ name }, outcomes] of all) {
		const table = [
			'| Operation | What the user gets | Requests | What Lukittu holds then |',
			'| --- | --- | --- | --- |',
			...rowsFor(outcomes),
		];
		const text = [...messagesIn(outcomes), table.join('\n')].join('\n\n');
		groups.set(text, [...(groups.get(text) ?? []), name]);
	}
	return [...groups].map(([text, names]) => `### ${names.join('; ')}\n\n${text}`).join('\n\n');
}

/** Puts the tables into the text of the file, in place of those before. */
export function withTables(text: string, table: string): string {
	return replaceSection(text, BEGIN, END, table);
}
