import vm from 'node:vm';
import {
	NodeHelpers,
	type INode,
	type INodeProperties,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { loadPackage, LUKITTU_NODE } from '../engine/index.mts';
import type { Sandbox } from '../sandbox/types.mts';
import {
	byId,
	byKey,
	customers,
	products,
	readable,
	runLicense,
	startShop,
	type Operation,
} from './support.mts';

/** How long n8n lets a regular expression run, by the wall clock. */
const LIMIT_MS = 250;

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => {
	jest.restoreAllMocks();
	await sandbox.close();
});

/** Lets n8n run every regular expression of a node's description into its limit, as a busy machine. */
function runOutOfTime(): { count: number } {
	const timeouts = { count: 0 };
	const original = vm.Script.prototype.runInContext;
	jest.spyOn(vm.Script.prototype, 'runInContext').mockImplementation(function (
		this: vm.Script,
		context,
		options,
	) {
		if (options?.timeout !== LIMIT_MS) return original.call(this, context, options) as unknown;
		timeouts.count += 1;
		throw Object.assign(new Error('timed out'), { code: 'ERR_SCRIPT_EXECUTION_TIMEOUT' });
	});
	return timeouts;
}

test.each<[Operation, (ids: Record<string, string>) => object]>([
	['get', ({ license }) => ({ license: byId(license) })],
	['get', ({ key }) => ({ license: byKey(key) })],
	['renew', ({ key }) => ({ license: byKey(key), renewBy: 'days', days: 1 })],
	['create', ({ customer }) => ({ customers: customers(customer) })],
	['create', ({ product }) => ({ products: products(product) })],
	[
		'update',
		({ license, customer }) => ({
			license: byId(license),
			updateFields: { addCustomers: customers(customer) },
		}),
	],
	['getAll', ({ product }) => ({ filters: { products: products(product) } })],
])('%s runs on a machine too busy for regular expressions', async (operation, parametersOf) => {
	const license = sandbox.addLicense({
		expirationType: 'DATE',
		expirationDate: new Date('2099-01-01'),
	});
	const ids = {
		license: license.id,
		key: license.licenseKey,
		customer: sandbox.addCustomer().id,
		product: sandbox.addProduct().id,
	};
	const timeouts = runOutOfTime();

	const { error } = await runLicense(sandbox, operation, { ...parametersOf(ids) });

	expect(timeouts.count).toBe(0);
	expect(readable(error)).not.toContain('timed out');
	expect(sandbox.requests.length).toBeGreaterThan(0);
});

test('a pattern would end the execution on such a machine', () => {
	const validation = [{ type: 'regex' as const, properties: { regex: 'a', errorMessage: 'No' } }];
	const field: INodeProperties = {
		displayName: 'License',
		name: 'license',
		type: 'resourceLocator',
		default: '',
		modes: [{ displayName: 'By ID', name: 'id', type: 'string', validation }],
	};
	const parameters = { license: { __rl: true, mode: 'id', value: 'a' } as const };
	const node = { parameters } as unknown as INode;
	runOutOfTime();
	expect(() => NodeHelpers.getParameterIssues(field, parameters, '', node, null)).toThrow(
		'Regular expression execution timed out',
	);
});

/** Every field there is, also those inside others and the modes of locators. */
function everyPart(value: unknown): object[] {
	if (typeof value !== 'object' || value === null) return [];
	return [value, ...Object.values(value).flatMap(everyPart)];
}

test('no field of any node has a pattern that n8n evaluates', async () => {
	const { nodes } = await loadPackage();
	expect(Object.keys(nodes)).toContain(LUKITTU_NODE);
	for (const node of Object.values(nodes)) {
		const { properties } = node.description as INodeTypeDescription & {
			properties: INodeProperties[];
		};
		const parts = everyPart(properties);
		expect(parts.length).toBeGreaterThan(10);
		for (const part of parts) {
			expect(Object.keys(part)).not.toContain('validation');
			expect(Object.keys(part)).not.toContain('extractValue');
			expect(Object.keys(part)).not.toContain('regex');
		}
	}
});

test.each([
	[
		'an ID',
		byId('AB-1001'),
		`'License' is "AB-1001", which is not a license ID\nA license ID is a UUID such as`,
	],
	[
		'a key',
		byKey('ABCDE'),
		`'License' is "ABCDE", which is not a license key\nA license key is five groups`,
	],
])('the node itself says what is malformed: %s', async (_, license, text) => {
	const { error } = await runLicense(sandbox, 'get', { license });
	expect(readable(error)).toContain(text);
	expect(sandbox.requests).toEqual([]);
});

test('a license key among customers is told apart, without a mode that is not there', async () => {
	const key = 'ABCD1-EFGH2-IJKL3-MNOP4-QRST5';
	const { error } = await runLicense(sandbox, 'create', { customers: customers(key) });
	expect(readable(error)).toContain('This is a license key. Give the ID of a customer.');
	expect(readable(error)).not.toContain('By Key');
});
