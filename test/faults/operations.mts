import { setTimeout as sleep } from 'node:timers/promises';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { runNode, type NodeResult } from '../engine/index.mts';
import { byId, credentialsOf, metadata, type RunExtra } from '../license/support.mts';
import type { CustomerRow, LicenseRow, Sandbox } from '../sandbox/types.mts';

const DAY = 86_400_000;
const EXPIRY = new Date('2031-03-20T10:20:30.456Z');

type Rows = Record<string, unknown>;

/** One operation as the tests of faults use it. */
export interface Case {
	/** As the user sees it in the node. */
	name: string;
	resource: 'customer' | 'license';
	operation: string;
	/** The method of the request that the operation is about; the others are look-ups. */
	method: 'DELETE' | 'GET' | 'POST' | 'PUT';
	/** Puts what the operation needs into the sandbox, and gives one input item for each. */
	seed: (sandbox: Sandbox, count: number) => IDataObject[];
	parameters: IDataObject;
	/** What the operation leaves of a row it is about; undefined where it makes or deletes one. */
	after?: (row: IDataObject) => IDataObject;
}

const range = (count: number) => Array.from({ length: count }, (_, n) => n);

const licenses =
	(fields: Partial<LicenseRow> = {}) =>
	(sandbox: Sandbox, count: number) =>
		range(count).map((n) => {
			const entry = { key: 'order', value: `${n}`, locked: true };
			const seed = { hwidLimit: 3, expirationType: 'DATE' as const, expirationDate: EXPIRY };
			return { id: sandbox.addLicense({ ...seed, ...fields, metadata: [entry] }).id };
		});

const customers = (sandbox: Sandbox, count: number) =>
	range(count).map((n) => {
		const { id, email } = sandbox.addCustomer({ email: `c${n}@example.com`, username: `c${n}` });
		return { id, email };
	});

/** One list of two pages and what tells of them, however many items there are. */
const list =
	(add: (sandbox: Sandbox, count: number) => unknown) => (sandbox: Sandbox, count: number) => {
		add(sandbox, 120);
		return range(count).map((n) => ({ n }));
	};

const numbered = (_: Sandbox, count: number) =>
	range(count).map((n) => ({ n, email: `new${n}@example.com` }));

const license = { license: byId('={{ $json.id }}') };
const customer = { customer: byId('={{ $json.id }}') };
const order = metadata({ key: 'order', value: '={{ $json.n }}' });

