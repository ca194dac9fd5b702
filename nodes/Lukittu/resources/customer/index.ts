import type { INodeProperties } from 'n8n-workflow';
import type { Operation } from '../../execution/operation';
import { ignoreEmptyField } from '../leaveOut';
import { operationOptions } from '../options';
import { customerCreateDescription, prepareCustomerCreate } from './create';
import { prepareCustomerDelete } from './delete';
import { customerSelect } from './fields';
import { prepareCustomerGet } from './get';
import { customerGetManyDescription, prepareCustomerGetMany } from './getAll';
import { customerOptions } from './output';
import { customerUpdateDescription, prepareCustomerUpdate } from './update';
import { customerUpsertDescription, prepareCustomerUpsert } from './upsert';

export const customerOperations: Record<string, Operation> = {
	create: { prepare: prepareCustomerCreate },
	upsert: { prepare: prepareCustomerUpsert },
	delete: { prepare: prepareCustomerDelete },
	get: { prepare: prepareCustomerGet, isReadOnly: true },
	getAll: { prepare: prepareCustomerGetMany, isReadOnly: true },
	update: { prepare: prepareCustomerUpdate },
};

export const customerDescription: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['customer'] } },
		options: [
			{
				name: 'Create',
				value: 'create',
				action: 'Create a customer',
				description:
					'Create a new customer, also where there is one with this e-mail address, which Lukittu allows. To have one customer for each address, use Create or Update.',
			},
			{
				name: 'Create or Update',
				value: 'upsert',
				action: 'Create or update a customer',
				description: 'Create a new record, or update the current one if it already exists (upsert)',
			},
			{
				name: 'Delete',
				value: 'delete',
				action: 'Delete a customer',
				description: "Delete a customer for good. The customer's licenses stay.",
			},
			{
				name: 'Get',
				value: 'get',
				action: 'Get a customer',
				description: 'Get one customer with address, Discord account and metadata',
			},
			{
				name: 'Get Many',
				value: 'getAll',
				action: 'Get many customers',
				description:
					"Get a list of customers, each as an item of its own. If there is none, the workflow stops after this node, unless 'Always Output Data' is on in the node's settings.",
			},
			{
				name: 'Update',
				value: 'update',
				action: 'Update a customer',
				description: 'Change some fields of a customer and leave the others as they are',
			},
		],
		default: 'create',
	},
	// One field for all operations that have it, as in ../license.
	{
		...customerSelect,
		displayOptions: {
			show: { resource: ['customer'], operation: ['delete', 'get', 'update'] },
		},
	},
	...customerCreateDescription,
	...customerGetManyDescription,
	...customerUpdateDescription,
	...customerUpsertDescription,
	customerOptions(['create', 'upsert'], [ignoreEmptyField]),
	customerOptions(['get', 'update']),
	operationOptions('customer', ['delete']),
];
