import { NodeConnectionTypes, type INodeType, type INodeTypeDescription } from 'n8n-workflow';
import { searchCustomers } from './methods/searchCustomers';
import { searchLicenses } from './methods/searchLicenses';
import { searchProducts } from './methods/searchProducts';
import { customerDescription } from './resources/customer';
import { licenseDescription } from './resources/license';

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
			// The engine needs the host to apply the credential's allowed domains; the rest of the
			// address is put together in transport/.
			baseURL: '={{ $credentials.baseUrl }}',
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

	methods = {
		listSearch: {
			searchCustomers,
			searchLicenses,
			searchProducts,
		},
	};
}
