import type { INode } from 'n8n-workflow';
import { fieldLabel } from './labels';

/** Names of the node's fields that an item uses. */
export type FieldsInUse = ReadonlySet<string>;

/** The fields that a field of the API comes from, where they do not have its name alone. */
const SOURCES: Record<string, Record<string, string>> = {
	address: { address: 'Address', replaceAddress: 'Replace Address' },
	customerIds: {
		customers: 'Customers',
		addCustomers: 'Add Customers',
		replaceCustomers: 'Replace Customers',
	},
	expirationDate: { expirationDate: 'Expiration Date', renewUntil: 'Renew Until' },
	expirationDays: { expirationDays: 'Days', days: 'Days' },
	metadata: {
		metadata: 'Metadata',
		setMetadata: 'Set Metadata',
		replaceMetadata: 'Replace Metadata',
	},
	metadataKey: { metadata: 'Metadata' },
	metadataValue: { metadata: 'Metadata' },
	productIds: {
		products: 'Products',
		addProducts: 'Add Products',
		replaceProducts: 'Replace Products',
	},
};

function addNames(value: unknown, names: Set<string>): void {
	if (typeof value !== 'object' || value === null) return;
	for (const [name, inner] of Object.entries(value)) {
		if (!Array.isArray(value)) names.add(name);
		addNames(inner, names);
	}
}

/**
 * The names of the fields that a node shows and, in collections, of those that were added: n8n
 * leaves all others out of a node's parameters. Messages may name these and no others.
 */
export function fieldsInUse({ parameters }: INode): FieldsInUse {
	const names = new Set<string>();
	addNames(parameters, names);
	return names;
}

/**
 * How messages name the fields that a field of the API comes from: "'Add Customers'", or undefined
 * where the item uses none of them, so that the value is one that is there already.
 */
export function placeInUse(apiField: string, fields: FieldsInUse): string | undefined {
	const sources = Object.hasOwn(SOURCES, apiField)
		? SOURCES[apiField]
		: { [apiField]: fieldLabel(apiField) };
	const labels = Object.keys(sources).filter((name) => fields.has(name));
	return labels.map((name) => `'${sources[name]}'`).join(' or ') || undefined;
}
