import type { IDataObject } from 'n8n-workflow';
import { licenseFault } from '../../checks/answers';
import type { List } from '../../lists/pages';
import { unlessDeleted, type Client } from '../../transport/client';
import type { License } from '../../types';
import { lookUpLicense, readLicense } from './read';
import { licenseResource } from './resource';

/** The filters of a list of licenses that Lukittu applies, all already checked. */
export type LicenseFilters = {
	/** Comma lists of IDs: Lukittu drops what is no UUID and lists everything. */
	customerIds?: string;
	productIds?: string;
	/** Undocumented, so a server may ignore it, and list everything. */
	metadata?: { key: string; value: string };
};

function partsByProduct(seen: License[], wanted: string | undefined): IDataObject[] {
	const ids = new Set(seen.flatMap(({ products = [] }) => products.map(({ id }) => id)));
	const isWanted = (id: string) => wanted === undefined || wanted.split(',').includes(id);
	return [...ids].filter(isWanted).map((productIds) => ({ productIds }));
}

/**
 * What the server is to look for in the metadata's values. It finds values that contain it in any
 * case, with `_` and `%` as wildcards: more than was meant, never less, so that what comes back must
 * be checked. A backslash would hide the next character's meaning, so it is left out.
 */
function searchText(value: string): string {
	const [longest] = value.split('\\').sort((a, b) => b.length - a.length);
	return longest;
}

function metadataQuery({ key, value }: { key: string; value: string }): IDataObject {
	const metadataValue = searchText(value);
	return metadataValue ? { metadataKey: key, metadataValue } : {};
}

/**
 * Reads a license of a list that came without metadata, as Lukittu's documents have it. It may have
 * got another key since then, which only its ID tells from a license that was deleted.
 */
async function withListedMetadata(client: Client, listed: License): Promise<License | undefined> {
	if (listed.metadata) return listed;
	const { id, licenseKey } = listed;
	const byKey = await unlessDeleted(
		client,
		async (lenient) => await lookUpLicense(lenient, { by: 'key', key: licenseKey }),
	);
	if (byKey?.id === id) return byKey;
	return await unlessDeleted(
		client,
		async (lenient) => await readLicense(lenient, { by: 'id', id }),
	);
}

/** Whether a license has an entry with this key and exactly this value. */
export function hasMetadata({ metadata = [] }: License, key: string, value: string): boolean {
	return metadata.some((entry) => entry.key === key && entry.value === value);
}

/**
 * The list of licenses that match the filters; with `metadata`, also others may be in it.
 *
 * @param fields the operation's fields with which a user gets a part of the list
 */
export function licenseList(
	{ metadata, ...query }: LicenseFilters,
	fields?: List<License>['fields'],
): List<License> {
	return {
		name: 'licenses',
		resource: licenseResource,
		fields,
		faultOf: licenseFault,
		query: { ...query, ...(metadata && metadataQuery(metadata)) },
		partsOf: (seen) => partsByProduct(seen, query.productIds),
		complete: metadata && withListedMetadata,
	};
}
