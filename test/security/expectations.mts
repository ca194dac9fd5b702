import type { INodeExecutionData } from 'n8n-workflow';

import type { NodeResult } from '../engine/index.mts';
import type { RequestRecord, Sandbox } from '../sandbox/types.mts';
import { INJECTED } from './hostile.mts';

const UUID = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const KEY = '[A-Z0-9]{5}(-[A-Z0-9]{5}){4}';
/** Every path the node asks for, below the team. */
const PATH = new RegExp(`^/(licenses(/id/${UUID}|/${KEY})?|customers(/${UUID})?)$`);

/** What JavaScript says, and no user understands. */
const UNREADABLE =
	/Cannot |is not (a function|iterable|defined|valid JSON)|undefined|\bNaN\b|\[object|^\s+at |Maximum call|Invalid (array|string|time|count)|out of memory|Infinity/m;
const LINE_BREAK = /[\r\n\0\u0085\u2028\u2029]/;

const LONGEST_MESSAGE = 1100;
/** With the report of a run. */
const LONGEST_DESCRIPTION = 3000;

/** Fails unless a message is one that a user can read: whole, short, and on one line. */
export function expectReadable(message: unknown, description: unknown = ''): void {
	expect(typeof message).toBe('string');
	expect(String(message)).not.toMatch(UNREADABLE);
	expect(String(message)).not.toMatch(LINE_BREAK);
	expect(String(message)).not.toBe('');
	expect(String(message).length).toBeLessThanOrEqual(LONGEST_MESSAGE);
	expect(String(description ?? '')).not.toMatch(UNREADABLE);
	expect(String(description ?? '').length).toBeLessThanOrEqual(LONGEST_DESCRIPTION);
}

/** Fails unless a run gave items or ended in words that a user can read. */
export function expectEnded({ error, items, run }: NodeResult): void {
	if (error) {
		expectReadable(error.message, (error as { description?: string }).description);
		expect(['NodeApiError', 'UserError']).toContain(error.name);
	} else {
		expect(run.status).toBe('success');
	}
	items.filter(isErrorItem).forEach(({ json }) => expectReadable(json.error, json.details));
}

/** Whether an output item tells of a failure. */
export function isErrorItem({ json }: INodeExecutionData): boolean {
	return 'error' in json;
}

/** Fails unless every request went where the node's requests go, below the credential's team. */
export function expectKnownPaths(requests: RequestRecord[], teamId: string): void {
	const team = `/api/v1/dev/teams/${teamId}`;
	for (const { path, headers } of requests) {
		expect(path.startsWith(`${team}/`)).toBe(true);
		expect(path.slice(team.length)).toMatch(PATH);
		expect(headers).not.toHaveProperty(INJECTED);
	}
}

/** Everything stored of both teams, as text. */
export function storedText({ state, otherTeam }: Sandbox): { own: string; other: string } {
	const textOf = (team: typeof state) =>
		JSON.stringify([[...team.licenses], [...team.customers], [...team.products]]);
	return { own: textOf(state), other: textOf(otherTeam) };
}

const prototypeKeys = () => JSON.stringify(Reflect.ownKeys(Object.prototype).map(String).sort());
const PROTOTYPE_KEYS = prototypeKeys();

/** Fails if anything has got into the prototype of all objects. */
export function expectUnpolluted(): void {
	expect(({} as Record<string, unknown>).polluted).toBeUndefined();
	expect(prototypeKeys()).toBe(PROTOTYPE_KEYS);
}
