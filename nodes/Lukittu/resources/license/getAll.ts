import { UserError, type IDataObject, type INodeProperties } from 'n8n-workflow';
import { checkBoolean } from '../../checks/values';
import type { Prepare } from '../../execution/operation';
import { listEntries } from '../../lists/listEntries';
import { inOrder } from '../options';
import { amountFields, readLimit, readSort } from '../paging';
import { idsOf, ifAdded } from '../parameters';
import { edgeOf, matcherOf, readAudit } from './audit';
import { auditFilters } from './auditFields';
import { customersSelect, productsSelect } from './fields';
import { licenseList } from './list';
import { licenseOptions, licenseOutput } from './output';
import { addComputedFields } from './status';

const SORT_COLUMNS = ['createdAt', 'updatedAt'] as const;

const showOnlyForLicenseGetMany = {
	resource: ['license'],
	operation: ['getAll'],
};

export const licenseGetManyDescription: INodeProperties[] = [
	...amountFields(showOnlyForLicenseGetMany),
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		displayOptions: { show: showOnlyForLicenseGetMany },
		description:
			"A license must match every filter added here. If none does, the workflow stops after this node, unless 'Always Output Data' is on in the node's settings.",
		options: inOrder([
			...auditFilters,
			{
				...customersSelect,
				description: 'Only licenses that belong to at least one of these customers',
			},
			{
				...productsSelect,
				description: 'Only licenses for at least one of these products',
			},
		]),
	},
	licenseOptions(
		['getAll'],
		[
			{
				displayName: 'Computed Fields',
				name: 'computedFields',
				type: 'boolean',
				default: true,
				description:
					"Whether each license carries its status, as Lukittu's dashboard shows it, and the full days until it expires (0 on its last day, negative once it has expired)",
			},
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
	),
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

/** Get Many: pages of licenses, each license once, complete or refused. */
export const prepareLicenseGetMany: Prepare = (context) => {
	const limit = readLimit(context);
	const filters = context.getNodeParameter('filters', {}) as IDataObject;
	const options = context.getNodeParameter('options', {}) as IDataObject;
	const audit = readAudit(filters, context.getTimezone());
	const serverFilters = {
		customerIds: ifAdded(filters, 'customers', (value) =>
			idFilter(idsOf(value, 'customer', "'Customers'"), "'Customers'"),
		),
		productIds: ifAdded(filters, 'products', (value) =>
			idFilter(idsOf(value, 'product', "'Products'"), "'Products'"),
		),
		metadata: audit.metadata,
	};
	const list = licenseList(serverFilters, {
		splitBy: "'Created After' and 'Created Before'",
		narrowBy: "the filters 'Products' and 'Customers'",
	});
	const sort = readSort(options, SORT_COLUMNS);
	const isComputed =
		ifAdded(options, 'computedFields', (value) => checkBoolean(value, "'Computed Fields'")) ?? true;
	const output = licenseOutput(context);
	return async (client) => {
		const now = Date.now();
		const licenses = await listEntries(client, list, {
			sort,
			limit,
			matches: matcherOf(audit, now),
			edge: edgeOf(audit),
		});
		return licenses.map((license) =>
			output(isComputed ? addComputedFields(license, now) : license, undefined, now),
		);
	};
};
