import type { INodeProperties } from 'n8n-workflow';
import type { Operation } from '../../execution/operation';
import { ignoreEmptyField } from '../leaveOut';
import { operationOptions } from '../options';
import { acceptChangedField, licenseCreateDescription, prepareLicenseCreate } from './create';
import { prepareLicenseDelete } from './delete';
import { licenseSelect } from './fields';
import { prepareLicenseGet } from './get';
import { licenseGetManyDescription, prepareLicenseGetMany } from './getAll';
import { licenseOptions } from './output';
import { licenseReinstateDescription, prepareLicenseReinstate } from './reinstate';
import { licenseRenewDescription, prepareLicenseRenew } from './renew';
import { licenseSuspendDescription, prepareLicenseSuspend } from './suspend';
import { licenseUpdateDescription, prepareLicenseUpdate } from './update';

export const licenseOperations: Record<string, Operation> = {
	create: { prepare: prepareLicenseCreate },
	delete: { prepare: prepareLicenseDelete },
	get: { prepare: prepareLicenseGet, isReadOnly: true },
	getAll: { prepare: prepareLicenseGetMany, isReadOnly: true },
	reinstate: { prepare: prepareLicenseReinstate },
	renew: { prepare: prepareLicenseRenew },
	suspend: { prepare: prepareLicenseSuspend },
	update: { prepare: prepareLicenseUpdate },
};

export const licenseDescription: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['license'] } },
		options: [
			{
				name: 'Create',
				value: 'create',
				action: 'Create a license',
				description: 'Create a new license, once for each idempotency key',
			},
			{
				name: 'Delete',
				value: 'delete',
				action: 'Delete a license',
				description: 'Delete a license for good',
			},
			{
				name: 'Get',
				value: 'get',
				action: 'Get a license',
				description: 'Get one license with its customers, products and metadata',
			},
			{
				name: 'Get Many',
				value: 'getAll',
				action: 'Get many licenses',
				description:
					"Get a list of licenses, each as an item of its own. If there is none, the workflow stops after this node, unless 'Always Output Data' is on in the node's settings.",
			},
			{
				name: 'Reinstate',
				value: 'reinstate',
				action: 'Reinstate a license',
				description: 'Lift the suspension of a license',
			},
			{
				name: 'Renew',
				value: 'renew',
				action: 'Renew a license',
				description: 'Move the expiry of a license, until a date or by days',
			},
			{
				name: 'Suspend',
				value: 'suspend',
				action: 'Suspend a license',
				description: 'Make a license invalid until it is reinstated',
			},
			{
				name: 'Update',
				value: 'update',
				action: 'Update a license',
				description: 'Change some fields of a license and leave the others as they are',
			},
		],
		default: 'create',
	},
	// One field for all operations that have it: for every item, n8n evaluates the expressions of a
	// field twice for each field of the same name, shown or not.
	{
		...licenseSelect,
		displayOptions: {
			show: {
				resource: ['license'],
				operation: ['delete', 'get', 'reinstate', 'renew', 'suspend', 'update'],
			},
		},
	},
	...licenseCreateDescription,
	...licenseGetManyDescription,
	...licenseReinstateDescription,
	...licenseRenewDescription,
	...licenseSuspendDescription,
	...licenseUpdateDescription,
	licenseOptions(
		['create'],
		[
			acceptChangedField,
			{
				...ignoreEmptyField,
				description:
					'Whether metadata entries whose key or value is empty are left out, instead of stopping the item. What was left out comes out as leftOut.',
			},
		],
	),
	licenseOptions(['get', 'reinstate', 'renew', 'suspend', 'update']),
	operationOptions('license', ['delete']),
];
