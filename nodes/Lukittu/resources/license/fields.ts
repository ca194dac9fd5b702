import type { INodeProperties } from 'n8n-workflow';

export const licenseSelect: INodeProperties = {
	displayName: 'License',
	name: 'license',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: 'The license to work on',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select a license…',
			typeOptions: { searchListMethod: 'searchLicenses', searchable: true },
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. 123e4567-e89b-42d3-a456-426614174000',
		},
		{
			displayName: 'By Key',
			name: 'key',
			type: 'string',
			placeholder: 'e.g. ABCD1-EFGH2-IJKL3-MNOP4-QRST5',
		},
	],
};

/** A list of customers; where it stands decides what happens with them. */
export const customersSelect: INodeProperties = {
	displayName: 'Customers',
	name: 'customers',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Customer' },
	placeholder: 'Add Customer',
	default: {},
	options: [
		{
			displayName: 'Customer',
			name: 'customer',
			values: [
				{
					displayName: 'Customer',
					name: 'customerId',
					type: 'resourceLocator',
					default: { mode: 'list', value: '' },
					description: 'By ID also takes several IDs: separated by commas, or as an array',
					modes: [
						{
							displayName: 'From List',
							name: 'list',
							type: 'list',
							placeholder: 'Select a customer…',
							typeOptions: { searchListMethod: 'searchCustomers', searchable: true },
						},
						{
							displayName: 'By ID',
							name: 'id',
							type: 'string',
							placeholder: 'e.g. 123e4567-e89b-42d3-a456-426614174000',
						},
					],
				},
			],
		},
	],
};

/** A list of products; where it stands decides what happens with them. */
export const productsSelect: INodeProperties = {
	displayName: 'Products',
	name: 'products',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Product' },
	placeholder: 'Add Product',
	default: {},
	options: [
		{
			displayName: 'Product',
			name: 'product',
			values: [
				{
					displayName: 'Product',
					name: 'productId',
					type: 'resourceLocator',
					default: { mode: 'list', value: '' },
					description:
						'The list shows products of the newest licenses, since Lukittu has no list of products. By ID takes any product, also several IDs: separated by commas, or as an array.',
					modes: [
						{
							displayName: 'From List',
							name: 'list',
							type: 'list',
							placeholder: 'Select a product…',
							typeOptions: { searchListMethod: 'searchProducts', searchable: true },
						},
						{
							displayName: 'By ID',
							name: 'id',
							type: 'string',
							placeholder: 'e.g. 123e4567-e89b-42d3-a456-426614174000',
						},
					],
				},
			],
		},
	],
};

export const hwidLimitField: INodeProperties = {
	displayName: 'Hardware ID Limit',
	name: 'hwidLimit',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: 1000, numberPrecision: 0 },
	default: 1,
	description: 'On how many devices the license works, up to 1000. 0 means unlimited.',
};

export const ipLimitField: INodeProperties = {
	displayName: 'IP Address Limit',
	name: 'ipLimit',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: 1000, numberPrecision: 0 },
	default: 1,
	description: 'From how many IP addresses the license works, up to 1000. 0 means unlimited.',
};
