import type { INodeProperties } from 'n8n-workflow';

export const customerSelect: INodeProperties = {
	displayName: 'Customer',
	name: 'customer',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: 'The customer to work on',
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
};

export const emailField: INodeProperties = {
	displayName: 'Email',
	name: 'email',
	type: 'string',
	default: '',
	placeholder: 'name@email.com',
};

export const fullNameField: INodeProperties = {
	displayName: 'Full Name',
	name: 'fullName',
	type: 'string',
	default: '',
	placeholder: 'e.g. Alma Brightwell',
	description: '3 to 255 characters',
};

export const usernameField: INodeProperties = {
	displayName: 'Username',
	name: 'username',
	type: 'string',
	default: '',
	placeholder: 'e.g. alma.b',
	description: '1 to 255 characters',
};

export const discordIdField: INodeProperties = {
	displayName: 'Discord ID',
	name: 'discordId',
	type: 'string',
	default: '',
	placeholder: 'e.g. 123456789012345678',
	description:
		"The ID of the customer's Discord user, 17 to 19 digits. It must be text, not a number.",
};

function addressPart(displayName: string, name: string, lengths: string): INodeProperties {
	return { displayName, name, type: 'string', default: '', description: `${lengths} characters` };
}

/** An address, of which any part may be left empty. */
export const addressField: INodeProperties = {
	displayName: 'Address',
	name: 'address',
	type: 'fixedCollection',
	placeholder: 'Set Address',
	default: {},
	options: [
		{
			displayName: 'Address',
			name: 'value',
			values: [
				addressPart('Address Line 1', 'line1', '5 to 255'),
				addressPart('Address Line 2', 'line2', '1 to 255'),
				addressPart('City', 'city', '2 to 100'),
				addressPart('Country', 'country', '2 to 100'),
				addressPart('Postal Code', 'postalCode', '3 to 20'),
				addressPart('State', 'state', '2 to 100'),
			],
		},
	],
};
