import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { Prepare } from '../../execution/operation';
import type { License } from '../../types';
import { metadataEntries, metadataSettingEntries, removeMetadataField } from '../fields';
import { licenseReference } from '../parameters';
import { updateLicense } from './updateLicense';
import { licenseChanges } from './requestedChanges';
import {
	expirationDateField,
	expirationDaysField,
	expirationStartChangeField,
	expirationTypeChangeField,
} from './expiration';
import { customersSelect, hwidLimitField, ipLimitField, productsSelect } from './fields';
import { merge } from './merge';
import { licenseOutput } from './output';

const showOnlyForLicenseUpdate = {
	resource: ['license'],
	operation: ['update'],
};

export const licenseUpdateDescription: INodeProperties[] = [
	{
		displayName: 'Update Fields',
		name: 'updateFields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		displayOptions: { show: showOnlyForLicenseUpdate },
		description:
			'Only the fields added here are changed; everything else on the license stays as it is',
		options: [
			{
				...customersSelect,
				displayName: 'Add Customers',
				name: 'addCustomers',
				description: 'Customers to add to those the license has, up to 20 in all',
			},
			{
				...productsSelect,
				displayName: 'Add Products',
				name: 'addProducts',
				description: 'Products to add to those the license has, up to 20 in all',
			},
			{
				displayName: 'Expiration',
				name: 'expiration',
				type: 'fixedCollection',
				placeholder: 'Set Expiration',
				default: {},
				description:
					'When the license expires. Other days on a running duration move the expiry by the difference.',
				options: [
					{
						displayName: 'Expiration',
						name: 'value',
						values: [
							expirationTypeChangeField,
							{ ...expirationDateField, displayOptions: { show: { expirationType: ['DATE'] } } },
							{
								...expirationDaysField,
								displayOptions: { show: { expirationType: ['DURATION'] } },
							},
							{
								...expirationStartChangeField,
								displayOptions: { show: { expirationType: ['DURATION'] } },
							},
						],
					},
				],
			},
			hwidLimitField,
			ipLimitField,
			{
				displayName: 'License Key',
				name: 'licenseKey',
				type: 'string',
				default: '',
				placeholder: 'e.g. ABCD1-EFGH2-IJKL3-MNOP4-QRST5',
				description: 'A new key for the license. The old one stops working at once.',
			},
			{
				displayName: 'Remove All',
				name: 'removeAll',
				type: 'multiOptions',
				options: [
					{ name: 'Customers', value: 'customers' },
					{ name: 'Metadata', value: 'metadata' },
					{ name: 'Products', value: 'products' },
				],
				default: [],
				description: 'What to take off the license altogether; locked metadata too',
			},
			{
				...customersSelect,
				displayName: 'Remove Customers',
				name: 'removeCustomers',
				description: 'Customers to take off the license; the customers themselves stay',
			},
			removeMetadataField,
			{
				...productsSelect,
				displayName: 'Remove Products',
				name: 'removeProducts',
				description: 'Products to take off the license',
			},
			{
				...customersSelect,
				displayName: 'Replace Customers',
				name: 'replaceCustomers',
				description: 'The customers the license has from now on, instead of those it had',
			},
			{
				...metadataEntries,
				displayName: 'Replace Metadata',
				name: 'replaceMetadata',
				description:
					'The entries the license has from now on, instead of all it had, locked ones too',
			},
			{
				...productsSelect,
				displayName: 'Replace Products',
				name: 'replaceProducts',
				description: 'The products the license is for from now on, instead of those it had',
			},
			{
				...metadataSettingEntries,
				displayName: 'Set Metadata',
				name: 'setMetadata',
				description: 'Entries to add or to give a new value; entries with other keys stay',
			},
			{
				displayName: 'Suspended',
				name: 'suspended',
				type: 'boolean',
				default: false,
				description: 'Whether the license is suspended: switch on to suspend, off to lift it',
			},
		],
	},
];

/** Update: reads the license, merges the changes, and writes it back as a whole. */
export const prepareLicenseUpdate: Prepare = (context) => {
	const reference = licenseReference(context);
	const fields = context.getNodeParameter('updateFields', {}) as IDataObject;
	const changes = licenseChanges(fields, context.getTimezone());
	const output = licenseOutput(context);
	return async (client) => {
		const bodyFor = (current: License) => merge(current, changes);
		const { license, outcome } = await updateLicense(client, reference, bodyFor);
		return [output(license, outcome)];
	};
};
