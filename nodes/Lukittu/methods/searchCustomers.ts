import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { lukittuRequest } from '../transport/request';
import type { Customer } from '../types';
import { customerLabel } from './names';

type CustomerPage = { customers: Customer[]; hasNextPage: boolean };

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
	const page = Number(paginationToken ?? 1);
	const search = filter.trim();
	const data = await lukittuRequest<CustomerPage>(this, {
		method: 'GET',
		url: '/customers',
		qs: {
			page,
			pageSize: 100,
			sortColumn: 'createdAt',
			sortDirection: 'desc',
			...(search && { search }),
		},
		subject: 'the list of customers',
	});
	return {
		results: data.customers.map((customer) => ({
			name: customerLabel(customer),
			value: customer.id,
		})),
		paginationToken: data.hasNextPage ? String(page + 1) : undefined,
	};
}
