import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { Prepare } from '../../execution/operation';
import type { Customer } from '../../types';
import { metadataEntries, metadataSettingEntries, removeMetadataField } from '../fields';
import { customerIdOf } from '../parameters';
import { customerBody } from './body';
import { updateCustomer } from './updateCustomer';
import { customerChanges } from './requestedChanges';
import { addressField, discordIdField, emailField, fullNameField, usernameField } from './fields';
import { customerOutput } from './output';

const showOnlyForCustomerUpdate = {
	resource: ['customer'],
	operation: ['update'],
};

export const customerUpdateDescription: INodeProperties[] = [
	{
		displayName: 'Update Fields',
		name: 'customerUpdateFields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		displayOptions: { show: showOnlyForCustomerUpdate },
		description:
			'Only the fields added here are changed; everything else on the customer stays as it is',
		options: [
			{
				...addressField,
				description:
					"The address. A part that is left empty stays as it is; to be rid of such parts, use 'Replace Address', of the whole address, 'Clear'.",
			},
			{
				displayName: 'Clear',
				name: 'clear',
				type: 'multiOptions',
				options: [
					{ name: 'Address', value: 'address' },
					{ name: 'Discord ID', value: 'discordId' },
					{ name: 'Email', value: 'email' },
					{ name: 'Full Name', value: 'fullName' },
					{ name: 'Metadata', value: 'metadata', description: 'All entries, locked ones too' },
					{ name: 'Username', value: 'username' },
				],
				default: [],
				description:
					'What to take off the customer. Lukittu wants an e-mail address or a user name to be left.',
			},
			discordIdField,
			{ ...emailField, description: 'The new e-mail address' },
			fullNameField,
			removeMetadataField,
			{
				...addressField,
				displayName: 'Replace Address',
				name: 'replaceAddress',
				description:
					'The address the customer has from now on, instead of the one it had: a part that is left empty is removed',
			},
			{
				...metadataEntries,
				displayName: 'Replace Metadata',
				name: 'replaceMetadata',
				description:
					'The entries the customer has from now on, instead of all it had, locked ones too',
			},
			{
				...metadataSettingEntries,
				displayName: 'Set Metadata',
				name: 'setMetadata',
				description: 'Entries to add or to give a new value; entries with other keys stay',
			},
			usernameField,
		],
	},
];

/** Update: reads the customer, merges the changes, and writes it back as a whole. */
export const prepareCustomerUpdate: Prepare = (context) => {
	const id = customerIdOf(context);
	const changes = customerChanges(
		context.getNodeParameter('customerUpdateFields', {}) as IDataObject,
	);
	const output = customerOutput(context);
	return async (client) => {
		const bodyFor = (current: Customer) => customerBody(current, changes);
		const { customer, outcome } = await updateCustomer(client, id, bodyFor);
		return [output(customer, outcome)];
	};
};
