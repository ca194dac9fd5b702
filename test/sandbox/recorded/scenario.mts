import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { offsetMs } from '../corpus-seed.mts';
import type { Seed } from '../corpus-seed.mts';

export interface FormPart {
	name: string;
	filename?: string;
	type?: string;
	/** The content is one of these; `size` is so many zero bytes. */
	json?: unknown;
	text?: string;
	base64?: string;
	size?: number;
}

export interface ExpectedHook {
	event: string;
	headers: Record<string, string>;
	body: unknown;
}

/** One request and what the real server answered. Nothing in it is normalised. */
export interface Step {
	id: string;
	group: string;
	note?: string;
	method: string;
	path: string;
	query?: string;
	/** The letter of the team whose API key is sent. */
	auth?: string;
	headers?: Record<string, string>;
	body?: unknown;
	raw?: string;
	rawBase64?: string;
	multipart?: FormPart[];
	/** Back to the seed before this step. */
	fresh?: boolean;
	/** Milliseconds to wait before it. */
	wait?: number;
	/** Sent so often; every answer must be the same. */
	times?: number;
	expect: { status: number; headers?: Record<string, string>; body?: unknown };
	/** The webhook deliveries that follow, and no others. */
	hooks?: ExpectedHook[];
}

export interface Scenario {
	scenario: string;
	about: string;
	steps: Step[];
}

/** What placeholders stand for in one run. */
export interface Run {
	seed: Seed;
	/** Values that were met under a name: IDs, keys, times. */
	bound: Map<string, string>;
	/** The beginning and the end of the last reset, in milliseconds since 1970. */
	startedAt: number;
	loadedAt: number;
}

const DEFINITION = /^\{\{def:(\w+)\}\}$/;

/** `{{kind}}` or `{{kind:argument}}`. */
export const PLACEHOLDER = /\{\{(\w+)(?::((?:(?!\}\}).)*))?\}\}/gsu;

/** The scenarios of a folder, with their shared parts (`{{def:…}}`) put in. */
export function scenariosOf(folder: string): Scenario[] {
	const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
	return files.sort().map((name) => parseScenario(readFileSync(join(folder, name), 'utf8')));
}

/** The value with all placeholders replaced that may stand in a request. */
export function fill<T>(value: T, run: Run): T {
	return mapStrings(value, (text) => fillText(text, run)) as T;
}

/** A text of a request with its placeholders replaced. */
export function fillText(text: string, run: Run): string {
	return text.replace(PLACEHOLDER, (_, kind: string, argument: string = '') => {
		const value = valueOf(kind, argument, run);
		if (value === undefined) throw new Error(`Nothing is known for {{${kind}:${argument}}}`);
		return value;
	});
}

/** What a placeholder stands for; undefined where only an answer can tell. */
export function valueOf(kind: string, argument: string, run: Run): string | undefined {
	switch (kind) {
		case 'team':
			return run.seed.teams[argument].id;
		case 'apikey':
			return run.seed.teams[argument].apiKey;
		case 'rep':
			return repeated(argument);
		case 'id':
		case 'key':
			return run.bound.get(`${kind}:${argument}`);
		case 'time':
			return new Date(run.loadedAt + offsetMs(argument)).toISOString();
		default:
			return undefined;
	}
}

function parseScenario(text: string): Scenario {
	const [head, ...lines] = text
		.split('\n')
		.filter(Boolean)
		.map((line) => JSON.parse(line));
	const put = (value: unknown): unknown =>
		mapStrings(value, (entry) => {
			const name = DEFINITION.exec(entry)?.[1];
			return name === undefined ? entry : put(head.defs[name]);
		});
	const steps = (lines as Step[]).map((step) => ({
		...step,
		expect: put(step.expect) as Step['expect'],
		hooks: put(step.hooks) as Step['hooks'],
	}));
	return { scenario: head.scenario, about: head.about, steps };
}

function mapStrings(value: unknown, change: (text: string) => unknown): unknown {
	if (typeof value === 'string') return change(value);
	if (Array.isArray(value)) return value.map((entry) => mapStrings(entry, change));
	if (typeof value !== 'object' || value === null) return value;
	const entries = Object.entries(value).map(([key, entry]) => [key, mapStrings(entry, change)]);
	return Object.fromEntries(entries);
}

/** `x*255`: 255 times x. */
function repeated(argument: string): string {
	const [, text, count] = /^(.+)\*(\d+)$/su.exec(argument) ?? [];
	return text.repeat(Number(count));
}
