import type {
	IDataObject,
	INodeProperties,
	INodePropertyOptions,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';

import { isThroughRouting, loadPackage, LUKITTU_NODE } from '../engine/index.mts';
import { byId, metadata, startShop } from '../license/support.mts';
import type { Sandbox } from '../sandbox/types.mts';
import { address, addFullCustomer, runCustomer, type CustomerOperation } from './support.mts';

let sandbox: Sandbox;
let properties: INodeProperties[];
let carriedOut: IDataObject;

beforeAll(async () => {
	const { nodes } = await loadPackage();
	({ properties } = nodes[LUKITTU_NODE].description as INodeTypeDescription);
	carriedOut = ((nodes[LUKITTU_NODE] as INodeType).customOperations?.customer ?? {}) as IDataObject;
	({ sandbox } = await startShop());
});

afterAll(async () => await sandbox.close());

const isShownFor = ({ displayOptions }: INodeProperties, operation?: string) =>
	displayOptions?.show?.resource?.includes('customer') === true &&
	(operation === undefined || displayOptions.show.operation?.includes(operation) === true);

const operations = () =>
	properties.find((field) => field.name === 'operation' && isShownFor(field))
		?.options as INodePropertyOptions[];

test('the resources and operations are the contract, in the order of their names', () => {
	const resources = properties[0].options as INodePropertyOptions[];
	expect(resources.map(({ value }) => value)).toEqual(['customer', 'license']);
	expect(properties[0].default).toBe('license');
	expect(operations().map(({ name, value }) => [name, value])).toEqual([
		['Create', 'create'],
		['Create or Update', 'upsert'],
		['Delete', 'delete'],
		['Get', 'get'],
		['Get Many', 'getAll'],
		['Update', 'update'],
	]);
});

(isThroughRouting ? test.skip : test)('each is carried out for all items at once', () => {
	const offered = operations().map(({ value }) => String(value));
	expect(Object.keys(carriedOut).sort()).toEqual(offered.sort());
});

test('what is easily missed stands in the descriptions', () => {
	const [create, , remove, , getMany] = operations();
	expect(create.description).toMatch(/which Lukittu allows.*use Create or Update/);
	expect(remove.description).toContain("The customer's licenses stay");
	expect(getMany.description).toContain("'Always Output Data'");
});

type Sample = [IDataObject, IDataObject];

const entry = metadata({ key: 'a', value: 'b' });

/** For each field: parameters without it, and the same with it. */
function samples(operation: CustomerOperation): Record<string, Sample> {
	const { id } = addFullCustomer(sandbox);
	const fields: Record<string, IDataObject> = {
		address: address({ city: 'Newton' }),
		discordId: { discordId: '999999999999999999' },
		fullName: { fullName: 'Alma B' },
		username: { username: 'b' },
	};
	const all = (collection: string, base: IDataObject, own: Record<string, IDataObject>) =>
		Object.fromEntries(
			Object.entries({ ...fields, ...own }).map(([name, field]): [string, Sample] => {
				const without = { username: 'x' };
				return [
					`${collection}.${name}`,
					[
						{ ...base, [collection]: without },
						{ ...base, [collection]: { ...without, ...field } },
					],
				];
			}),
		);
	const locator: Sample = [
		{ customer: byId(id) as unknown as IDataObject },
		{ customer: byId(addFullCustomer(sandbox).id) as unknown as IDataObject },
	];
	if (operation === 'get' || operation === 'delete') return { customer: locator };
	if (operation === 'getAll') {
		return {
			returnAll: [{}, { returnAll: true }],
			limit: [{}, { limit: 3 }],
			'filters.search': [{}, { filters: { search: 'a' } }],
			'options.sortColumn': [{}, { options: { sortColumn: 'email' } }],
			'options.sortDirection': [{}, { options: { sortDirection: 'asc' } }],
		};
	}
	if (operation === 'update') {
		const customerUpdateFields = { username: 'x' };
		const own = {
			email: { email: 'b@example.com' },
			clear: { clear: ['address'] },
			setMetadata: { setMetadata: entry },
			removeMetadata: { removeMetadata: ['order'] },
			replaceAddress: { replaceAddress: address({ city: 'Newton' }).address },
			replaceMetadata: { replaceMetadata: entry },
		};
		return {
			customer: [
				{ ...locator[0], customerUpdateFields },
				{ ...locator[1], customerUpdateFields },
			],
			...all('customerUpdateFields', locator[0], own),
		};
	}
	const collection = operation === 'create' ? 'customerFields' : 'upsertFields';
	const added = { [collection]: { username: 'x' } };
	return {
		email: [
			{ email: 'a@example.com', ...added },
			{ email: 'b@example.com', ...added },
		],
		...all(collection, { email: 'alma@example.com' }, { metadata: { metadata: entry } }),
	};
}

/** What an operation sends; whatever it changes is put back. */
async function sent(operation: CustomerOperation, parameters: IDataObject) {
	const rows = new Map([...sandbox.state.customers].map(([id, row]) => [id, { ...row }]));
	sandbox.clearRequests();
	const { error } = await runCustomer(sandbox, operation, parameters);
	expect(error).toBeUndefined();
	sandbox.state.customers.clear();
	for (const [id, row] of rows) sandbox.state.customers.set(id, row);
	return sandbox.requests.map(({ method, path, query, body }) => ({ method, path, query, body }));
}

test.each<CustomerOperation>(['create', 'delete', 'get', 'getAll', 'update', 'upsert'])(
	'%s: every field sends something',
	async (operation) => {
		const fields = properties
			.filter((field) => isShownFor(field, operation))
			.flatMap((field) =>
				field.type === 'collection'
					? (field.options ?? []).map(({ name }) => `${field.name}.${name}`)
					: [field.name],
			)
			// These change what comes out, not what is sent.
			.filter((path) => !/^options\.(output|outputFields|simplify)$/.test(path))
			// This changes what is refused.
			.filter((path) => path !== 'options.ignoreEmptyValues')
			// And these how it is sent: see test/faults/options.test.mts.
			.filter((path) => !/^options\.(keepTryingFor|mostRequestsAtOnce)$/.test(path));
		const table = samples(operation);
		expect(Object.keys(table).sort()).toEqual(fields.sort());

		for (const [without, withField] of Object.values(table)) {
			expect(await sent(operation, withField)).not.toEqual(await sent(operation, without));
		}
	},
);
