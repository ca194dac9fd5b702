import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { customerList } from '../resources/customer/list';
import { getPage, LARGEST_PAGE } from '../transport/pages';
import { customerLabel } from './names';
import { sendFor } from './send';

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
	const send = sendFor(this);
	const page = Number(paginationToken ?? 1);
	const search = filter.trim();
	const { entries, hasNextPage } = await getPage(send, customerList(search ? { search } : {}), {
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
