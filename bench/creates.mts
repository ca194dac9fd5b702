/** One create, given to the node and to n8n's HTTP Request node with the same number of expressions. */
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { ServerReport } from './lukittu.mts';

/** How many fields of a create take their value from an expression. */
export type Expressions = 0 | 2 | 6;

/** What the expressions read: one sale a license. */
export function orders(count: number, { customerId, productId }: ServerReport): IDataObject[] {
	return Array.from({ length: count }, (_, index) => ({
		order: String(index),
		customerId,
		productId,
		devices: 1 + (index % 5),
		addresses: 1 + (index % 7),
		suspended: index % 2 === 0,
	}));
}

/** The values of the fields, each an expression where it is among the first so many. */
function values(expressions: Expressions, { customerId, productId }: ServerReport) {
	const from = (place: number, expression: string, fixed: unknown) =>
		place <= expressions ? { expression, fixed } : { fixed };
	return {
		customer: from(3, '$json.customerId', customerId),
		hwidLimit: from(2, '$json.devices', 1),
		order: from(1, '$json.order', 'order'),
		product: from(4, '$json.productId', productId),
		ipLimit: from(5, '$json.addresses', 1),
		suspended: from(6, '$json.suspended', false),
	};
}

type Value = { expression?: string; fixed: unknown };

const parameter = ({ expression, fixed }: Value) =>
	expression === undefined ? fixed : `={{ ${expression} }}`;

/** The parameters of the node. */
export function lukittuCreate(expressions: Expressions, server: ServerReport): INodeParameters {
	const { customer, order, product, hwidLimit, ipLimit, suspended } = values(expressions, server);
	const byId = (value: Value) => ({ __rl: true, mode: 'id', value: parameter(value) });
	const metadata = { entry: [{ key: 'order', value: parameter(order), locked: false }] };
	return {
		resource: 'license',
		operation: 'create',
		customers: { customer: [{ customerId: byId(customer) }] },
		products: { product: [{ productId: byId(product) }] },
		additionalFields: {
			hwidLimit: parameter(hwidLimit),
			ipLimit: parameter(ipLimit),
			suspended: parameter(suspended),
			metadata,
		},
	} as INodeParameters;
}

/** The eleven fields of a body; Lukittu refuses one that lacks a field. */
export function createBody(order: IDataObject): object {
	return {
		expirationType: 'NEVER',
		expirationStart: null,
		expirationDate: null,
		expirationDays: null,
		customerIds: [order.customerId],
		productIds: [order.productId],
		metadata: [{ key: 'order', value: order.order, locked: false }],
		hwidLimit: order.devices,
		ipLimit: order.addresses,
		suspended: order.suspended,
		sendEmailDelivery: false,
	};
}

/**
 * The parameters of the HTTP Request node. Its fields give only texts, so a body with nulls, lists
 * and numbers has to be written as JSON, with the expressions inside.
 */
export function httpCreate(expressions: Expressions, server: ServerReport): INodeParameters {
	const { customer, order, product, hwidLimit, ipLimit, suspended } = values(expressions, server);
	const json = ({ expression, fixed }: Value) =>
		expression === undefined ? JSON.stringify(fixed) : `{{ JSON.stringify(${expression}) }}`;
	const body = `{
  "expirationType": "NEVER",
  "expirationStart": null,
  "expirationDate": null,
  "expirationDays": null,
  "customerIds": [${json(customer)}],
  "productIds": [${json(product)}],
  "metadata": [{ "key": "order", "value": ${json(order)}, "locked": false }],
  "hwidLimit": ${json(hwidLimit)},
  "ipLimit": ${json(ipLimit)},
  "suspended": ${json(suspended)},
  "sendEmailDelivery": false
}`;
	return {
		method: 'POST',
		sendBody: true,
		specifyBody: 'json',
		jsonBody: expressions > 0 ? `=${body}` : body,
	};
}
