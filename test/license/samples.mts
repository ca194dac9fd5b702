import type { IDataObject } from 'n8n-workflow';

import type { Sandbox } from '../sandbox/types.mts';
import { DAY } from './audit-support.mts';
import { byId, byKey, customers, metadata, products } from './support.mts';

/** Parameters without a field or with one value, and the same with it or with another value. */
export type Sample = [IDataObject, IDataObject];

/** Samples by operation and path of the field: "filters.metadata.entry.key". */
export type Samples = Record<string, Record<string, Sample>>;

const inDays = (days: number) => new Date(Date.now() + days * DAY).toISOString();

/** Samples for a collection, each added to what the operation needs anyway. */
function inCollection(
	collection: string,
	base: IDataObject,
	fields: Record<string, [IDataObject, IDataObject]>,
): Record<string, Sample> {
	const already = (base[collection] ?? {}) as IDataObject;
	return Object.fromEntries(
		Object.entries(fields).map(([path, values]) => [
			`${collection}.${path}`,
			values.map((value) => ({ ...base, [collection]: { ...already, ...value } })) as Sample,
		]),
	);
}

/** Samples for the rows of a metadata field. */
function ofEntries(
	name: string,
	[lock, otherLock]: [unknown, unknown] = [false, true],
): Record<string, Sample> {
	const field = (fields: IDataObject) => ({
		[name]: metadata({ key: 'a', value: 'b', locked: lock, ...fields } as IDataObject),
	});
	return {
		[`${name}.entry.key`]: [field({}), field({ key: 'c' })],
		[`${name}.entry.value`]: [field({}), field({ value: 'd' })],
		[`${name}.entry.locked`]: [field({}), field({ locked: otherLock } as IDataObject)],
	};
}

/** Samples for the output options that each operation has; those for '@tool' run as a tool. */
function outputOf(base: IDataObject): Record<string, Sample> {
	const selecting = (field: string) => ({ output: 'selectedFields', outputFields: [field] });
	return inCollection('options', base, {
		output: [{ output: 'raw' }, { output: 'simplified' }],
		outputFields: [selecting('status'), selecting('licenseKey')],
		simplify: [{}, { simplify: true }],
	});
}

/**
 * A sample of each field of each operation on licenses. What has to differ is what the node sends or
 * puts out.
 */
