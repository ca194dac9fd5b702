import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { Prepare } from '../../transport/door';
import { customerIdOf } from '../parameters';
import { operationOptions } from '../options';
import { customerSelect } from './fields';
import { pathOf, subjectOf } from './read';

export const customerDeleteDescription: INodeProperties[] = [
	{
		...customerSelect,
		description: "The customer to delete for good. The customer's licenses stay.",
		displayOptions: { show: { resource: ['customer'], operation: ['delete'] } },
	},
	operationOptions('customer', 'delete'),
];

/** Delete: one DELETE by ID. */
export const prepareCustomerDelete: Prepare = (context) => {
	const customerId = customerIdOf(context);
	return async (send) => {
		const data = await send<IDataObject>({
			method: 'DELETE',
			url: pathOf(customerId),
			subject: subjectOf(customerId),
		});
		return [{ customerId, ...data, deleted: true }];
	};
};
