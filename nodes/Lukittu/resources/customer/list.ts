import { customerFault } from '../../checks/answers';
import type { List } from '../../lists/pages';
import type { Customer } from '../../types';
import { customerResource } from './resource';

/** The filters of a list of customers, already checked. */
export type CustomerFilters = {
	/**
	 * Part of the e-mail address, the names or the Discord ID, in upper or lower case, with `_` and
	 * `%` as wildcards.
	 */
	search?: string;
};

/**
 * The list of customers that match the filters.
 *
 * @param fields the operation's fields with which a user gets a part of the list
 */
export function customerList(
	filters: CustomerFilters,
	fields?: List<Customer>['fields'],
): List<Customer> {
	const columns = ['email', 'fullName', 'username'];
	return {
		name: 'customers',
		resource: customerResource,
		fields,
		faultOf: customerFault,
		query: filters,
		columns,
	};
}
