import { NodeConnectionTypes, type INodeType, type INodeTypeDescription } from 'n8n-workflow';
import { searchCustomers } from './methods/searchCustomers';
import { searchLicenses } from './methods/searchLicenses';
import { searchProducts } from './methods/searchProducts';
import { customerDescription, customerOperations } from './resources/customer';
import { licenseDescription, licenseOperations } from './resources/license';
import { allItemsOf } from './transport/door';

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
		requestDefaults: {
			// Where Lukittu usually is; each request goes to the credential's address (transport/request.ts).
			// An expression here would be evaluated twice for every item.
			baseURL: 'https://app.lukittu.com',
		},
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
			},
			...licenseDescription,
			...customerDescription,
		],
	};

	// n8n's routing evaluates each expression three times for every item, or more.
	customOperations = {
		customer: allItemsOf(customerOperations),
		license: allItemsOf(licenseOperations),
	};

	methods = {
		listSearch: {
			searchCustomers,
			searchLicenses,
			searchProducts,
		},
	};
}
