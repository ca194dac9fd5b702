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

/**
 * Deals with licenses that another n8n process made with the same key at the same moment. The
 * oldest stays, which is the same for both. Each process deletes only what it made itself, and only
 * where nobody has got its key by e-mail.
 */
async function resolveDuplicates(
	client: Client,
	key: string,
	made: License,
	isMailed: boolean,
): Promise<Created> {
	const [found] = await Promise.allSettled([licensesWith(tolerant(client), key)]);
	const others = found.status === 'fulfilled' ? found.value : [];
	// A list that does not show the new license yet must not make this process yield to a younger one.
	const all = [...others.filter(({ id }) => id !== made.id), made].sort(byAge);
	const [license, ...surplus] = all;
	if (license.id === made.id) return created(made, surplus, false, () => LEFT);

	const isDeleted = !isMailed && (await remove(client, made));
	const fate = isDeleted ? 'deleted' : 'kept';
	return created(license, surplus, true, ({ id }) => (id === made.id ? fate : LEFT));
}

/**
 * Makes sure that a license found by its key is what the item asks for: it belongs to all of the
 * customers and products that the item names. Expiration, limits and metadata are not compared: a
 * subscription comes with a new date each time.
 *
 * @throws UserError where a customer or product is missing
 */
async function checkSale(
	client: Client,
	key: string,
	found: License,
	{ customerIds, productIds }: LicenseCreateBody,
): Promise<void> {
	const isTold = found.customers !== undefined && found.products !== undefined;
	const {
		licenseKey,
		customers = [],
		products = [],
	} = isTold ? found : await readLicense(client, { by: 'key', key: found.licenseKey });
	const lacking = (wanted: string[], has: Array<{ id: string }>, noun: string) => {
		const ids = wanted.filter((id) => !has.some((link) => link.id === id));
		return ids.length > 0 ? [`the ${noun}${ids.length > 1 ? 's' : ''} ${ids.join(', ')}`] : [];
	};
	const missing = [
		...lacking(productIds, products, 'product'),
		...lacking(customerIds, customers, 'customer'),
	];
	if (missing.length === 0) return;
	throw new UserError(
		`The idempotency key "${key}" was used for another sale: its license ${licenseKey} lacks ${missing.join(' and ')}`,
		{
			description:
				"Give each license you sell an 'Idempotency Key' of its own: of a payment for several, put the line of the order and the number of the piece into the key, such as {{ $json.payment }}-{{ $json.line }}-1. Where the customers or products of this license were changed since it was sold, switch on 'Accept Changed License' under 'Options'.",
		},
	);
}

/**
 * Makes a license. Where the answer is lost, it is looked for; of several that are found, it cannot
 * be told which is this one, so none is deleted.
 */
async function createAndVerify(
	client: Client,
	key: string,
	isMailed: boolean,
	request: LukittuRequest,
): Promise<Created> {
	let found: License[] = [];
	const lookUp = async () => {
		found = await licensesWith(tolerant(client), key);
		return found[0];
	};
	const made = await client.send<License>({ ...request, lookUp });
	const [license, ...surplus] = found;
	return license
		? created(license, surplus, false)
		: await resolveDuplicates(client, key, made, isMailed);
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
 * Creates a license unless there is one with the same idempotency key.
 *
 * @throws UserError if the license with this key is another sale's
 * @see section "Idempotent Create" in docs/architecture.md
 */
export async function findOrCreate(
	client: Client,
	{ key, request, acceptsChanged, checkCreate }: KeyedCreate,
): Promise<Created> {
	return await client.runExclusive(`idempotency key ${key}`, async (_, lost) => {
		// While Lukittu may still carry out an earlier create, a second one would be one too many.
		const found = await client.lookUntil(async () => {
			const licenses = await licensesWith(client, key);
			return licenses.length > 0 ? licenses : undefined;
		}, lost?.until ?? 0);
		if (!found) checkCreate();
		const result = found
			? created(found[0], found.slice(1), true)
			: await createAndVerify(client, key, request.body.sendEmailDelivery, request);
		if (!acceptsChanged) await checkSale(client, key, result.license, request.body);
		return result;
	});
}
