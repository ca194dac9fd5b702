import type { IDataObject } from 'n8n-workflow';

import type { NodeResult } from '../engine/index.mts';
import type { LicenseRow, LicenseSeed, Sandbox } from '../sandbox/types.mts';
import { runLicense, type RunExtra } from './support.mts';

/** The metadata key that a license keeps its idempotency key under. */
export const ENTRY = 'n8nIdempotencyKey';

/** Creates a license for each item, with an idempotency key and other additional fields. */
export async function createKeyed(
	sandbox: Sandbox,
	idempotencyKey: unknown,
	additionalFields: IDataObject = {},
	{ parameters = {}, ...extra }: RunExtra & { parameters?: IDataObject } = {},
): Promise<NodeResult> {
	const fields = { ...additionalFields, idempotencyKey } as IDataObject;
	return await runLicense(sandbox, 'create', { ...parameters, additionalFields: fields }, extra);
}

/** Puts a license with an idempotency key into the sandbox, as another run would have created it. */
export function addKeyed(sandbox: Sandbox, key: string, fields: LicenseSeed = {}): LicenseRow {
	return sandbox.addLicense({ ...fields, metadata: [{ key: ENTRY, value: key, locked: true }] });
}

/** All licenses that the sandbox holds. */
export function licensesOf({ state }: Sandbox): LicenseRow[] {
	return [...state.licenses.values()];
}

/** The idempotency keys of all licenses that the sandbox holds, sorted. */
export function keysIn(sandbox: Sandbox): Array<string | undefined> {
	const keyOf = ({ metadata }: LicenseRow) => metadata.find(({ key }) => key === ENTRY)?.value;
	return licensesOf(sandbox).map(keyOf).sort();
}

/** How many requests of a method the sandbox has got. */
export function count({ requests }: Sandbox, method: string): number {
	return requests.filter((request) => request.method === method).length;
}

/** Of each item: the license's ID and the fields that say what the node did. */
export function outcomesOf({ items }: NodeResult): IDataObject[] {
	return items.map(({ json: { id, alreadyExisted, surplusLicenses } }) => ({
		id,
		alreadyExisted,
		...(surplusLicenses !== undefined && { surplusLicenses }),
	}));
}
