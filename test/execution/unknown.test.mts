/** What the node does not know is not sent. */
import type { INodeParameters } from 'n8n-workflow';

import { runNode } from '../engine/index.mts';
import { credentialsOf, readable, sent, startShop } from '../license/support.mts';
import type { Sandbox } from '../sandbox/types.mts';

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

const run = async (parameters: object, extra: object = {}) =>
	await runNode({
		credentials: credentialsOf(sandbox),
		parameters: parameters as INodeParameters,
		...extra,
	});

describe('an operation that the node does not have', () => {
	const UNKNOWN: Array<[string, unknown, unknown]> = [
		['an operation of a newer version', 'license', 'transfer'],
		['an operation of another resource', 'customer', 'renew'],
		['a resource of a newer version', 'voucher', 'create'],
		['no operation', 'license', ''],
		['a name that every object has', 'license', 'toString'],
		['a resource that every object has', 'constructor', 'create'],
		// n8n does not evaluate these fields.
		['an expression for the operation', 'license', '={{ "get" }}'],
		['an expression for the resource', '={{ "license" }}', 'get'],
		['upper case', 'License', 'Get'],
	];

	test.each(UNKNOWN)('%s sends nothing and says so', async (_, resource, operation) => {
		const { error, items } = await run({ resource, operation }, { items: [{}, {}] });
		expect(items).toHaveLength(0);
		expect(readable(error)).toMatch(/^The node has no operation .* for the resource /);
		expect(readable(error)).toMatch(/Nothing was sent\..* update the package/);
		expect(sandbox.requests).toHaveLength(0);
	});

	test('is an item of its own where the node is set to continue', async () => {
		const { items } = await run(
			{ resource: 'license', operation: 'transfer' },
			{ items: [{}, {}], onError: 'continueRegularOutput' },
		);
		expect(items.map(({ json, pairedItem }) => [json.error, pairedItem])).toEqual([
			['The node has no operation "transfer" for the resource "license"', { item: 0 }],
			['The node has no operation "transfer" for the resource "license"', { item: 1 }],
		]);
		expect(sandbox.requests).toHaveLength(0);
	});
});

describe('a locator without the mark of the editor', () => {
	type Name = (license: { id: string; licenseKey: string }) => unknown;
	const LOCATORS: Array<[string, Name, 'id' | 'key']> = [
		['by ID', ({ id }) => ({ mode: 'id', value: id }), 'id'],
		['from a list', ({ id }) => ({ mode: 'list', value: id }), 'id'],
		['by key', ({ licenseKey }) => ({ mode: 'key', value: licenseKey }), 'key'],
		['without a mode, an ID', ({ id }) => ({ value: id }), 'id'],
		['a plain ID', ({ id }) => id, 'id'],
		['a plain key', ({ licenseKey }) => licenseKey, 'key'],
		['a plain key in lower case', ({ licenseKey }) => licenseKey.toLowerCase(), 'key'],
		['an expression for the whole of it', () => '={{ $json.license }}', 'id'],
	];

	test.each(LOCATORS)('%s names the license', async (_, nameOf, by) => {
		const license = sandbox.addLicense();
		const { error, items } = await run(
			{ resource: 'license', operation: 'delete', license: nameOf(license) },
			{ items: [{ license: { mode: 'id', value: license.id } }] },
		);
		expect(readable(error).trim()).toBe('');
		expect(items[0].json.deleted).toBe(true);
		expect(sent(sandbox)).toEqual([
			by === 'id' ? `DELETE /licenses/id/${license.id}` : `DELETE /licenses/${license.licenseKey}`,
		]);
	});

	test.each([
		['by ID', (id: string) => ({ mode: 'id', value: id })],
		['from a list', (id: string) => ({ mode: 'list', value: id })],
		['a plain ID', (id: string) => id],
	])('%s names a customer and a product', async (_, locator) => {
		const customer = sandbox.addCustomer();
		const product = sandbox.addProduct();
		const { error, items } = await run({
			resource: 'license',
			operation: 'create',
			customers: { customer: [{ customerId: locator(customer.id) }] },
			products: { product: [{ productId: locator(product.id) }] },
		});
		expect(readable(error).trim()).toBe('');
		expect(items[0].json).toMatchObject({
			customers: [{ id: customer.id }],
			products: [{ id: product.id }],
		});
		const got = await run({
			resource: 'customer',
			operation: 'get',
			customer: locator(customer.id),
		});
		expect(got.items[0].json.id).toBe(customer.id);
	});
});
