import type { INodeProperties } from 'n8n-workflow';
import { checkEmail } from '../../checks/customer';
import type { Prepare } from '../../execution/operation';
import { metadataSettingEntries } from '../fields';
import { leftOutOf, readOptionalFields } from '../leaveOut';
import { additionalChanges } from './requestedChanges';
import { addressField, discordIdField, emailField, fullNameField, usernameField } from './fields';
import { createOrUpdate } from './findOrCreate';
import { customerOutput } from './output';

const showOnlyForCustomerUpsert = {
	resource: ['customer'],
	operation: ['upsert'],
};

export const customerUpsertDescription: INodeProperties[] = [
	{
		...emailField,
		required: true,
		displayOptions: { show: showOnlyForCustomerUpsert },
		description:
			'Which customer: the one with this e-mail address, in upper or lower case. Where there is none, it is created; of several, the oldest is changed, and the IDs of the others come out as otherMatches.',
	},
	{
		displayName: 'Additional Fields',
		name: 'upsertFields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		displayOptions: { show: showOnlyForCustomerUpsert },
		description:
			'What the customer is to have. On one that is there already, only the fields added here are changed.',
		options: [
			{
				...addressField,
				description:
					'The address. A part that is left empty stays as it is on a customer that has one.',
			},
			discordIdField,
			fullNameField,
			{
				...metadataSettingEntries,
				description:
					'Your own data on the customer, at most 20 entries; entries with other keys stay',
			},
			usernameField,
		],
	},
];

/** Create or Update: one customer for each e-mail address, however often it comes. */
export const prepareCustomerUpsert: Prepare = (context) => {
	const email = checkEmail(
		context.getNodeParameter('email', ''),
		'Give the e-mail address of the customer.',
	);
	const additional = readOptionalFields(context, 'upsertFields');
	const changes = additionalChanges(additional.fields);
	const output = customerOutput(context);
	return async (client) => {
		const { customer, outcome } = await createOrUpdate(client, email, changes);
		return [output(customer, { ...outcome, ...leftOutOf(additional) })];
	};
};
