import { UserError } from 'n8n-workflow';
import { checkMetadataCount } from '../../checks/metadata';
import { listEntries } from '../../lists/listEntries';
import { tolerant, type Client } from '../../transport/client';
import type { License, LicenseBody, LukittuRequest, MetadataEntry } from '../../types';
import { hasMetadata, licenseList } from './list';
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

/**
 * Creates a license unless there is one with the same idempotency key.
 *
 * @param key the idempotency key, which is also in the metadata that is sent
 * @param isMailed whether Lukittu e-mails the key of a new license
 * @param request the create
 * @see section "Idempotent Create" in docs/architecture.md
 */
export async function findOrCreate(
	client: Client,
	key: string,
	isMailed: boolean,
	request: LukittuRequest,
): Promise<Created> {
	return await client.runExclusive(`idempotency key ${key}`, async () => {
		const [existing, ...others] = await licensesWith(client, key);
		return existing
			? created(existing, others, true)
			: await createAndVerify(client, key, isMailed, request);
	});
}
