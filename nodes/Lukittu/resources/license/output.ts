import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { ItemContext } from '../../execution/itemContext';
import type { License } from '../../types';
import { operationOptions } from '../options';
import { formatOutput, outputOptions, readOutput } from '../output';
import { daysUntilExpiry, statusOf } from './status';

const licenseOutputOptions = outputOptions([
	{ name: 'Created At', value: 'createdAt' },
	{ name: 'Customer Emails', value: 'customerEmails' },
	{ name: 'Customer Names', value: 'customerNames' },
	{ name: 'Customers', value: 'customers' },
	{ name: 'Days Until Expiry', value: 'daysUntilExpiry' },
	{ name: 'Expiration Date', value: 'expirationDate' },
	{ name: 'Expiration Days', value: 'expirationDays' },
	{ name: 'Expiration Start', value: 'expirationStart' },
	{ name: 'Expiration Type', value: 'expirationType' },
	{ name: 'Hardware ID Limit', value: 'hwidLimit' },
	{ name: 'IP Address Limit', value: 'ipLimit' },
	{ name: 'Last Active At', value: 'lastActiveAt' },
	{ name: 'License Key', value: 'licenseKey' },
	{ name: 'Metadata', value: 'metadata' },
	{ name: 'Product Names', value: 'productNames' },
	{ name: 'Products', value: 'products' },
	{ name: 'Status', value: 'status' },
	{ name: 'Suspended', value: 'suspended' },
	{ name: 'Updated At', value: 'updatedAt' },
]);

/**
 * The collection "Options" of operations that put out licenses.
 *
 * @param operations which
 * @param own options of their own
 */
export function licenseOptions(operations: string[], own: INodeProperties[] = []): INodeProperties {
	return operationOptions('license', operations, [...own, ...licenseOutputOptions]);
}

function listed(texts: Array<string | null>): string | null {
	return texts.filter((text) => text !== null).join(', ') || null;
}

/** What people use of a license in a message or a sheet, flat; several names with commas between. */
function simplified(license: License, now: number): IDataObject {
	const { customers = [], products = [] } = license;
	return {
		id: license.id,
		licenseKey: license.licenseKey,
		status: statusOf(license, now),
		expirationDate: license.expirationDate,
		daysUntilExpiry: daysUntilExpiry(license, now),
		customerEmails: listed(customers.map(({ email }) => email)),
		customerNames: listed(customers.map(({ fullName, username }) => fullName ?? username)),
		productNames: listed(products.map(({ name }) => name)),
	};
}

/**
 * Makes an output item of a license; `outcome` is what the operation did, `now` the time for which
 * the status is computed where that is not the present.
 */
export type LicenseOutput = (license: License, outcome?: IDataObject, now?: number) => IDataObject;

/**
 * Reads how licenses are to come out.
 *
 * @throws UserError if an option is none of its choices
 */
export function licenseOutput(context: ItemContext): LicenseOutput {
	const output = readOutput(context.getNodeParameter('options', {}) as IDataObject);
	return (license, outcome, now = Date.now()) =>
		formatOutput(output, license, () => simplified(license, now), outcome);
}
