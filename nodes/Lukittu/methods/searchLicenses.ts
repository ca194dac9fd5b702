import {
	NodeApiError,
	type ILoadOptionsFunctions,
	type INodeListSearchResult,
	type JsonObject,
} from 'n8n-workflow';
import { isLicenseKey } from '../checks/ids';
import { licenseList } from '../resources/license/list';
import { lookUpLicense } from '../resources/license/read';
import type { Client } from '../transport/client';
import type { License } from '../types';
import { licenseLabel, licenseSearchText } from './names';
import { editorClient } from './editorClient';
import { readOn, type Hit } from './readOn';

function hitOf(license: License): Hit {
	return { name: licenseLabel(license), value: license.id };
}

async function searchByKey(
	context: ILoadOptionsFunctions,
	client: Client,
	key: string,
): Promise<INodeListSearchResult> {
	try {
		return { results: [hitOf(await lookUpLicense(client, { by: 'key', key }))] };
	} catch (error) {
		// A key that Lukittu does not know is an empty list, not a fault.
		if (error instanceof NodeApiError && error.httpCode === '404') return { results: [] };
		throw new NodeApiError(context.getNode(), error as JsonObject);
	}
}

/**
 * The licenses for the License locator: a full key is looked up on the server; any other text is
 * searched for among the newest licenses, by key, ID, customer and product.
 *
 * @param filter what the user typed
 * @param paginationToken where the editor wants to go on
 */
export async function searchLicenses(
	this: ILoadOptionsFunctions,
	filter = '',
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const client = editorClient(this);
	const wanted = filter.trim().toLowerCase();
	if (isLicenseKey(wanted.toUpperCase()))
		return await searchByKey(this, client, wanted.toUpperCase());

	const hitsOf = (license: License) =>
		licenseSearchText(license).includes(wanted) ? [hitOf(license)] : [];
	return await readOn(client, licenseList({}), hitsOf, paginationToken);
}
