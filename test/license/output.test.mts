import type { IDataObject, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { loadPackage, LUKITTU_NODE, type NodeResult } from '../engine/index.mts';
import type { LicenseRow, Sandbox } from '../sandbox/types.mts';
import { audit, DAY, getMany } from './audit-support.mts';
import { byId, metadata, readable, runLicense, startShop, type Operation } from './support.mts';
import { runTool } from './tool.mts';

/** The server tells products and customers in the order of their IDs. */
const orderedId = (place: number) => `${place}0000000-0000-4000-8000-000000000000`;

let sandbox: Sandbox;
let license: LicenseRow;

beforeEach(async () => {
	({ sandbox } = await startShop());
	license = sandbox.addLicense({
		expirationType: 'DATE',
		// A safe way into its sixth day.
		expirationDate: new Date(Date.now() + 5.5 * DAY),
		customerIds: [
			sandbox.addCustomer({
				id: orderedId(1),
				email: 'one@example.com',
				fullName: 'First Customer',
			}).id,
			sandbox.addCustomer({ id: orderedId(2), email: 'two@example.com', username: 'second' }).id,
			sandbox.addCustomer({ id: orderedId(3), email: null, username: 'third' }).id,
		],
		productIds: [
			sandbox.addProduct({ id: orderedId(4), name: 'App' }).id,
			sandbox.addProduct({ id: orderedId(5), name: 'Plugin' }).id,
		],
		metadata: [{ key: 'order', value: '1', locked: false }],
		lastActiveAt: new Date(),
	});
});

afterEach(async () => {
	await sandbox.close();
});

const SIMPLE_FIELDS = [
	'id',
	'licenseKey',
	'status',
	'expirationDate',
	'daysUntilExpiry',
	'customerEmails',
	'customerNames',
	'productNames',
];

const simple = (row: LicenseRow): IDataObject => ({
	id: row.id,
	licenseKey: row.licenseKey,
	status: 'EXPIRING',
	expirationDate: row.expirationDate?.toISOString(),
	daysUntilExpiry: 5,
	customerEmails: 'one@example.com, two@example.com',
	customerNames: 'First Customer, second, third',
	productNames: 'App, Plugin',
});

const json = ({ items, error }: NodeResult): IDataObject => {
	expect(readable(error).trim()).toBe('');
	expect(items).toHaveLength(1);
	return items[0].json;
};

const until = () => new Date(Date.now() + 20.5 * DAY).toISOString();

/** Every operation that puts out licenses; those that change one, so that it changes. */
const OPERATIONS: Array<[string, () => IDataObject]> = [
	['create', () => ({ additionalFields: { metadata: metadata({ key: 'a', value: 'b' }) } })],
	['get', () => ({ license: byId(license.id) })],
	['getAll', () => ({})],
	['reinstate', () => ({ license: byId(license.id) })],
	['renew', () => ({ license: byId(license.id), renewUntil: until() })],
	['suspend', () => ({ license: byId(license.id) })],
	['update', () => ({ license: byId(license.id), updateFields: { hwidLimit: 7 } })],
];

const run = async (operation: string, parameters: IDataObject) =>
	json(await runLicense(sandbox, operation as Operation, parameters));

test('the table names every operation but Delete', async () => {
	const properties = (await loadPackage()).nodes[LUKITTU_NODE].description as {
		properties?: INodeProperties[];
	};
	const field = properties.properties?.find(
		({ name, displayOptions }) =>
			name === 'operation' && displayOptions?.show?.resource?.includes('license'),
	);
	const names = (field?.options as INodePropertyOptions[]).map(({ value }) => value);
	expect(OPERATIONS.map(([name]) => name)).toEqual(names.filter((name) => name !== 'delete'));
});

describe.each(OPERATIONS)('%s', (operation, parametersOf) => {
	test('simplified: at most ten flat fields', async () => {
		const item = await run(operation, { ...parametersOf(), options: { simplify: true } });
		const outcomeFields: Record<string, string[]> = {
			create: ['alreadyExisted'],
			renew: ['renewed'],
		};
		expect(Object.keys(item)).toEqual([...SIMPLE_FIELDS, ...(outcomeFields[operation] ?? [])]);
		expect(Object.keys(item).length).toBeLessThanOrEqual(10);
		for (const value of Object.values(item)) {
			expect(value === null || typeof value !== 'object').toBe(true);
		}
	});

	test('not simplified: as Lukittu answers it, with its lists', async () => {
		for (const options of [{}, { simplify: false }]) {
			const item = await run(operation, { ...parametersOf(), options });
			expect(item).toMatchObject({
				licenseKey: expect.any(String),
				expirationType: expect.any(String),
				customers: expect.any(Array),
				products: expect.any(Array),
				metadata: [{ value: expect.any(String) }],
			});
			expect(item).not.toHaveProperty('productNames');
		}
	});

	test('as a tool: raw, simplified, or the fields that were selected with the ID', async () => {
		const call = async (options: IDataObject) => {
			const parameters = { resource: 'license', operation, ...parametersOf(), options };
			return (await runTool(sandbox, parameters))[0];
		};
		expect(await call({})).toHaveProperty('customers');
		expect(await call({ output: 'raw' })).toHaveProperty('customers');
		const simplified = await call({ output: 'simplified' });
		expect(Object.keys(simplified)).toEqual(expect.arrayContaining(SIMPLE_FIELDS));
		expect(simplified).not.toHaveProperty('customers');
		const outputFields = ['licenseKey', 'status', 'products'];
		const selected = await call({ output: 'selectedFields', outputFields });
		const { alreadyExisted: _, renewed: __, ...fields } = selected;
		expect(Object.keys(fields)).toEqual(['id', ...outputFields]);
		expect(fields).toMatchObject({ status: expect.any(String), products: expect.any(Array) });
	});
});

test('simplified, one license in full', async () => {
	const options = { simplify: true };
	expect(await run('get', { license: byId(license.id), options })).toEqual(simple(license));
	expect(await run('getAll', { options })).toEqual(simple(license));
});

test('simplified, what a license lacks is null', async () => {
	const bare = sandbox.addLicense();
	const options = { simplify: true };
	expect(await run('get', { license: byId(bare.id), options })).toEqual({
		id: bare.id,
		licenseKey: bare.licenseKey,
		status: 'ACTIVE',
		expirationDate: null,
		daysUntilExpiry: null,
		customerEmails: null,
		customerNames: null,
		productNames: null,
	});
});

test('what an operation did comes out in every mode', async () => {
	const renew = { license: byId(license.id), renewUntil: until() };
	const options = { simplify: true };
	expect(await run('renew', { ...renew, options })).toMatchObject({ renewed: true });
	expect(await run('create', { options })).toMatchObject({ alreadyExisted: false });
	const selecting = { output: 'selectedFields', outputFields: ['licenseKey'] };
	const create = { resource: 'license', operation: 'create', options: selecting };
	expect(Object.keys((await runTool(sandbox, create))[0])).toEqual([
		'id',
		'licenseKey',
		'alreadyExisted',
	]);
});

test('selected fields: each that can be selected comes out, from a list or from text', async () => {
	const { properties } = (await loadPackage()).nodes[LUKITTU_NODE].description as {
		properties: INodeProperties[];
	};
	const options = properties.find(
		({ name, displayOptions }) =>
			name === 'options' && displayOptions?.show?.operation?.includes('getAll'),
	)?.options as INodeProperties[];
	const choices = options.find(({ name }) => name === 'outputFields')?.options;
	const names = (choices as INodePropertyOptions[]).map(({ value }) => String(value));
	const select = async (outputFields: unknown) => {
		const selecting = { output: 'selectedFields', outputFields } as IDataObject;
		const get = { resource: 'license', operation: 'get', license: byId(license.id) };
		return (await runTool(sandbox, { ...get, options: selecting }))[0];
	};
	const all = await select(names);
	expect(Object.keys(all)).toEqual(['id', ...names]);
	expect(all).toMatchObject({ ...simple(license), metadata: [{ key: 'order' }] });
	expect(Object.keys(await select('={{ "licenseKey, suspended" }}'))).toEqual([
		'id',
		'licenseKey',
		'suspended',
	]);
	expect(Object.keys(await select([]))).toEqual(['id']);
});

describe('the switches of people and those of agents do not mix', () => {
	test('in a workflow, the choices for agents change nothing', async () => {
		const item = await run('get', {
			license: byId(license.id),
			options: { output: 'selectedFields', outputFields: ['licenseKey'] },
		});
		expect(item).toHaveProperty('customers');
	});

	test('as a tool, the switch for people changes nothing', async () => {
		const get = { resource: 'license', operation: 'get', license: byId(license.id) };
		const [item] = await runTool(sandbox, { ...get, options: { simplify: true } });
		expect(item).toHaveProperty('customers');
	});
});

describe('computed fields', () => {
	test('are on unless switched off', async () => {
		const on = await run('getAll', {});
		expect(on).toMatchObject({ status: 'EXPIRING', daysUntilExpiry: 5 });
		expect(await run('getAll', { options: { computedFields: true } })).toEqual(on);
		const { status: _, daysUntilExpiry: __, ...rest } = on;
		expect(await run('getAll', { options: { computedFields: false } })).toEqual(rest);
	});

	test('never expires: the days are null', async () => {
		sandbox.state.licenses.clear();
		sandbox.addLicense();
		expect(await run('getAll', {})).toMatchObject({ status: 'ACTIVE', daysUntilExpiry: null });
	});

	test.each([{}, { simplify: true }])(
		'tell the status that the filter looked at, however long the list took: %j',
		async (options) => {
			sandbox.latencyMs = 2100;
			license.expirationDate = new Date(Date.now() + 2000);
			const { items } = await audit(sandbox, { status: ['EXPIRING'] }, { options });
			expect(items.map(({ json: item }) => item.status)).toEqual(['EXPIRING']);
		},
	);
});

test.each<[IDataObject, string]>([
	[{ simplify: '={{ "yes" }}' }, '\'Simplify\' is "yes"'],
	[{ simplify: '={{ $json.nothing }}' }, "'Simplify' is empty"],
	[{ computedFields: '={{ 1 }}' }, "'Computed Fields' is 1"],
])('refuses %j before anything is sent', async (options, message) => {
	const { error, items } = await getMany(sandbox, { options });
	expect(readable(error)).toContain(message);
	expect(items).toEqual([]);
	expect(sandbox.requests).toEqual([]);
});

test('an empty result puts out nothing, and the texts point to "Always Output Data"', async () => {
	const { error, items } = await audit(sandbox, { status: ['UPCOMING'] });
	expect(error).toBeUndefined();
	expect(items).toEqual([]);

	const { properties } = (await loadPackage()).nodes[LUKITTU_NODE].description as {
		properties: INodeProperties[];
	};
	const isOf = ({ displayOptions }: INodeProperties) =>
		displayOptions?.show?.resource?.includes('license') === true;
	const operation = properties.find((field) => field.name === 'operation' && isOf(field));
	const choices = operation?.options as INodePropertyOptions[];
	const filters = properties.find((field) => field.name === 'filters' && isOf(field));
	for (const text of [
		choices.find(({ value }) => value === 'getAll')?.description,
		filters?.description,
	]) {
		expect(text).toContain("unless 'Always Output Data' is on in the node's settings");
	}
});
