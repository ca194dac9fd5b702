import { UserError, type IDataObject } from 'n8n-workflow';
import { isObject } from '../checks/answers';
import { checkIdRows, checkLicenseKey, checkUuid, isLicenseKey, shown } from '../checks/ids';
import type { ItemContext } from '../execution/itemContext';
import type { LicenseReference } from '../types';

/**
 * The value inside a resource locator, whatever its mode. Workflows written by hand or by an agent
 * may lack n8n's mark `__rl`, or have the plain value.
 */
function locatorValue(locator: unknown): unknown {
	return isObject(locator) && 'value' in locator ? locator.value : locator;
}

/**
 * Reads the License locator of an item.
 *
 * @throws UserError if the ID or key is malformed
 */
export function licenseReference(context: ItemContext): LicenseReference {
	const locator: unknown = context.getNodeParameter('license', {});
	const value = locatorValue(locator);
	const mode = isObject(locator) ? locator.mode : undefined;
	const isPlainKey =
		mode === undefined && typeof value === 'string' && isLicenseKey(value.trim().toUpperCase());
	if (mode === 'key' || isPlainKey) {
		return { by: 'key', key: checkLicenseKey(value, "'License'") };
	}
	return { by: 'id', id: checkUuid(value, "'License'", 'license') };
}

/**
 * Reads the Customer locator of an item.
 *
 * @throws UserError if the ID is malformed
 */
export function customerIdOf(context: ItemContext): string {
	const locator = context.getNodeParameter('customer', {});
	return checkUuid(locatorValue(locator), "'Customer'", 'customer');
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
 * Reads a "Customers" or "Products" field.
 *
 * @param noun which of them
 * @param place how messages name the field: its label in quotes
 * @throws UserError on an invalid, empty or repeated ID
 */
export function idsOf(value: unknown, noun: 'customer' | 'product', place: string): string[] {
	const ids = rowsOf(value, noun, place).map((row) => locatorValue(row[`${noun}Id`]));
	return checkIdRows(ids, place, noun);
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
