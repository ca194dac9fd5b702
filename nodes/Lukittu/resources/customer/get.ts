import type { Prepare } from '../../execution/operation';
import { customerIdOf } from '../parameters';
import { customerOutput } from './output';
import { readCustomer } from './read';

/** Get: one customer with address, Discord account and metadata. */
export const prepareCustomerGet: Prepare = (context) => {
	const id = customerIdOf(context);
	const output = customerOutput(context);
	return async (client) => [output(await readCustomer(client, id))];
};
