import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { newestLicenses } from './newest';
import { editorClient } from './editorClient';

/** How many pages of 100 licenses are looked through for products. */
const MOST_PAGES = 10;

/**
 * The products for the Product locators. Lukittu has no list of products, so they are collected
 * from the newest licenses; a product that stands in none of them is given by its ID.
 *
 * @param filter what the user typed, part of a product's name or its ID
 */
export async function searchProducts(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const client = editorClient(this);
	const names = new Map<string, string>();
	let next: string | undefined;
	for (let pages = 0; pages < MOST_PAGES; pages += 1) {
		const page = await newestLicenses(client, next);
		for (const { products = [] } of page.licenses) {
			for (const { id, name } of products) names.set(id, String(name ?? id));
		}
		next = page.paginationToken;
		if (next === undefined) break;
	}
	const wanted = filter.trim().toLowerCase();
	const results = [...names]
		.map(([value, name]) => ({ name, value }))
		.filter(({ name, value }) => name.toLowerCase().includes(wanted) || value === wanted)
		.sort((a, b) => a.name.localeCompare(b.name));
	return { results };
}
