import { UserError } from 'n8n-workflow';
import { checkMetadataCount } from '../../checks/metadata';
import { listEntries } from '../../lists/listEntries';
import { tolerant, type Client } from '../../transport/client';
import type { License, LicenseBody, LukittuRequest, MetadataEntry } from '../../types';
import { hasMetadata, licenseList } from './list';
import { readLicense } from './read';
import { licenseResource } from './resource';

/** The metadata key under which a license keeps the idempotency key it was created with. */
export const IDEMPOTENCY_ENTRY = 'n8nIdempotencyKey';

/** What becomes of a license that another process has just made: it deletes or keeps it itself. */
const LEFT = 'left to the run that created it';

export type LicenseCreateBody = LicenseBody & { sendEmailDelivery: boolean };

/** What a create with an idempotency key comes to. */
export type Created = {
	license: License;
	/** Whether the license was there before. */
	alreadyExisted: boolean;
	/**
	 * Other licenses with the same key, where there are any, and what became of them:
	 * "KEY (deleted), KEY (kept)".
	 */
	surplusLicenses?: string;
};

/**
 * Adds the idempotency key to the metadata of a new license.
 *
 * @throws UserError if the metadata uses the same metadata key, or has no place for it
 */
export function withIdempotencyKey(metadata: MetadataEntry[], value: string): MetadataEntry[] {
	const key = IDEMPOTENCY_ENTRY;
	if (metadata.some((entry) => entry.key === key)) {
		throw new UserError(`'Metadata' has an entry with the key "${key}"`, {
			description: "The node keeps the 'Idempotency Key' there. Give your entry another key.",
		});
	}
	const entries = [...metadata, { key, value, locked: true }];
	return checkMetadataCount(entries, "'Metadata' with the 'Idempotency Key'");
}

/** All licenses with this idempotency key, the oldest first. */
async function licensesWith(client: Client, key: string): Promise<License[]> {
	const metadata = { key: IDEMPOTENCY_ENTRY, value: key };
	return await listEntries(client, licenseList({ metadata }), {
		sort: { sortColumn: 'createdAt', sortDirection: 'asc' },
		matches: (license) => hasMetadata(license, metadata.key, metadata.value),
	});
}

/** The order of `licensesWith`, which is the same in every process. */
function byAge(a: License, b: License): number {
	return Date.parse(a.createdAt) - Date.parse(b.createdAt) || (a.id < b.id ? -1 : 1);
}

function created(
	license: License,
	surplus: License[],
	alreadyExisted: boolean,
	fateOf: (surplus: License) => string = () => 'kept',
): Created {
	if (surplus.length === 0) return { license, alreadyExisted };
	const keys = surplus.map((other) => `${other.licenseKey} (${fateOf(other)})`);
	return { license, alreadyExisted, surplusLicenses: keys.join(', ') };
}

/** Deletes a license that was just made; tells whether it is gone. */
async function remove(client: Client, { id }: License): Promise<boolean> {
	const [deletion] = await Promise.allSettled([
		tolerant(client).send({
			method: 'DELETE',
			url: `/licenses/id/${id}`,
			resource: licenseResource,
			subject: `the surplus license with the ID ${id}`,
		}),
	]);
	return deletion.status === 'fulfilled';
}

/** A create with an idempotency key. */
export interface KeyedCreate {
	/** The key, which is also in the metadata that is sent. */
	key: string;
	request: LukittuRequest & { body: LicenseCreateBody };
	/** Whether a license with this key may have other customers or products by now. */
	acceptsChanged: boolean;
	/** Throws where the license must not be created any more. */
	checkCreate: () => void;
}

/**
 * What a license found by its key lacks of what the item asks for, as a message names it; undefined
 * where it has all of the customers and products. Expiration, limits and metadata are not compared:
 * a subscription comes with a new date each time.
 */
