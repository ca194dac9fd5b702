import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { licenseList } from '../resources/license/list';
import type { License } from '../types';
import { editorClient } from './editorClient';
import { readOn } from './readOn';

/**
 * The products for the Product locators. Lukittu has no list of products, so they are collected
 * from the newest licenses; a product that stands in none of them is given by its ID.
 *
 * @param filter what the user typed, part of a product's name or its ID
 * @param paginationToken where the editor wants to go on
 */
export async function searchProducts(
	this: ILoadOptionsFunctions,
	filter = '',
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const wanted = filter.trim().toLowerCase();
	const hitsOf = ({ products = [] }: License) =>
		products
			.map(({ id, name }) => ({ name: String(name ?? id), value: id }))
			.filter(({ name, value }) => name.toLowerCase().includes(wanted) || value === wanted);
	const part = await readOn(editorClient(this), licenseList({}), hitsOf, paginationToken);
	part.results.sort((a, b) => a.name.localeCompare(b.name));
	return part;
}
