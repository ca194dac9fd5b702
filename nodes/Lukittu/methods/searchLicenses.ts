import {
	NodeApiError,
	type ILoadOptionsFunctions,
	type INodeListSearchResult,
	type JsonObject,
} from 'n8n-workflow';
import { isLicenseKey } from '../checks/ids';
import { lookUpLicense } from '../resources/license/read';
import type { Client } from '../transport/client';
import type { License } from '../types';
import { licenseLabel, licenseSearchText } from './names';
import { newestLicenses } from './newest';
import { editorClient } from './editorClient';

/** How many pages of 100 one search looks through before it shows what it has. */
const MOST_PAGES = 10;

function resultOf(license: License) {
	return { name: licenseLabel(license), value: license.id };
}

async function searchByKey(
	context: ILoadOptionsFunctions,
	client: Client,
	key: string,
): Promise<INodeListSearchResult> {
	try {
		return { results: [resultOf(await lookUpLicense(client, { by: 'key', key }))] };
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

	let next = paginationToken;
	for (let pages = 0; pages < MOST_PAGES; pages += 1) {
		const page = await newestLicenses(client, next);
		next = page.paginationToken;
		const results = page.licenses
			.filter((license) => licenseSearchText(license).includes(wanted))
			.map(resultOf);
		// The editor asks for more only when there is something to scroll.
		if (results.length > 0 || next === undefined) return { results, paginationToken: next };
	}
	return { results: [], paginationToken: next };
}
