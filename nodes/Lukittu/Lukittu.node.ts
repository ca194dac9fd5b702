import { NodeConnectionTypes, type INodeType, type INodeTypeDescription } from 'n8n-workflow';
import { customOperationsOf, paginationOf } from './execution/n8nCalls';
import { searchCustomers } from './methods/searchCustomers';
import { searchLicenses } from './methods/searchLicenses';
import { searchProducts } from './methods/searchProducts';
import { customerDescription, customerOperations } from './resources/customer';
import { licenseDescription, licenseOperations } from './resources/license';

const operations = { customer: customerOperations, license: licenseOperations };

export class Lukittu implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Lukittu',
		name: 'lukittu',
		icon: { light: 'file:../../icons/lukittu.svg', dark: 'file:../../icons/lukittu.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Create, renew, suspend, find and delete software licenses in Lukittu',
		defaults: {
			name: 'Lukittu',
		},
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: 'lukittuApi',
				required: true,
			},
		],
		// Needed for n8n to run the node at all. Requests go to the credential's address (transport/).
		requestDefaults: {},
		requestOperations: { pagination: paginationOf(operations) },
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				options: [
					{
						name: 'Customer',
						value: 'customer',
					},
					{
						name: 'License',
						value: 'license',
					},
				],
				default: 'license',
				// Whatever is chosen here, n8n's routing calls the function above and sends nothing itself.
				routing: { send: { paginate: true } },
			},
			...licenseDescription,
			...customerDescription,
		],
	};

	// n8n's routing evaluates each expression three times for every item, or more.
	customOperations = customOperationsOf(operations);

	methods = {
		listSearch: {
			searchCustomers,
			searchLicenses,
			searchProducts,
		},
	};
}
