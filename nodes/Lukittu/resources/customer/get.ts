import type { INodeProperties } from 'n8n-workflow';
import type { Prepare } from '../../transport/door';
import { customerIdOf } from '../parameters';
import { customerSelect } from './fields';
import { customerOptions, customerOutput } from './output';
import { readCustomer } from './read';

export const customerGetDescription: INodeProperties[] = [
	{
		...customerSelect,
		displayOptions: { show: { resource: ['customer'], operation: ['get'] } },
	},
	customerOptions('get'),
];

/** Get: one customer with address, Discord account and metadata. */
export const prepareCustomerGet: Prepare = (context) => {
	const id = customerIdOf(context);
	const output = customerOutput(context);
	return async (send) => [output(await readCustomer(send, id))];
};
