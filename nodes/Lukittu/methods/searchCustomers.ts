import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { sendable } from '../checks/values';
import { customerList } from '../resources/customer/list';
import type { Customer } from '../types';
import { customerLabel } from './names';
import { editorClient } from './editorClient';
import { readOn } from './readOn';

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
	const search = sendable(filter).trim();
	const hitsOf = (customer: Customer) => [{ name: customerLabel(customer), value: customer.id }];
	const list = customerList(search ? { search } : {});
	return await readOn(editorClient(this), list, hitsOf, paginationToken);
}
