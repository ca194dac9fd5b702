import { UserError, type IDataObject, type INodeProperties } from 'n8n-workflow';
import { checkChoice, checkWholeNumber } from '../../checks/values';
import type { Prepare } from '../../transport/door';
import { listLicenses, type LicenseFilters, type Listing } from '../../transport/pages';
import { customerIdsOf, customersSelect, productIdsOf, productsSelect } from './fields';

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
 * @returns undefined where the filter was not added
 * @throws UserError on a filter without IDs: left out, it would list every license
 */
function idFilter(value: unknown, ids: string[], field: string): string | undefined {
	if (value === undefined) return undefined;
	if (ids.length > 0) return ids.join(',');
	throw new UserError(`The filter '${field}' is empty`, {
		description:
			'Add an ID, or remove the filter to get the licenses of all. If the IDs come from an expression, check that it has a value for this item.',
	});
}

function completeOrRefused({ licenses, missing }: Listing) {
	if (missing === 0) return licenses;
	throw new UserError(
		`Lukittu lists ${licenses.length + missing} licenses, but ${missing} of them came on none of its pages`,
		{
			description:
				"Lukittu's pages skip licenses whose timestamps are the same, and the node found no order that shows them all. Run again, or get the licenses in parts with the filters 'Products' and 'Customers'.",
		},
	);
}

/** Get Many: pages of licenses, each license once, complete or refused. */
export const prepareLicenseGetMany: Prepare = (context) => {
	const returnAll = context.getNodeParameter('returnAll', false) as boolean;
	const limit = returnAll
		? undefined
		: checkWholeNumber(context.getNodeParameter('limit', 50), 'Limit', 1, Number.MAX_SAFE_INTEGER);
	const { customers, products } = context.getNodeParameter('filters', {}) as IDataObject;
	const options = context.getNodeParameter('options', {}) as IDataObject;
	const filters: LicenseFilters = {
		customerIds: idFilter(customers, customerIdsOf(customers, 'Customers'), 'Customers'),
		productIds: idFilter(products, productIdsOf(products, 'Products'), 'Products'),
	};
	const sort = {
		sortColumn: checkChoice(options.sortColumn ?? 'createdAt', 'Sort By', [
			'createdAt',
			'updatedAt',
		]),
		sortDirection: checkChoice(options.sortDirection ?? 'desc', 'Sort Direction', ['asc', 'desc']),
	};
	return async (send) => completeOrRefused(await listLicenses(send, filters, sort, limit));
};
