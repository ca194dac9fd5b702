import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { runNode, type NodeResult } from '../engine/index.mts';
import type {
	Address,
	AddressRow,
	CustomerRow,
	CustomerSeed,
	MetadataEntry,
	Sandbox,
} from '../sandbox/types.mts';
import { credentialsOf, type RunExtra } from '../license/support.mts';

export type CustomerOperation = 'create' | 'delete' | 'get' | 'getAll' | 'update' | 'upsert';

export const UNKNOWN_ID = '123e4567-e89b-42d3-a456-426614174000';
export const DISCORD_ID = '123456789012345678';

export const ADDRESS: Address = {
	line1: '1 Harbour Street',
	line2: 'Second floor',
	city: 'Exampleton',
	state: 'Uusimaa',
	country: 'Finland',
	postalCode: '00100',
};

/** An "Address" field with these parts. */
export const address = (value: Partial<Address>): IDataObject => ({ address: { value } });

/**
 * Runs one operation on customers through the engine.
 *
 * @param extra items, settings, another credential and the like
 */
export async function runCustomer(
	sandbox: Sandbox,
	operation: CustomerOperation,
	parameters: IDataObject = {},
	extra: RunExtra = {},
): Promise<NodeResult> {
	return await runNode({
		credentials: credentialsOf(sandbox),
		...extra,
		parameters: { resource: 'customer', operation, ...parameters } as INodeParameters,
	});
}

/** A customer that carries something in every field, so that any accident shows. */
export function addFullCustomer(sandbox: Sandbox, fields: CustomerSeed = {}): CustomerRow {
	const now = new Date('2026-01-01T00:00:00Z');
	return sandbox.addCustomer({
		email: 'alma@example.com',
		fullName: 'Alma Brightwell',
		username: 'alma.b',
		address: { ...ADDRESS },
		discordAccount: {
			id: UNKNOWN_ID,
			customerId: UNKNOWN_ID,
			teamId: sandbox.teamId,
			discordId: DISCORD_ID,
			username: 'almatide',
			globalName: null,
			avatar: null,
			createdAt: now,
			updatedAt: now,
		},
		metadata: [
			{ key: 'order', value: '1001', locked: true },
			{ key: 'note', value: 'first', locked: false },
		],
		...fields,
	});
}

interface Stored {
	email: string | null;
	fullName: string | null;
	username: string | null;
	address: Address | null;
	discordId: string | null;
	metadata: MetadataEntry[];
}

/** What is stored of a customer, without what changes with every write. */
export function stored(sandbox: Sandbox, id: unknown): Stored {
	const row = sandbox.state.customers.get(String(id)) as CustomerRow;
	return {
		email: row.email,
		fullName: row.fullName,
		username: row.username,
		address: row.address && addressOf(row.address),
		discordId: row.discordAccount?.discordId ?? null,
		metadata: row.metadata.map(({ key, value, locked }) => ({ key, value, locked })),
	};
}

function addressOf({ id, customerId, ...address }: AddressRow): Address {
	return address;
}

/** The requests that change something. */
export function writes({ requests }: Sandbox) {
	return requests.filter(({ method }) => method !== 'GET');
}
