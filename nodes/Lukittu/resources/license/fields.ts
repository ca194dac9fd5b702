import {
	UserError,
	type IDataObject,
	type IExecuteSingleFunctions,
	type INodeProperties,
} from 'n8n-workflow';
import { checkIdRows, checkLicenseKey, checkUuid, shown } from '../../checks/ids';
import type { LicenseReference } from '../../types';

/** What the editor lets stand in a locator that takes several IDs; expressions are not held to it. */
const ID_LIST = '^\\s*[0-9a-fA-F-]{36}(\\s*,\\s*[0-9a-fA-F-]{36})*\\s*$';

export const licenseSelect: INodeProperties = {
	displayName: 'License',
	name: 'license',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: 'The license to work on',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select a license…',
			typeOptions: { searchListMethod: 'searchLicenses', searchable: true },
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. 123e4567-e89b-42d3-a456-426614174000',
			validation: [
				{
					type: 'regex',
					properties: {
						regex: '^\\s*[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\\s*$',
						errorMessage: 'A license ID looks like 123e4567-e89b-42d3-a456-426614174000',
					},
				},
			],
		},
		{
			displayName: 'By Key',
			name: 'key',
			type: 'string',
			placeholder: 'e.g. ABCD1-EFGH2-IJKL3-MNOP4-QRST5',
			validation: [
				{
					type: 'regex',
					properties: {
						regex: '^\\s*[A-Za-z0-9]{5}(-[A-Za-z0-9]{5}){4}\\s*$',
						errorMessage: 'A license key looks like ABCD1-EFGH2-IJKL3-MNOP4-QRST5',
					},
				},
			],
		},
	],
};

/** A list of customers; where it stands decides what happens with them. */
export const customersSelect: INodeProperties = {
	displayName: 'Customers',
	name: 'customers',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Customer' },
	placeholder: 'Add Customer',
	default: {},
	options: [
		{
			displayName: 'Customer',
			name: 'customer',
			values: [
				{
					displayName: 'Customer',
					name: 'customerId',
					type: 'resourceLocator',
					default: { mode: 'list', value: '' },
					description: 'By ID also takes several IDs: separated by commas, or as an array',
					modes: [
						{
							displayName: 'From List',
							name: 'list',
							type: 'list',
							placeholder: 'Select a customer…',
							typeOptions: { searchListMethod: 'searchCustomers', searchable: true },
						},
						{
							displayName: 'By ID',
							name: 'id',
							type: 'string',
							placeholder: 'e.g. 123e4567-e89b-42d3-a456-426614174000',
							validation: [
								{
									type: 'regex',
									properties: {
										regex: ID_LIST,
										errorMessage:
											'A customer ID looks like 123e4567-e89b-42d3-a456-426614174000; put commas between several',
									},
								},
							],
						},
					],
				},
			],
		},
	],
};

/** A list of products; where it stands decides what happens with them. */
export const productsSelect: INodeProperties = {
	displayName: 'Products',
	name: 'products',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Product' },
	placeholder: 'Add Product',
	default: {},
	options: [
		{
			displayName: 'Product',
			name: 'product',
			values: [
				{
					displayName: 'Product',
					name: 'productId',
					type: 'resourceLocator',
					default: { mode: 'list', value: '' },
					description:
						'The list shows products of the newest licenses, since Lukittu has no list of products. By ID takes any product, also several IDs: separated by commas, or as an array.',
					modes: [
						{
							displayName: 'From List',
							name: 'list',
							type: 'list',
							placeholder: 'Select a product…',
							typeOptions: { searchListMethod: 'searchProducts', searchable: true },
						},
						{
							displayName: 'By ID',
							name: 'id',
							type: 'string',
							placeholder: 'e.g. 123e4567-e89b-42d3-a456-426614174000',
							validation: [
								{
									type: 'regex',
									properties: {
										regex: ID_LIST,
										errorMessage:
											'A product ID looks like 123e4567-e89b-42d3-a456-426614174000; put commas between several',
									},
								},
							],
						},
					],
				},
			],
		},
	],
};

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

export const hwidLimitField: INodeProperties = {
	displayName: 'Hardware ID Limit',
	name: 'hwidLimit',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: 1000, numberPrecision: 0 },
	default: 1,
	description: 'On how many devices the license works, up to 1000. 0 means unlimited.',
};

export const ipLimitField: INodeProperties = {
	displayName: 'IP Address Limit',
	name: 'ipLimit',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: 1000, numberPrecision: 0 },
	default: 1,
	description: 'From how many IP addresses the license works, up to 1000. 0 means unlimited.',
};

/** The value inside a resource locator, whatever its mode. */
function locatorValue(locator: unknown): unknown {
	return typeof locator === 'object' && locator !== null && '__rl' in locator
		? (locator as IDataObject).value
		: locator;
}

/**
 * Reads the License locator of an item.
 *
 * @throws UserError if the ID or key is malformed
 */
export function licenseReference(context: IExecuteSingleFunctions): LicenseReference {
	const locator = context.getNodeParameter('license', {}) as IDataObject;
	if (locator.mode === 'key')
		return { by: 'key', key: checkLicenseKey(locator.value, "'License'") };
	return { by: 'id', id: checkUuid(locatorValue(locator), "'License'", 'license') };
}

/**
 * The rows of a fixed collection. A field that is given as something else altogether must not pass
 * for an empty one.
 *
 * @param place how messages name the field: its label in quotes
 * @throws UserError if it has another shape
 */
function rowsOf(value: unknown, name: string, place: string): IDataObject[] {
	const isCollection = typeof value === 'object' && value !== null && !Array.isArray(value);
	const rows = isCollection ? ((value as IDataObject)[name] ?? []) : value;
	if (Array.isArray(rows) && isCollection) return rows as IDataObject[];
	throw new UserError(`${place} is ${shown(value)}`, {
		description: 'Add the entries one by one in the node, and use expressions inside them.',
	});
}

/**
 * Reads a "Customers" field.
 *
 * @param place how messages name the field: its label in quotes
 * @throws UserError on an invalid, empty or repeated ID
 */
export function customerIdsOf(value: unknown, place: string): string[] {
	const rows = rowsOf(value, 'customer', place);
	return checkIdRows(
		rows.map(({ customerId }) => locatorValue(customerId)),
		place,
		'customer',
	);
}

/**
 * Reads a "Products" field.
 *
 * @param place how messages name the field: its label in quotes
 * @throws UserError on an invalid, empty or repeated ID
 */
export function productIdsOf(value: unknown, place: string): string[] {
	const rows = rowsOf(value, 'product', place);
	return checkIdRows(
		rows.map(({ productId }) => locatorValue(productId)),
		place,
		'product',
	);
}

/**
 * The entries of a metadata field.
 *
 * @param place how messages name the field: its label in quotes
 * @throws UserError if it is no such field
 */
export function entriesOf(value: unknown, place: string): IDataObject[] {
	return rowsOf(value, 'entry', place);
}

/**
 * Reads a field of a collection if the user added it. An added field whose expression has no value
 * is read too, so that the check can refuse it: it must not pass for a field that was not added.
 *
 * @returns what `read` gives, or undefined where the field was not added
 */
export function ifAdded<T>(
	fields: IDataObject,
	name: string,
	read: (value: unknown) => T,
): T | undefined {
	return name in fields ? read(fields[name]) : undefined;
}
