import type { INodeProperties } from 'n8n-workflow';
import { customerFault } from '../../checks/answers';
import { checkEmail } from '../../checks/customer';
import { isEmpty } from '../../checks/values';
import type { Prepare } from '../../execution/operation';
import type { Customer, LukittuRequest } from '../../types';
import { metadataEntries } from '../fields';
import { leftOutOf, readOptionalFields } from '../leaveOut';
import { newCustomerBody } from './body';
import { additionalChanges } from './requestedChanges';
import { addressField, discordIdField, emailField, fullNameField, usernameField } from './fields';
import { customerOutput } from './output';
import { customerResource } from './resource';

const showOnlyForCustomerCreate = {
	resource: ['customer'],
	operation: ['create'],
};

export const customerCreateDescription: INodeProperties[] = [
	{
		...emailField,
		displayOptions: { show: showOnlyForCustomerCreate },
		description:
			"The customer's e-mail address; it may be empty where a 'Username' is added. Lukittu allows several customers with one address: to have one for each, use the operation Create or Update.",
	},
	{
		displayName: 'Additional Fields',
		name: 'customerFields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		displayOptions: { show: showOnlyForCustomerCreate },
		options: [
			{ ...addressField, description: "The customer's address; any part may be left empty" },
			discordIdField,
			fullNameField,
			{ ...metadataEntries, description: 'Your own data on the customer, at most 20 entries' },
			usernameField,
		],
	},
];

/** Create: one POST, whether or not there is a customer with this e-mail address. */
export const prepareCustomerCreate: Prepare = (context) => {
	const email = context.getNodeParameter('email', '');
	const additional = readOptionalFields(context, 'customerFields');
	const changes = additionalChanges(additional.fields);
	const request: LukittuRequest = {
		method: 'POST',
		url: '/customers',
		faultOf: customerFault,
		body: newCustomerBody({ ...changes, email: isEmpty(email) ? null : checkEmail(email, '') }),
		resource: customerResource,
		subject: 'the new customer',
	};
	const output = customerOutput(context);
	return async (client) => [output(await client.send<Customer>(request), leftOutOf(additional))];
};