export function licenseSamples(sandbox: Sandbox): Samples {
	const [owner, other] = [sandbox.addCustomer().id, sandbox.addCustomer().id];
	const [app, plugin] = [sandbox.addProduct().id, sandbox.addProduct().id];
	const license = sandbox.addLicense({
		expirationType: 'DURATION',
		expirationDays: 30,
		expirationStart: 'ACTIVATION',
		metadata: [{ key: 'a', value: 'b', locked: false }],
		customerIds: [owner],
		productIds: [app],
		suspended: true,
	});
	const dated = sandbox.addLicense({
		expirationType: 'DATE',
		expirationDate: new Date(inDays(5.5)),
		createdAt: new Date(inDays(-40)),
		updatedAt: new Date(inDays(-40)),
		lastActiveAt: new Date(inDays(-3)),
	});
	sandbox.addLicense({
		expirationType: 'DATE',
		expirationDate: new Date(inDays(-5.5)),
		suspended: true,
	});
	const named = { license: byId(license.id) };
	const both: Sample = [named, { license: byKey(dated.licenseKey) }];
	const toUpdate = { ...named, updateFields: { hwidLimit: 77 } };
	const duration = { expirationType: 'DURATION', expirationDays: 10 };
	const date = { expirationType: 'DATE', expirationDate: inDays(300) };
	const expiration = (value: IDataObject, fields: IDataObject): [IDataObject, IDataObject] => [
		{ expiration: { value } },
		{ expiration: { value: { ...value, ...fields } } },
	];
	const byDate = { license: byId(dated.id), renewBy: 'date', renewUntil: inDays(30) };
	const byDays = { license: byId(dated.id), renewBy: 'days', days: 10 };
	const reason: Record<string, [IDataObject, IDataObject]> = {
		reason: [{}, { reason: 'Refunded' }],
	};

	return {
		create: {
			expirationType: [duration, { ...duration, expirationType: 'NEVER' }],
			expirationDate: [date, { ...date, expirationDate: inDays(400) }],
			expirationDays: [duration, { ...duration, expirationDays: 11 }],
			expirationStart: [duration, { ...duration, expirationStart: 'ACTIVATION' }],
			'customers.customer.customerId': [{}, { customers: customers(owner) }],
			'products.product.productId': [{}, { products: products(app) }],
			'additionalFields.sendEmailDelivery': [
				{ customers: customers(owner) },
				{ customers: customers(owner), additionalFields: { sendEmailDelivery: true } },
			],
			...inCollection(
				'additionalFields',
				{},
				{
					hwidLimit: [{}, { hwidLimit: 2 }],
					idempotencyKey: [{}, { idempotencyKey: 'sale 1' }],
					ipLimit: [{}, { ipLimit: 2 }],
					...ofEntries('metadata'),
					suspended: [{}, { suspended: true }],
				},
			),
			...outputOf({}),
		},
		delete: { license: both },
		get: { license: both, ...outputOf(named) },
		getAll: {
			returnAll: [{ limit: 1 }, { limit: 1, returnAll: true }],
			limit: [{}, { limit: 1 }],
			...inCollection(
				'filters',
				{},
				{
					createdAfter: [{}, { createdAfter: inDays(-30) }],
					createdBefore: [{}, { createdBefore: inDays(-30) }],
					'customers.customer.customerId': [{}, { customers: customers(owner) }],
					expiredSinceDays: [{ expiredSinceDays: 5 }, { expiredSinceDays: 6 }],
					expiresWithinDays: [{ expiresWithinDays: 6 }, { expiresWithinDays: 5 }],
					inactiveForDays: [{ inactiveForDays: 2 }, { inactiveForDays: 4 }],
					'metadata.entry.key': [
						{ metadata: { entry: { key: 'a', value: 'b' } } },
						{ metadata: { entry: { key: 'c', value: 'b' } } },
					],
					'metadata.entry.value': [
						{ metadata: { entry: { key: 'a', value: 'b' } } },
						{ metadata: { entry: { key: 'a', value: 'B' } } },
					],
					'products.product.productId': [{}, { products: products(app) }],
					status: [{}, { status: ['SUSPENDED'] }],
					updatedAfter: [{}, { updatedAfter: inDays(-30) }],
				},
			),
			...inCollection(
				'options',
				{},
				{
					computedFields: [{}, { computedFields: false }],
					sortColumn: [{}, { sortColumn: 'updatedAt' }],
					sortDirection: [{}, { sortDirection: 'asc' }],
				},
			),
			...outputOf({}),
		},
		reinstate: {
			license: both,
			...inCollection('reinstateFields', named, reason),
			...outputOf(named),
		},
		renew: {
			license: [byDays, { ...byDays, ...named }],
			renewBy: [byDays, { ...byDays, ...byDate }],
			renewUntil: [byDate, { ...byDate, renewUntil: inDays(40) }],
			days: [byDays, { ...byDays, days: 11 }],
			...inCollection('renewFields', byDays, {
				idempotencyKey: [{}, { idempotencyKey: 'invoice 1' }],
			}),
			...inCollection(
				'renewFields',
				{ ...byDays, ...named },
				{
					liftSuspension: [{}, { liftSuspension: true }],
				},
			),
			...outputOf(byDate),
		},
		suspend: {
			license: both,
			...inCollection('suspendFields', { license: byId(dated.id) }, reason),
			...outputOf(named),
		},
		update: {
			license: [toUpdate, { ...toUpdate, license: byKey(dated.licenseKey) }],
			...inCollection('updateFields', toUpdate, {
				'addCustomers.customer.customerId': [{}, { addCustomers: customers(other) }],
				'addProducts.product.productId': [{}, { addProducts: products(plugin) }],
				'expiration.value.expirationType': expiration(duration, { expirationType: 'NEVER' }),
				'expiration.value.expirationDate': expiration(date, { expirationDate: inDays(400) }),
				'expiration.value.expirationDays': expiration(duration, { expirationDays: 11 }),
				'expiration.value.expirationStart': expiration(duration, { expirationStart: 'CREATION' }),
				hwidLimit: [{}, { hwidLimit: 78 }],
				ipLimit: [{}, { ipLimit: 5 }],
				licenseKey: [{}, { licenseKey: 'AAAAA-AAAAA-AAAAA-AAAAA-AAAAA' }],
				removeAll: [{}, { removeAll: ['products'] }],
				'removeCustomers.customer.customerId': [{}, { removeCustomers: customers(owner) }],
				removeMetadata: [{}, { removeMetadata: ['a'] }],
				'removeProducts.product.productId': [{}, { removeProducts: products(app) }],
				'replaceCustomers.customer.customerId': [{}, { replaceCustomers: customers(other) }],
				...ofEntries('replaceMetadata'),
				'replaceProducts.product.productId': [{}, { replaceProducts: products(plugin) }],
				...ofEntries('setMetadata', ['KEEP', 'LOCKED']),
				suspended: [{}, { suspended: false }],
			}),
			...outputOf(toUpdate),
		},
	};
}
