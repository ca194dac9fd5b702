import fc from 'fast-check';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { runNode, type NodeResult } from '../engine/index.mts';
import type { RequestRecord } from '../sandbox/types.mts';
import { CUSTOMER, LICENSE, PARAMETERS } from './answers.mts';
import { ALL_OPERATIONS, leafPaths, withValue } from './fields.mts';
import { HOSTILE_TEXTS, HOSTILE_THINGS } from './hostile.mts';
import { enveloped, startHostileServer } from './hostile-server.mts';

/** One run: a value in a parameter, and an answer with a value in one of its fields. */
export interface Case {
	operation: [string, string];
	/** Which of the operation's fields. */
	field: number;
	value: unknown;
	answerField: string;
	answerValue: unknown;
	status: number;
	isList: boolean;
}

/** Stands for the header with the API key, which a server may send back. */
const ECHO = 'the header';

const values = fc.oneof(
	fc.constantFrom(...Object.values(HOSTILE_TEXTS), ...Object.values(HOSTILE_THINGS)),
	fc.string({ unit: 'binary' }),
	fc.jsonValue({ maxDepth: 3 }),
);

const answerFields = ['', ...new Set([...Object.keys(LICENSE), ...Object.keys(CUSTOMER)])];

export const cases: fc.Arbitrary<Case> = fc.record({
	operation: fc.constantFrom(...ALL_OPERATIONS),
	field: fc.nat(30),
	value: values,
	answerField: fc.constantFrom(...answerFields),
	answerValue: fc.oneof({ arbitrary: values, weight: 9 }, fc.constant(ECHO)),
	status: fc.constantFrom(200, 200, 200, 307, 400, 404, 429, 500),
	isList: fc.boolean(),
});

/**
 * Runs cases against a server that answers as they say.
 *
 * @param check fails where a run is not as it must be
 */
export async function fuzz(
	runs: number,
	seed: number,
	check: (result: NodeResult, requests: RequestRecord[]) => void,
): Promise<void> {
	const server = await startHostileServer();
	const attempt = async ({ operation: [resource, operation], ...one }: Case) => {
		const paths = await leafPaths(resource, operation);
		const path = paths[one.field % paths.length];
		const base = PARAMETERS[`${resource} ${operation}`];
		// Else the node would go on trying.
		const brief = { ...base, options: { keepTryingFor: 0 } };
		const parameters = withValue(brief, path, '={{ $json.value }}');
		const good = resource === 'license' ? LICENSE : CUSTOMER;
		server.answerWith(({ method, path: asked, headers }) => {
			const value = one.answerValue === ECHO ? headers.authorization : one.answerValue;
			const entry = one.answerField === '' ? value : { ...good, [one.answerField]: value };
			const isList = one.isList || (method === 'GET' && asked.endsWith(`/${resource}s`));
			const data = isList ? { [`${resource}s`]: [entry], hasNextPage: false } : entry;
			const details = typeof value === 'string' ? value : 'ok';
			return { status: one.status, body: enveloped(data, details, one.status < 300) };
		});
		const running = runNode({
			credentials: server.credentials,
			parameters: { ...parameters, resource, operation } as INodeParameters,
			items: [{ value: one.value } as IDataObject],
		});
		const [outcome] = await Promise.allSettled([running]);
		if (outcome.status === 'fulfilled') check(outcome.value, server.requests);
		// n8n itself did not start a workflow whose rows are none.
		else if (server.requests.length > 0) throw outcome.reason;
	};
	try {
		await fc.assert(fc.asyncProperty(cases, attempt), { numRuns: runs, seed });
	} finally {
		await server.close();
	}
}
