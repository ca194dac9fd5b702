import { setTimeout as sleep } from 'node:timers/promises';

import type { ICredentialDataDecryptedObject, IDataObject, INodeParameters } from 'n8n-workflow';

import { runNode, type NodeResult, type RunNodeOptions } from '../engine/index.mts';
import { startSandbox, type Sandbox } from '../sandbox/server.mts';

export type Operation =
	| 'create'
	| 'delete'
	| 'get'
	| 'getAll'
	| 'reinstate'
	| 'renew'
	| 'suspend'
	| 'update';

/** What a locator of the node holds in a saved workflow. */
export type Locator = { __rl: true; mode: 'id' | 'key' | 'list'; value: unknown };

/** What a run may be given beside its parameters. */
export type RunExtra = Partial<Omit<RunNodeOptions, 'parameters'>>;

/** A new Lukittu server, and the credential that opens it. */
export interface Shop {
	sandbox: Sandbox;
	credentials: ICredentialDataDecryptedObject;
}

/** Starts an empty Lukittu server; close it after the test with `shop.sandbox.close()`. */
export async function startShop(): Promise<Shop> {
	const sandbox = await startSandbox();
	return { sandbox, credentials: credentialsOf(sandbox) };
}

/** The credential of the sandbox's first team. */
export function credentialsOf(sandbox: Sandbox): ICredentialDataDecryptedObject {
	return { apiKey: sandbox.apiKey, teamId: sandbox.teamId, baseUrl: sandbox.url };
}

/**
 * Runs one operation on licenses through the engine.
 *
 * @param extra items, settings, another credential and the like
 */
export async function runLicense(
	sandbox: Sandbox,
	operation: Operation,
	parameters: IDataObject = {},
	extra: RunExtra = {},
): Promise<NodeResult> {
	return await runNode({
		credentials: credentialsOf(sandbox),
		...extra,
		parameters: { resource: 'license', operation, ...parameters } as INodeParameters,
	});
}

/** A locator set to "By ID". */
export const byId = (value: unknown): Locator => ({ __rl: true, mode: 'id', value });

/** A locator set to "By Key". */
export const byKey = (value: unknown): Locator => ({ __rl: true, mode: 'key', value });

/** A locator set to "From List". */
export const fromList = (value: unknown): Locator => ({ __rl: true, mode: 'list', value });

/** A "Customers" field with one row for each value; what is no locator is taken "By ID". */
export function customers(...values: unknown[]): IDataObject {
	return { customer: values.map((value) => ({ customerId: asLocator(value) })) };
}

/** A "Products" field with one row for each value; what is no locator is taken "By ID". */
export function products(...values: unknown[]): IDataObject {
	return { product: values.map((value) => ({ productId: asLocator(value) })) };
}

/** A "Metadata" field with one row for each entry. */
export function metadata(...entry: IDataObject[]): IDataObject {
	return { entry };
}

/** So many input items, each with its number from 0 as `n`. */
export const numbered = (count: number) => Array.from({ length: count }, (_, n) => ({ n }));

/** For how long a request is held at most: where there are fewer in flight, it is alone. */
const LONGEST_HOLD_MS = 500;

/**
 * For `sandbox.onRequest`: holds the first requests until so many are in flight. A busy machine
 * sends them one after the other, and would answer some before the others come.
 */
export function untilInFlight(sandbox: Sandbox, count: number): () => Promise<void> {
	let isReached = false;
	return async () => {
		const end = Date.now() + LONGEST_HOLD_MS;
		while (!isReached && sandbox.inFlight < count && Date.now() < end) await sleep(1);
		isReached ||= sandbox.inFlight >= count;
	};
}

/** The requests the sandbox has got, each as its method and its path below the team. */
export function sent({ requests, teamId }: Sandbox): string[] {
	const team = `/api/v1/dev/teams/${teamId}`;
	return requests.map(({ method, path }) => `${method} ${path.replace(team, '')}`);
}

/** What the user reads of an error: its message and, below, its description. */
export function readable(error: Error | undefined): string {
	const description = (error as { description?: string } | undefined)?.description ?? '';
	return `${error?.message ?? ''}\n${description}`;
}

function asLocator(value: unknown): Locator {
	const isLocator = typeof value === 'object' && value !== null && '__rl' in value;
	return isLocator ? (value as Locator) : byId(value);
}
