import { offsetMs } from '../corpus-seed.mts';
import { PLACEHOLDER, valueOf } from './scenario.mts';
import type { Run } from './scenario.mts';

export interface Difference {
	/** Where in the answer: `body.data.licenses[0].id`. */
	path: string;
	expected: unknown;
	got: unknown;
}

interface Pattern {
	expression: RegExp;
	/** One for each group of the expression. */
	checks: Array<(found: string) => boolean>;
}

/** How far a time may lie outside of the run. */
const TOLERANCE_MS = 5_000;

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const LICENSE_KEY = '[A-Z0-9]{5}(?:-[A-Z0-9]{5}){4}';
const ISO_TIME = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z';
const ANYTHING = '{{any}}';
/** The first entry of a list whose order is not promised. */
const UNORDERED = '{{unordered}}';
const ABSENT = '(absent)';

/** Where a value differs from the recorded one. Names met for the first time are bound in the run. */
export function differences(expected: unknown, got: unknown, path: string, run: Run): Difference[] {
	const differs = [{ path, expected, got }];
	if (expected === ANYTHING) return [];
	if (typeof expected === 'string')
		return typeof got === 'string' && matches(expected, got, run) ? [] : differs;
	if (Array.isArray(expected))
		return Array.isArray(got) ? listDifferences(expected, got, path, run) : differs;
	if (isObject(expected))
		return isObject(got) ? objectDifferences(expected, got, path, run) : differs;
	return expected === got ? [] : differs;
}

function listDifferences(list: unknown[], got: unknown[], path: string, run: Run): Difference[] {
	const isUnordered = list[0] === UNORDERED;
	const expected = isUnordered ? list.slice(1) : list;
	if (expected.length !== got.length) return [{ path, expected, got }];
	const entries = isUnordered ? paired(expected, got, run) : got;
	return expected.flatMap((entry, index) =>
		differences(entry, entries[index], `${path}[${index}]`, run),
	);
}

/** Entries in the places of those recorded entries that they differ from least. */
function paired(expected: unknown[], got: unknown[], run: Run): unknown[] {
	const left = [...got];
	return expected.map((entry) => {
		const counts = left.map((candidate) => {
			const trial = { ...run, bound: new Map(run.bound) };
			return differences(entry, candidate, '', trial).length;
		});
		return left.splice(counts.indexOf(Math.min(...counts)), 1)[0];
	});
}

function objectDifferences(
	expected: Record<string, unknown>,
	got: Record<string, unknown>,
	path: string,
	run: Run,
): Difference[] {
	const keys = new Set([...Object.keys(expected), ...Object.keys(got)]);
	return [...keys].flatMap((key) => {
		const at = `${path}.${key}`;
		if (!Object.hasOwn(expected, key)) return [{ path: at, expected: ABSENT, got: got[key] }];
		if (!Object.hasOwn(got, key)) return [{ path: at, expected: expected[key], got: ABSENT }];
		return differences(expected[key], got[key], at, run);
	});
}

function matches(expected: string, got: string, run: Run): boolean {
	if (!expected.includes('{{')) return expected === got;
	const { expression, checks } = patternOf(expected, run);
	const groups = expression.exec(got)?.slice(1);
	return groups !== undefined && checks.every((check, index) => check(groups[index]));
}

/** A recorded text as an expression, with a check of each value that is not fixed. */
function patternOf(text: string, run: Run): Pattern {
	const checks: Pattern['checks'] = [];
	let source = '';
	let end = 0;
	for (const { 0: all, 1: kind, 2: argument = '', index } of text.matchAll(PLACEHOLDER)) {
		source += escaped(text.slice(end, index));
		end = index + all.length;
		const [expression, check] = partOf(kind, argument, run) ?? [
			escaped(valueOf(kind, argument, run) ?? all),
		];
		source += expression;
		if (check) checks.push(check);
	}
	return { expression: new RegExp(`^${source + escaped(text.slice(end))}$`), checks };
}

/** The expression of a placeholder whose value is not known before, and what is checked of it. */
function partOf(
	kind: string,
	argument: string,
	run: Run,
): [expression: string, check?: (found: string) => boolean] | undefined {
	const isBound = (found: string) => bind(`${kind}:${argument}`, found, run);
	switch (kind) {
		case 'id':
			return argument ? [`(${UUID})`, isBound] : [UUID];
		case 'key':
			return argument ? [`(${LICENSE_KEY})`, isBound] : [LICENSE_KEY];
		case 'iso':
			return [`(${ISO_TIME})`, isBound];
		case 'time':
			return [`(${ISO_TIME})`, (found) => isNow(Date.parse(found) - offsetMs(argument), run)];
		case 'hex':
			return [`[0-9a-f]{${argument}}`];
		case 'any':
			return ['[^]*'];
		case 'html':
			return ['<[^]*'];
		default:
			return undefined;
	}
}

/** A name takes the first value it is met with, and is equal to it from then on. */
function bind(name: string, found: string, { bound }: Run): boolean {
	if (!bound.has(name)) bound.set(name, found);
	return bound.get(name) === found;
}

function isNow(time: number, { startedAt }: Run): boolean {
	return time >= startedAt - TOLERANCE_MS && time <= Date.now() + TOLERANCE_MS;
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function escaped(text: string): string {
	return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
