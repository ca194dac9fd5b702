import type { IDataObject } from 'n8n-workflow';
import { licenseFault } from '../../checks/answers';
import type { List } from '../../lists/pages';
import type { Client } from '../../transport/client';
import type { License } from '../../types';
import { checkSame, readLicense } from './read';
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

async function readListed(client: Client, { id, licenseKey }: License): Promise<License> {
	const license = await readLicense(client, { by: 'key', key: licenseKey });
	checkSame(license, id);
	return license;
}

/**
 * Reads the licenses of a list that came without metadata, as Lukittu's documents have it. Each
 * once, for a list with equal timestamps is walked several times.
 */
function metadataReader(): (client: Client, license: License) => Promise<License> {
	const read = new Map<string, Promise<License>>();
	return async (client, license) => {
		if (license.metadata) return license;
		const reading = read.get(license.id) ?? readListed(client, license);
		read.set(license.id, reading);
		return await reading;
	};
}

/** Whether a license has an entry with this key and exactly this value. */
export function hasMetadata({ metadata = [] }: License, key: string, value: string): boolean {
	return metadata.some((entry) => entry.key === key && entry.value === value);
}

/** The list of licenses that match the filters; with `metadata`, also others may be in it. */
export function licenseList({ metadata, ...query }: LicenseFilters): List<License> {
	return {
		name: 'licenses',
		resource: licenseResource,
		splitBy: "'Created After' and 'Created Before'",
		narrowBy: "the filters 'Products' and 'Customers'",
		faultOf: licenseFault,
		query: { ...query, ...(metadata && metadataQuery(metadata)) },
		partsOf: (seen) => partsByProduct(seen, query.productIds),
		complete: metadata && metadataReader(),
	};
}
