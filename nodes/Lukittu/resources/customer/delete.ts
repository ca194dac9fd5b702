import type { IDataObject } from 'n8n-workflow';
import type { Prepare } from '../../execution/operation';
import { customerIdOf } from '../parameters';
import { pathOf, subjectOf } from './read';
import { customerResource } from './resource';

/** Delete: one DELETE by ID. */
export const prepareCustomerDelete: Prepare = (context) => {
	const customerId = customerIdOf(context);
	return async (client) => {
		const data = await client.send<IDataObject>({
			method: 'DELETE',
			url: pathOf(customerId),
			resource: customerResource,
			subject: subjectOf(customerId),
		});
		return [{ customerId, ...data, deleted: true }];
	};
};
