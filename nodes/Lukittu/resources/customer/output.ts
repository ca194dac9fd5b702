import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { ItemContext } from '../../execution/itemContext';
import type { Customer } from '../../types';
import { operationOptions } from '../options';
import { formatOutput, outputOptions, readOutput } from '../output';

const customerOutputOptions = outputOptions([
	{ name: 'Address', value: 'address' },
	{ name: 'City', value: 'city' },
	{ name: 'Country', value: 'country' },
	{ name: 'Created At', value: 'createdAt' },
	{ name: 'Discord Account', value: 'discordAccount' },
	{ name: 'Discord ID', value: 'discordId' },
	{ name: 'Email', value: 'email' },
	{ name: 'Full Name', value: 'fullName' },
	{ name: 'Metadata', value: 'metadata' },
	{ name: 'Updated At', value: 'updatedAt' },
	{ name: 'Username', value: 'username' },
]);

/**
 * The collection "Options" of operations that put out customers.
 *
 * @param operations which
 * @param own options of their own
 */
export function customerOptions(
	operations: string[],
	own: INodeProperties[] = [],
): INodeProperties {
	return operationOptions('customer', operations, [...own, ...customerOutputOptions]);
}

/** What people use of a customer in a message or a sheet, flat. */
function simplified(customer: Customer): IDataObject {
	return {
		id: customer.id,
		email: customer.email,
		fullName: customer.fullName,
		username: customer.username,
		discordId: customer.discordAccount?.discordId ?? null,
		city: customer.address?.city ?? null,
		country: customer.address?.country ?? null,
		createdAt: customer.createdAt,
	};
}

/** Makes an output item of a customer; `outcome` is what the operation did. */
export type CustomerOutput = (customer: Customer, outcome?: IDataObject) => IDataObject;

/**
 * Reads how customers are to come out.
 *
 * @throws UserError if an option is none of its choices
 */
export function customerOutput(context: ItemContext): CustomerOutput {
	const output = readOutput(context.getNodeParameter('options', {}) as IDataObject);
	return (customer, outcome) => formatOutput(output, customer, () => simplified(customer), outcome);
}
