import type { INodeProperties } from 'n8n-workflow';

export const metadataKeyField: INodeProperties = {
	displayName: 'Key',
	name: 'key',
	type: 'string',
	default: '',
	placeholder: 'e.g. orderNumber',
	description: '1 to 255 characters',
};

export const metadataValueField: INodeProperties = {
	displayName: 'Value',
	name: 'value',
	type: 'string',
	default: '',
	placeholder: 'e.g. 1001',
	description: '1 to 255 characters',
};

/** Key-value pairs with a lock. */
export const metadataEntries: INodeProperties = {
	displayName: 'Metadata',
	name: 'metadata',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Entry' },
	placeholder: 'Add Entry',
	default: {},
	options: [
		{
			displayName: 'Entry',
			name: 'entry',
			values: [
				metadataKeyField,
				metadataValueField,
				{
					displayName: 'Locked',
					name: 'locked',
					type: 'boolean',
					default: false,
					description: 'Whether the entry is protected from being edited in Lukittu by hand',
				},
			],
		},
	],
};

/** Key-value pairs to set among others, which stay; the lock of an entry too, unless named. */
export const metadataSettingEntries: INodeProperties = {
	...metadataEntries,
	options: [
		{
			displayName: 'Entry',
			name: 'entry',
			values: [
				metadataKeyField,
				metadataValueField,
				{
					displayName: 'Locked',
					name: 'locked',
					type: 'options',
					options: [
						{
							name: 'Keep as It Is',
							value: 'KEEP',
							description: 'A new entry is not locked',
						},
						{ name: 'Locked', value: 'LOCKED' },
						{ name: 'Unlocked', value: 'UNLOCKED' },
					],
					default: 'KEEP',
					description: 'Whether the entry is protected from being edited in Lukittu by hand',
				},
			],
		},
	],
};

export const removeMetadataField: INodeProperties = {
	displayName: 'Remove Metadata',
	name: 'removeMetadata',
	type: 'string',
	typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Key' },
	default: [],
	placeholder: 'e.g. orderNumber',
	description: 'Keys of the entries to remove; an expression may give an array of keys',
};
