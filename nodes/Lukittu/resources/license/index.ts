import type { INodeProperties } from 'n8n-workflow';
import { throughDoor } from '../../transport/door';
import { licenseCreateDescription, prepareLicenseCreate } from './create';
import { licenseDeleteDescription, prepareLicenseDelete } from './delete';
import { licenseGetDescription, prepareLicenseGet } from './get';
import { licenseGetManyDescription, prepareLicenseGetMany } from './getAll';
import { licenseUpdateDescription, prepareLicenseUpdate } from './update';

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
				description: 'Make a new license with a key of its own',
				routing: throughDoor(prepareLicenseCreate),
			},
			{
				name: 'Delete',
				value: 'delete',
				action: 'Delete a license',
				description: 'Delete a license for good',
				routing: throughDoor(prepareLicenseDelete),
			},
			{
				name: 'Get',
				value: 'get',
				action: 'Get a license',
				description: 'Get one license with its customers, products and metadata',
				routing: throughDoor(prepareLicenseGet, true),
			},
			{
				name: 'Get Many',
				value: 'getAll',
				action: 'Get many licenses',
				description: 'Get a list of licenses, each as an item of its own',
				routing: throughDoor(prepareLicenseGetMany, true),
			},
			{
				name: 'Update',
				value: 'update',
				action: 'Update a license',
				description: 'Change some fields of a license and leave the others as they are',
				routing: throughDoor(prepareLicenseUpdate),
			},
		],
		default: 'create',
	},
	...licenseCreateDescription,
	...licenseDeleteDescription,
	...licenseGetDescription,
	...licenseGetManyDescription,
	...licenseUpdateDescription,
];
