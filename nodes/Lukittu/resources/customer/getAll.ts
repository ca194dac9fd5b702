import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { checkSearch } from '../../checks/customer';
import type { Prepare } from '../../execution/operation';
import { listEntries } from '../../lists/listEntries';
import { amountFields, readLimit, readSort } from '../paging';
import { ifAdded } from '../parameters';
import { customerList } from './list';
import { customerOptions, customerOutput } from './output';

const SORT_COLUMNS = ['createdAt', 'updatedAt', 'fullName', 'email', 'username'];

const showOnlyForCustomerGetMany = {
	resource: ['customer'],
	operation: ['getAll'],
};

export const customerGetManyDescription: INodeProperties[] = [
	...amountFields(showOnlyForCustomerGetMany),
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		displayOptions: { show: showOnlyForCustomerGetMany },
		description:
			"A customer must match every filter added here. If none does, the workflow stops after this node, unless 'Always Output Data' is on in the node's settings.",
		options: [
			{
				displayName: 'Search',
				name: 'search',
				type: 'string',
				default: '',
				placeholder: 'e.g. @example.com',
				description:
					'Only customers with this text somewhere in their e-mail address, full name, user name, Discord name or Discord ID, in upper or lower case. _ stands for any one character, % for any number of them.',
			},
		],
	},
	customerOptions(
		['getAll'],
		[
			{
				displayName: 'Sort By',
				name: 'sortColumn',
				type: 'options',
				options: [
					{ name: 'Created', value: 'createdAt' },
					{ name: 'Email', value: 'email' },
					{ name: 'Full Name', value: 'fullName' },
					{ name: 'Updated', value: 'updatedAt' },
					{ name: 'Username', value: 'username' },
				],
				default: 'createdAt',
				description: 'What the customers are sorted by',
			},
			{
				displayName: 'Sort Direction',
				name: 'sortDirection',
				type: 'options',
				options: [
					{ name: 'Ascending', value: 'asc', description: 'Oldest first, or from A to Z' },
					{ name: 'Descending', value: 'desc', description: 'Newest first, or from Z to A' },
				],
				default: 'desc',
				description: 'In which order the customers come',
			},
		],
	),
];

/** Get Many: pages of customers, each customer once, complete or refused. */
export const prepareCustomerGetMany: Prepare = (context) => {
	const limit = readLimit(context);
	const filters = context.getNodeParameter('filters', {}) as IDataObject;
	const options = context.getNodeParameter('options', {}) as IDataObject;
	const search = ifAdded(filters, 'search', checkSearch);
	const list = customerList({ search }, { splitBy: "'Search'", narrowBy: "'Search'" });
	const sort = readSort(options, SORT_COLUMNS);
	const output = customerOutput(context);
	return async (client) => {
		const customers = await listEntries(client, list, { sort, limit });
		return customers.map((customer) => output(customer));
	};
};