async function lackOf(
	client: Client,
	found: License,
	{ request, acceptsChanged }: KeyedCreate,
): Promise<string | undefined> {
	if (acceptsChanged) return undefined;
	const isTold = found.customers !== undefined && found.products !== undefined;
	const { customers = [], products = [] } = isTold
		? found
		: await readLicense(client, { by: 'key', key: found.licenseKey });
	const lacking = (wanted: string[], has: Array<{ id: string }>, noun: string) => {
		const ids = wanted.filter((id) => !has.some((link) => link.id === id));
		return ids.length > 0 ? [`the ${noun}${ids.length > 1 ? 's' : ''} ${ids.join(', ')}`] : [];
	};
	const all = [
		...lacking(request.body.productIds, products, 'product'),
		...lacking(request.body.customerIds, customers, 'customer'),
	];
	return all.length > 0 ? all.join(' and ') : undefined;
}

/** The refusal of a key that stands for another sale, as Stripe refuses a reused idempotency key. */
function otherSale(key: string, { licenseKey }: License, lack: string): UserError {
	return new UserError(
		`The idempotency key "${key}" was used for another sale: its license ${licenseKey} lacks ${lack}`,
		{
			description:
				"Give each license you sell an 'Idempotency Key' of its own: of a payment for several, put the line of the order and the number of the piece into the key, such as {{ $json.payment }}-{{ $json.line }}-1. Where the customers or products of this license were changed since it was sold, switch on 'Accept Changed License' under 'Options'.",
		},
	);
}

/**
 * Deals with licenses that another n8n process made with the same key at the same moment. The
 * oldest stays, which is the same for both. Each process deletes only what it made itself, and only
 * where nobody has got its key by e-mail.
 */
async function resolveDuplicates(
	client: Client,
	create: KeyedCreate,
	made: License,
): Promise<Created> {
	const { key, request } = create;
	const [found] = await Promise.allSettled([licensesWith(tolerant(client), key)]);
	const seen = found.status === 'fulfilled' ? found.value : [];
	const others = seen.filter(({ id }) => id !== made.id);
	// A list that does not show the new license yet must not make this process yield to a younger one.
	const all = [...others, made].sort(byAge);
	const [license, ...surplus] = all;
	if (license.id === made.id) return created(made, surplus, false, () => LEFT);

	const [lack] = await Promise.allSettled([lackOf(tolerant(client), license, create)]);
	const isKnown = lack.status === 'fulfilled';
	const isDeleted = isKnown && !request.body.sendEmailDelivery && (await remove(client, made));
	if (!isKnown || lack.value !== undefined) {
		if (isKnown && isDeleted) throw otherSale(key, license, String(lack.value));
		// It is there to stay, and is what this sale was for.
		return created(made, others, false, () => LEFT);
	}
	const fate = isDeleted ? 'deleted' : 'kept';
	return created(license, surplus, true, ({ id }) => (id === made.id ? fate : LEFT));
}

/**
 * Makes a license. Where the answer is lost, it is looked for; of several that are found, it cannot
 * be told which is this one, so none is deleted.
 */
async function createAndVerify(client: Client, create: KeyedCreate): Promise<Created> {
	let found: License[] = [];
	const lookUp = async () => {
		found = await licensesWith(tolerant(client), create.key);
		return found[0];
	};
	const made = await client.send<License>({ ...create.request, lookUp });
	if (found.length === 0) return await resolveDuplicates(client, create, made);
	return await foundOf(client, create, found, false);
}

/** The oldest of the licenses with the key, if it is what the item asks for. */
async function foundOf(
	client: Client,
	create: KeyedCreate,
	[license, ...surplus]: License[],
	alreadyExisted: boolean,
): Promise<Created> {
	const lack = await lackOf(client, license, create);
	if (lack !== undefined) throw otherSale(create.key, license, lack);
	return created(license, surplus, alreadyExisted);
}

/**
 * Creates a license unless there is one with the same idempotency key.
 *
 * @throws UserError if the license with this key is another sale's
 * @see section "Idempotent Create" in docs/architecture.md
 */
export async function findOrCreate(client: Client, create: KeyedCreate): Promise<Created> {
	const { key, checkCreate } = create;
	return await client.runExclusive(`idempotency key ${key}`, async (_, lost) => {
		// While Lukittu may still carry out an earlier create, a second one would be one too many.
		const found = await client.lookUntil(async () => {
			const licenses = await licensesWith(client, key);
			return licenses.length > 0 ? licenses : undefined;
		}, lost?.until ?? 0);
		if (found) {
			lost?.forget();
			return await foundOf(client, create, found, true);
		}
		checkCreate();
		return await createAndVerify(client, create);
	});
}
