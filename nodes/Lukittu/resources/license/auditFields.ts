import type { INodeProperties } from 'n8n-workflow';
import { metadataKeyField, metadataValueField } from '../fields';

function daysField(
	displayName: string,
	name: string,
	description: string,
	minValue = 0,
): INodeProperties {
	return {
		displayName,
		name,
		type: 'number',
		typeOptions: { minValue, maxValue: 36_500, numberPrecision: 0 },
		default: 30,
		description,
	};
}

function timeField(displayName: string, name: string, description: string): INodeProperties {
	return {
		displayName,
		name,
		type: 'dateTime',
		default: '',
		description: `${description}, in the workflow's time zone unless the value names another; a date without a time means the start of that day`,
	};
}

/** The filters that the node applies itself. */
export const auditFilters: INodeProperties[] = [
	timeField('Created After', 'createdAfter', 'Only licenses created at this time or later'),
	timeField('Created Before', 'createdBefore', 'Only licenses created before this time'),
	daysField(
		'Expired Since Days',
		'expiredSinceDays',
		'Only licenses that expired at least this many days ago; 0 for all that have expired',
	),
	daysField(
		'Expires Within Days',
		'expiresWithinDays',
		'Only licenses that have not expired yet but will within this many days',
		1,
	),
	daysField(
		'Inactive for Days',
		'inactiveForDays',
		'Only licenses that were last used at least this many days ago. One that was never used counts from its creation.',
	),
	{
		displayName: 'Metadata',
		name: 'metadata',
		type: 'fixedCollection',
		placeholder: 'Set Metadata',
		default: {},
		description: 'Only licenses with this metadata entry',
		options: [
			{
				displayName: 'Entry',
				name: 'entry',
				values: [
					metadataKeyField,
					{ ...metadataValueField, description: 'Compared exactly, in upper and lower case' },
				],
			},
		],
	},
	{
		displayName: 'Status',
		name: 'status',
		type: 'multiOptions',
		options: [
			{ name: 'Active', value: 'ACTIVE', description: 'Valid, and used in the last 30 days' },
			{ name: 'Expired', value: 'EXPIRED', description: 'Its expiry has passed' },
			{ name: 'Expiring', value: 'EXPIRING', description: 'It expires within 30 days' },
			{ name: 'Inactive', value: 'INACTIVE', description: 'Valid, but not used for 30 days' },
			{ name: 'Suspended', value: 'SUSPENDED', description: 'Suspended, whatever its expiry' },
			{
				name: 'Upcoming',
				value: 'UPCOMING',
				description: 'Its days begin when it is first used, which it was not yet',
			},
		],
		default: [],
		description: "Only licenses with one of these statuses, as Lukittu's dashboard shows them",
	},
	timeField('Updated After', 'updatedAfter', 'Only licenses changed at this time or later'),
];
