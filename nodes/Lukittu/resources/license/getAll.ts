import { UserError, type IDataObject, type INodeProperties } from 'n8n-workflow';
import { checkBoolean, checkChoice, checkWholeNumber } from '../../checks/values';
import type { Prepare } from '../../transport/door';
import {
	listLicenses,
	SORT_COLUMNS,
	SORT_DIRECTIONS,
	type LicenseFilters,
	type Listing,
	type Sort,
} from '../../transport/pages';
import { customersSelect, productsSelect } from './fields';
import { idsOf, ifAdded } from './parameters';

const showOnlyForLicenseGetMany = {
	resource: ['license'],
	operation: ['getAll'],
};

export const licenseGetManyDescription: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		displayOptions: { show: showOnlyForLicenseGetMany },
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1, numberPrecision: 0 },
		default: 50,
		displayOptions: { show: { ...showOnlyForLicenseGetMany, returnAll: [false] } },
		description: 'Max number of results to return',
	},
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		displayOptions: { show: showOnlyForLicenseGetMany },
		options: [
			{
				...customersSelect,
				description: 'Only licenses that belong to at least one of these customers',
			},
			{
				...productsSelect,
				description: 'Only licenses for at least one of these products',
			},
		],
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		displayOptions: { show: showOnlyForLicenseGetMany },
		options: [
			{
				displayName: 'Sort By',
				name: 'sortColumn',
				type: 'options',
				options: [
					{ name: 'Created', value: 'createdAt' },
					{ name: 'Updated', value: 'updatedAt' },
				],
				default: 'createdAt',
				description: 'Which time the licenses are sorted by',
			},
			{
				displayName: 'Sort Direction',
				name: 'sortDirection',
				type: 'options',
				options: [
					{ name: 'Ascending', value: 'asc', description: 'Oldest first' },
					{ name: 'Descending', value: 'desc', description: 'Newest first' },
				],
				default: 'desc',
				description: 'In which order the licenses come',
			},
		],
	},
];

/**
 * Turns a filter's IDs into what the API takes.
 *
 * @throws UserError on a filter without IDs: left out, it would list every license
 */
function idFilter(ids: string[], place: string): string {
	if (ids.length > 0) return ids.join(',');
	throw new UserError(`The filter ${place} is empty`, {
		description:
			'Add an ID, or remove the filter to get the licenses of all. If the IDs come from an expression, check that it has a value for this item.',
	});
}

function completeOrRefused({ licenses, missing }: Listing) {
	if (missing === 0) return licenses;
	throw new UserError(
		`${missing} licenses that Lukittu counts came on none of its pages (${licenses.length} came)`,
		{
			description:
				"Lukittu's pages skip licenses whose timestamps are the same, and the node found no order that shows them all. Run again, or get the licenses in parts with the filters 'Products' and 'Customers'.",
		},
	);
}

/** Get Many: pages of licenses, each license once, complete or refused. */
export const prepareLicenseGetMany: Prepare = (context) => {
	const returnAll = checkBoolean(context.getNodeParameter('returnAll', false), "'Return All'");
	const limit = returnAll
		? undefined
		: checkWholeNumber(context.getNodeParameter('limit', 50), "'Limit'", 1);
	const filters = context.getNodeParameter('filters', {}) as IDataObject;
	const options = context.getNodeParameter('options', {}) as IDataObject;
	const idFilters: LicenseFilters = {
		customerIds: ifAdded(filters, 'customers', (value) =>
			idFilter(idsOf(value, 'customer', "'Customers'"), "'Customers'"),
		),
		productIds: ifAdded(filters, 'products', (value) =>
			idFilter(idsOf(value, 'product', "'Products'"), "'Products'"),
		),
	};
	const sort: Sort = {
		sortColumn:
			ifAdded(options, 'sortColumn', (value) => checkChoice(value, "'Sort By'", SORT_COLUMNS)) ??
			'createdAt',
		sortDirection:
			ifAdded(options, 'sortDirection', (value) =>
				checkChoice(value, "'Sort Direction'", SORT_DIRECTIONS),
			) ?? 'desc',
	};
	return async (send) => completeOrRefused(await listLicenses(send, idFilters, sort, limit));
};
