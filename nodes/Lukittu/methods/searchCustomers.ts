import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { customerList } from '../resources/customer/list';
import { getPage, LARGEST_PAGE } from '../lists/pages';
import { customerLabel } from './names';
import { editorClient } from './editorClient';

/**
 * The customers for the Customer locators, searched on the server by e-mail address, name, user
 * name and Discord, the newest first.
 *
 * @param filter what the user typed
 * @param paginationToken where the editor wants to go on
 */
export async function searchCustomers(
	this: ILoadOptionsFunctions,
	filter = '',
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const client = editorClient(this);
	const page = Number(paginationToken ?? 1);
	const search = filter.trim();
	const { entries, hasNextPage } = await getPage(client, customerList(search ? { search } : {}), {
		page,
		pageSize: LARGEST_PAGE,
		sortColumn: 'createdAt',
		sortDirection: 'desc',
	});
	return {
		results: entries.map((customer) => ({ name: customerLabel(customer), value: customer.id })),
		paginationToken: hasNextPage ? String(page + 1) : undefined,
	};
}
