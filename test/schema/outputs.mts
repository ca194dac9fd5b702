import { randomUUID } from 'node:crypto';

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { runNode } from '../engine/index.mts';
import { credentialsOf } from '../license/support.mts';
import { addDays } from '../sandbox/formats.mts';
import { seedDemo } from '../sandbox/seed.mts';
import { startSandbox } from '../sandbox/server.mts';
import type { CustomerRow, DiscordAccount, Sandbox } from '../sandbox/types.mts';
import { customerRuns } from './customer.mts';
import { licenseRuns } from './license.mts';

/** For each operation of a resource, the parameters of runs that put out all it can put out. */
export type Runs = Record<string, (sandbox: Sandbox) => IDataObject[]>;

/** Every resource that the node has: a new one needs a line here and a file of its runs. */
export const RESOURCES: Record<string, Runs> = {
	customer: customerRuns,
	license: licenseRuns,
};

/**
 * Runs an operation through the engine, each run after the other in one shop of its own.
 *
 * @returns everything that came out
 */
export async function outputsOf(resource: string, operation: string): Promise<IDataObject[]> {
	const sandbox = await startSandbox();
	try {
		fill(sandbox);
		const outputs: IDataObject[] = [];
		for (const parameters of RESOURCES[resource][operation](sandbox)) {
			const { error, items } = await runNode({
				credentials: credentialsOf(sandbox),
				parameters: { resource, operation, ...parameters } as INodeParameters,
			});
			if (error) throw error;
			outputs.push(...items.map(({ json }) => json));
		}
		return outputs;
	} finally {
		await sandbox.close();
	}
}

/** A shop with licenses of every type and status; in two, all is set or as little as may be. */
export function fill(sandbox: Sandbox): void {
	seedDemo(sandbox);
	const metadata = [{ key: 'order', value: '1001', locked: true }];
	const rich = sandbox.addCustomer({
		fullName: 'Alma Brightwell',
		username: 'alma',
		metadata,
		address: {
			line1: '1 Harbour Street',
			line2: 'Floor 2',
			city: 'Exampleton',
			state: 'Example State',
			country: 'Finland',
			postalCode: '00100',
		},
	});
	const bare = sandbox.addCustomer({
		email: null,
		username: 'no-mail',
		address: {
			line1: null,
			line2: null,
			city: null,
			state: null,
			country: null,
			postalCode: null,
		},
	});
	linkDiscord(rich, { globalName: 'Alma', avatar: 'a1b2c3' });
	linkDiscord(bare, { globalName: null, avatar: null });
	const product = sandbox.addProduct({ url: 'https://shop.example.com', metadata });
	const links = {
		customerIds: [rich.id, bare.id],
		productIds: [product.id, sandbox.addProduct().id],
	};
	sandbox.addLicense({
		...links,
		expirationType: 'DURATION',
		expirationStart: 'ACTIVATION',
		expirationDays: 365,
		expirationDate: addDays(new Date(), 365),
		ipLimit: 5,
		hwidLimit: 2,
		lastActiveAt: new Date(),
		metadata,
	});
	sandbox.addLicense({
		...links,
		expirationType: 'DURATION',
		expirationStart: 'ACTIVATION',
		expirationDays: 30,
	});
	// So that a reinstatement is written, and answered, with all there is.
	sandbox.addLicense({ ...links, suspended: true, metadata });
}

function linkDiscord(
	customer: CustomerRow,
	names: Pick<DiscordAccount, 'globalName' | 'avatar'>,
): void {
	customer.discordAccount = {
		id: randomUUID(),
		customerId: customer.id,
		teamId: customer.teamId,
		discordId: '123456789012345678',
		username: 'alma',
		...names,
		createdAt: customer.createdAt,
		updatedAt: customer.updatedAt,
	};
}