export const CASES: Case[] = [
	{
		name: 'License: Create',
		resource: 'license',
		operation: 'create',
		method: 'POST',
		seed: numbered,
		parameters: { additionalFields: { metadata: order } },
	},
	{
		name: 'License: Create with Idempotency Key',
		resource: 'license',
		operation: 'create',
		method: 'POST',
		seed: numbered,
		parameters: { additionalFields: { metadata: order, idempotencyKey: '=sale {{ $json.n }}' } },
	},
	{
		name: 'License: Get',
		resource: 'license',
		operation: 'get',
		method: 'GET',
		seed: licenses(),
		parameters: license,
	},
	{
		name: 'License: Get Many',
		resource: 'license',
		operation: 'getAll',
		method: 'GET',
		seed: list(licenses()),
		parameters: { returnAll: true },
	},
	{
		name: 'License: Update',
		resource: 'license',
		operation: 'update',
		method: 'PUT',
		seed: licenses(),
		parameters: { ...license, updateFields: { hwidLimit: 9 } },
		after: (row) => ({ ...row, hwidLimit: 9 }),
	},
	{
		name: 'License: Renew by days',
		resource: 'license',
		operation: 'renew',
		method: 'PUT',
		seed: licenses(),
		parameters: { ...license, renewBy: 'days', days: 30 },
		after: (row) => ({ ...row, expirationDate: new Date(EXPIRY.getTime() + 30 * DAY) }),
	},
	{
		name: 'License: Suspend',
		resource: 'license',
		operation: 'suspend',
		method: 'PUT',
		seed: licenses(),
		parameters: license,
		after: (row) => ({ ...row, suspended: true }),
	},
	{
		name: 'License: Reinstate',
		resource: 'license',
		operation: 'reinstate',
		method: 'PUT',
		seed: licenses({ suspended: true }),
		parameters: license,
		after: (row) => ({ ...row, suspended: false }),
	},
	{
		name: 'License: Delete',
		resource: 'license',
		operation: 'delete',
		method: 'DELETE',
		seed: licenses(),
		parameters: license,
	},
	{
		name: 'Customer: Create',
		resource: 'customer',
		operation: 'create',
		method: 'POST',
		seed: numbered,
		parameters: { email: '={{ $json.email }}' },
	},
	{
		name: 'Customer: Create or Update, new',
		resource: 'customer',
		operation: 'upsert',
		method: 'POST',
		seed: numbered,
		parameters: { email: '={{ $json.email }}' },
	},
	{
		name: 'Customer: Create or Update, there',
		resource: 'customer',
		operation: 'upsert',
		method: 'PUT',
		seed: customers,
		parameters: { email: '={{ $json.email }}', upsertFields: { fullName: 'Alma B' } },
		after: (row) => ({ ...row, fullName: 'Alma B' }),
	},
	{
		name: 'Customer: Get',
		resource: 'customer',
		operation: 'get',
		method: 'GET',
		seed: customers,
		parameters: customer,
	},
	{
		name: 'Customer: Get Many',
		resource: 'customer',
		operation: 'getAll',
		method: 'GET',
		seed: list(customers),
		parameters: { returnAll: true },
	},
	{
		name: 'Customer: Update',
		resource: 'customer',
		operation: 'update',
		method: 'PUT',
		seed: customers,
		parameters: { ...customer, customerUpdateFields: { fullName: 'Alma B' } },
		after: (row) => ({ ...row, fullName: 'Alma B' }),
	},
	{
		name: 'Customer: Delete',
		resource: 'customer',
		operation: 'delete',
		method: 'DELETE',
		seed: customers,
		parameters: customer,
	},
];

/** Runs an operation on items that were seeded. */
export async function runCase(
	sandbox: Sandbox,
	{ resource, operation, parameters }: Case,
	items: IDataObject[],
	more: IDataObject = {},
	extra: RunExtra = {},
): Promise<NodeResult> {
	return await runNode({
		credentials: credentialsOf(sandbox),
		items,
		...extra,
		parameters: { resource, operation, ...parameters, ...more } as INodeParameters,
	});
}

/** All that the server holds of one kind, without what changes with every write. */
export function rowsOf({ state }: Sandbox, { resource }: Case): Rows {
	const rows: Array<CustomerRow | LicenseRow> = [
		...(resource === 'license' ? state.licenses : state.customers).values(),
	];
	return Object.fromEntries(
		rows.map(({ updatedAt, metadata: entries, ...row }) => [
			row.id,
			{ ...row, metadata: entries.map(({ key, value, locked }) => ({ key, value, locked })) },
		]),
	);
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** What became of the one item: from all that the server holds. */
export function heldOf(sandbox: Sandbox, tried: Case, before: Rows, items: IDataObject[]): string {
	const now = rowsOf(sandbox, tried);
	const { after, method, resource } = tried;
	const [id] = items.map((item) => String(item.id));
	if (method === 'POST') {
		const count = Object.keys(now).length - Object.keys(before).length;
		const kept = Object.entries(before).every(([key, row]) => same(now[key], row));
		return kept ? `${count} new ${resource}${count === 1 ? '' : 's'}` : 'SOMETHING ELSE';
	}
	if (same(now, before)) return 'as before';
	if (method === 'DELETE') {
		const { [id]: _, ...others } = before;
		return same(now, others) ? 'deleted' : 'SOMETHING ELSE';
	}
	const changed = { ...before, [id]: after?.(before[id] as IDataObject) };
	return same(now, changed) ? 'changed' : 'SOMETHING ELSE';
}

/** Waits for something that comes by itself. */
export async function until(condition: () => boolean): Promise<void> {
	while (!condition()) await sleep(5);
}
