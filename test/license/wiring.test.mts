import type {
	IDataObject,
	INodeProperties,
	INodePropertyCollection,
	INodePropertyOptions,
	INodeTypeDescription,
} from 'n8n-workflow';

import { loadPackage, LUKITTU_NODE } from '../engine/index.mts';
import type { Sandbox } from '../sandbox/types.mts';
import { byId, byKey, customers, metadata, products, runLicense, startShop } from './support.mts';

type Field = INodeProperties | INodePropertyOptions | INodePropertyCollection;

let description: INodeTypeDescription;
let codex: IDataObject;

beforeAll(async () => {
	const { nodes, codex: codexOf } = await loadPackage();
	description = nodes[LUKITTU_NODE].description as INodeTypeDescription;
	codex = codexOf[LUKITTU_NODE] as IDataObject;
});

/** The fields inside a field: of a collection, or of the rows of a fixed collection. */
function childrenOf(field: Field): INodeProperties[] {
	if ('values' in field) return field.values;
	if (!('type' in field) || !['collection', 'fixedCollection'].includes(field.type)) return [];
	return (field.options ?? []) as INodeProperties[];
}

/** All fields below these, with their paths. */
function allFields(fields: Field[], path = ''): Array<{ path: string; field: Field }> {
	return fields.flatMap((field) => {
		const here = path ? `${path}.${field.name}` : field.name;
		return [{ path: here, field }, ...allFields(childrenOf(field), here)];
	});
}

const isShownFor = (field: INodeProperties, operation: string) =>
	field.displayOptions?.show?.operation?.includes(operation) === true &&
	field.displayOptions.show.resource?.includes('license') === true;

const operations = () => {
	const field = description.properties.find(({ name }) => name === 'operation');
	return field?.options as INodePropertyOptions[];
};

test('the operations are the contract, each with its door', () => {
	expect(operations().map(({ value }) => value)).toEqual([
		'create',
		'delete',
		'get',
		'getAll',
		'update',
	]);
	for (const { routing, action, description: text } of operations()) {
		expect(routing?.send?.paginate).toBe(true);
		expect(routing?.operations?.pagination).toBeInstanceOf(Function);
		expect(action).toBeTruthy();
		expect(text).toBeTruthy();
	}
});

test('every displayOptions names a field and a value that exist', () => {
	const checkLevel = (fields: INodeProperties[]) => {
		for (const field of fields) {
			for (const [name, values] of Object.entries(field.displayOptions?.show ?? {})) {
				const named = fields.filter((candidate) => candidate.name === name);
				expect(named).not.toHaveLength(0);
				for (const value of values ?? []) {
					if (typeof value === 'boolean') continue;
					const choices = named.flatMap(({ options }) => options as INodePropertyOptions[]);
					expect(choices.map((choice) => choice.value)).toContain(value);
				}
			}
			for (const child of childrenOf(field)) checkLevel(childrenOf(child));
		}
	};
	checkLevel(description.properties);
});

test('every locator searches with a method that exists', async () => {
	const { nodes } = await loadPackage();
	const type = nodes[LUKITTU_NODE] as unknown as { methods: { listSearch: object } };
	const methods = Object.keys(type.methods.listSearch);
	const locators = allFields(description.properties)
		.map(({ field }) => field as INodeProperties)
		.filter(({ type: kind }) => kind === 'resourceLocator');
	expect(locators.length).toBeGreaterThan(4);
	for (const { modes, default: initial } of locators) {
		expect(initial).toEqual({ mode: 'list', value: '' });
		expect(methods).toContain(modes?.[0].typeOptions?.searchListMethod);
	}
});

test('every field explains itself or its name is enough', () => {
	for (const { field } of allFields(description.properties)) {
		if (!('type' in field) || field.type !== 'boolean') continue;
		expect(field.description).toMatch(/^Whether /);
	}
});

test('it is found as "Lukittu License" and usable as a tool', () => {
	expect(codex.alias).toContain('Lukittu License');
	expect(description.usableAsTool).toBe(true);
	expect(description.subtitle).toBeTruthy();
	expect(description.iconUrl).toEqual({
		light: expect.stringMatching(/lukittu\.svg$/),
		dark: expect.stringMatching(/lukittu\.dark\.svg$/),
	});
});

describe('every field sends something', () => {
	let sandbox: Sandbox;

	beforeAll(async () => {
		({ sandbox } = await startShop());
	});

	afterAll(async () => {
		await sandbox.close();
	});

	/** What an operation sends, each request in one line. */
	async function sent(operation: 'create' | 'getAll' | 'update', parameters: IDataObject) {
		sandbox.clearRequests();
		const { error } = await runLicense(sandbox, operation, parameters);
		expect(error).toBeUndefined();
		return sandbox.requests.map(({ method, path, query, body }) =>
			JSON.stringify({ method, path, query, body }),
		);
	}

	const entry = { key: 'a', value: 'b' };
	const later = '2031-01-01';
	const duration = { expirationType: 'DURATION', expirationDays: 10 };

	/** For each field: parameters without it, and the same with it. */
	function samples(): Record<string, Record<string, [IDataObject, IDataObject]>> {
		const customer = customers(sandbox.addCustomer().id);
		const product = products(sandbox.addProduct().id);
		const license = sandbox.addLicense({
			expirationType: 'DURATION',
			expirationDays: 30,
			expirationStart: 'ACTIVATION',
			metadata: [{ ...entry, locked: false }],
			customerIds: [sandbox.addCustomer().id],
			productIds: [sandbox.addProduct().id],
		});
		const other = sandbox.addLicense();
		const additional = (fields: IDataObject): [IDataObject, IDataObject] => [
			{},
			{ additionalFields: fields },
		];
		const base = { license: byId(license.id), updateFields: { hwidLimit: 77 } };
		const update = (fields: IDataObject): [IDataObject, IDataObject] => [
			base,
			{ ...base, updateFields: { hwidLimit: 77, ...fields } },
		];
		const expiration = (value: IDataObject) => ({ expiration: { value } });
		return {
			create: {
				expirationType: [{ ...duration }, { ...duration, expirationType: 'NEVER' }],
				expirationDate: [
					{ expirationType: 'DATE', expirationDate: later },
					{ expirationType: 'DATE', expirationDate: '2032-01-01' },
				],
				expirationDays: [duration, { ...duration, expirationDays: 11 }],
				expirationStart: [duration, { ...duration, expirationStart: 'ACTIVATION' }],
				customers: [{}, { customers: customer }],
				products: [{}, { products: product }],
				'additionalFields.hwidLimit': additional({ hwidLimit: 2 }),
				'additionalFields.ipLimit': additional({ ipLimit: 2 }),
				'additionalFields.metadata': additional({ metadata: metadata(entry) }),
				'additionalFields.sendEmailDelivery': additional({ sendEmailDelivery: true }),
				'additionalFields.suspended': additional({ suspended: true }),
			},
			getAll: {
				returnAll: [{}, { returnAll: true }],
				limit: [{}, { limit: 3 }],
				'filters.customers': [{}, { filters: { customers: customer } }],
				'filters.products': [{}, { filters: { products: product } }],
				'options.sortColumn': [{}, { options: { sortColumn: 'updatedAt' } }],
				'options.sortDirection': [{}, { options: { sortDirection: 'asc' } }],
			},
			update: {
				license: [base, { ...base, license: byKey(other.licenseKey) }],
				'updateFields.addCustomers': update({ addCustomers: customer }),
				'updateFields.addProducts': update({ addProducts: product }),
				'updateFields.expiration': update(expiration(duration)),
				'updateFields.hwidLimit': [base, { ...base, updateFields: { hwidLimit: 78 } }],
				'updateFields.ipLimit': update({ ipLimit: 5 }),
				'updateFields.licenseKey': update({ licenseKey: 'AAAAA-AAAAA-AAAAA-AAAAA-AAAAA' }),
				'updateFields.removeCustomers': update({ removeCustomers: customers(license.customerIds) }),
				'updateFields.removeMetadata': update({ removeMetadata: ['a'] }),
				'updateFields.removeProducts': update({ removeProducts: products(license.productIds) }),
				'updateFields.replaceCustomers': update({ replaceCustomers: customer }),
				'updateFields.removeAll': update({ removeAll: ['products'] }),
				'updateFields.replaceMetadata': update({ replaceMetadata: { entry: [] } }),
				'updateFields.replaceProducts': update({ replaceProducts: product }),
				'updateFields.setMetadata': update({ setMetadata: metadata({ key: 'c', value: 'd' }) }),
				'updateFields.suspended': update({ suspended: true }),
			},
		};
	}

	test.each(['create', 'getAll', 'update'] as const)('%s', async (operation) => {
		const fields = description.properties
			.filter((field) => isShownFor(field, operation))
			.flatMap((field) =>
				field.type === 'collection'
					? childrenOf(field).map(({ name }) => `${field.name}.${name}`)
					: [field.name],
			);
		const { [operation]: table } = samples();
		expect(Object.keys(table).sort()).toEqual(fields.sort());

		for (const [without, withField] of Object.values(table)) {
			const rows = new Map([...sandbox.state.licenses].map(([id, row]) => [id, { ...row }]));
			const before = await sent(operation, without);
			// The same start for both runs.
			for (const [id, row] of rows) sandbox.state.licenses.set(id, { ...row });
			const after = await sent(operation, withField);
			for (const [id, row] of rows) sandbox.state.licenses.set(id, row);
			expect(after).not.toEqual(before);
		}
	});
});
