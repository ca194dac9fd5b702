import type {
	IDataObject,
	INodeProperties,
	INodePropertyCollection,
	INodePropertyOptions,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';

import { isThroughRouting, loadPackage, LUKITTU_NODE, runNode } from '../engine/index.mts';
import type { LicenseRow, Sandbox } from '../sandbox/types.mts';
import { licenseSamples } from './samples.mts';
import { credentialsOf, readable, startShop } from './support.mts';
import { runTool } from './tool.mts';

/** What these do shows on a busy server, with empty values, or by a refusal: see their own tests. */
const SENDING_OPTIONS =
	/^options\.(acceptChangedLicense|ignoreEmptyValues|keepTryingFor|mostRequestsAtOnce)$/;

let description: INodeTypeDescription;
let codex: IDataObject;
let carriedOut: NonNullable<INodeType['customOperations']>;

beforeAll(async () => {
	const { nodes, codex: codexOf } = await loadPackage();
	description = nodes[LUKITTU_NODE].description as INodeTypeDescription;
	codex = codexOf[LUKITTU_NODE] as IDataObject;
	carriedOut = (nodes[LUKITTU_NODE] as INodeType).customOperations ?? {};
});

/** The groups of fields inside a field: a collection is one, a fixed collection may have several. */
function groupsOf(field: INodeProperties): Array<{ name?: string; fields: INodeProperties[] }> {
	if (field.type === 'collection') return [{ fields: field.options as INodeProperties[] }];
	if (field.type !== 'fixedCollection') return [];
	const groups = field.options as INodePropertyCollection[];
	return groups.map(({ name, values }) => ({ name, fields: values }));
}

/** The fields that hold a value themselves, by their paths. */
function leavesOf(fields: INodeProperties[], path = ''): Array<[string, INodeProperties]> {
	return fields.flatMap((field): Array<[string, INodeProperties]> => {
		const here = `${path}${field.name}`;
		const groups = groupsOf(field);
		if (groups.length === 0) return [[here, field]];
		return groups.flatMap(({ name, fields: inner }) =>
			leavesOf(inner, name === undefined ? `${here}.` : `${here}.${name}.`),
		);
	});
}

/** All fields, also those that hold others. */
function allFields(fields: INodeProperties[]): INodeProperties[] {
	return fields.flatMap((field) => [
		field,
		...groupsOf(field).flatMap(({ fields: inner }) => allFields(inner)),
	]);
}

const choicesOf = ({ options }: INodeProperties) => options as INodePropertyOptions[];

const resources = () => {
	const field = description.properties.find(({ name }) => name === 'resource') as INodeProperties;
	return choicesOf(field).map(({ value }) => String(value));
};

const isShown = ({ displayOptions }: INodeProperties, name: string, value: string) =>
	displayOptions?.show?.[name]?.includes(value) === true;

/** The field that offers the operations of a resource. */
function operationField(resource: string): INodeProperties {
	const [field, ...more] = description.properties.filter(
		(candidate) => candidate.name === 'operation' && isShown(candidate, 'resource', resource),
	);
	expect(field).toBeDefined();
	expect(more).toEqual([]);
	return field;
}

/** The fields of an operation, and of no other resource's operation of that name. */
const fieldsOf = (resource: string, operation: string) =>
	description.properties.filter(
		(field) => isShown(field, 'resource', resource) && isShown(field, 'operation', operation),
	);

const operationsOf = (resource: string) =>
	choicesOf(operationField(resource)).map(({ value }) => String(value));

test('the operations on licenses are the contract', () => {
	expect(resources()).toContain('license');
	expect(operationsOf('license')).toEqual([
		'create',
		'delete',
		'get',
		'getAll',
		'reinstate',
		'renew',
		'suspend',
		'update',
	]);
});

test('every operation of every resource explains itself', () => {
	for (const resource of resources()) {
		const field = operationField(resource);
		expect(operationsOf(resource)).toContain(field.default);
		for (const { action, description: text } of choicesOf(field)) {
			expect(action).toBeTruthy();
			expect(text).toBeTruthy();
		}
	}
});

test("n8n's routing always calls the node, whatever the resource and operation", () => {
	const routed = description.properties.filter(({ routing }) => routing !== undefined);
	expect(routed.map(({ name }) => name)).toEqual(['resource']);
	expect(routed[0].displayOptions).toBeUndefined();
	expect(routed[0].routing).toEqual({ send: { paginate: true } });
	expect(description.requestOperations?.pagination).toBeInstanceOf(Function);
});

(isThroughRouting ? test.skip : test)(
	'every operation of every resource is carried out for all items at once, and no other',
	() => {
		expect(Object.keys(carriedOut).sort()).toEqual(resources().sort());
		for (const resource of resources()) {
			expect(Object.keys(carriedOut[resource]).sort()).toEqual(operationsOf(resource).sort());
			for (const operation of Object.values(carriedOut[resource])) {
				expect(operation).toBeInstanceOf(Function);
			}
		}
	},
);

test('every field belongs to an operation that exists', () => {
	const reached = new Set<INodeProperties>();
	for (const resource of resources()) {
		reached.add(operationField(resource));
		for (const operation of operationsOf(resource)) {
			fieldsOf(resource, operation).forEach((field) => reached.add(field));
		}
	}
	// Beside those of the node itself, and the one that n8n adds to declarative nodes.
	const lost = description.properties.filter((field) => !reached.has(field));
	expect(lost.map(({ name }) => name)).toEqual(
		expect.arrayContaining(['resource', 'requestOptions']),
	);
	expect(lost).toHaveLength(2);
});

test('no two operations that change something have a field for expressions of the same name', () => {
	// For every item, n8n evaluates the expressions of a field twice for each field of its name.
	const ofLists = ['filters', 'limit', 'options', 'returnAll'];
	// Create takes it for the customer's, Create or Update for what the customer is found by.
	const apart = ['email'];
	const names = description.properties
		.filter(({ noDataExpression }) => !noDataExpression)
		.map(({ name }) => name)
		.filter((name) => ![...ofLists, ...apart].includes(name));
	expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

type Show = NonNullable<INodeProperties['displayOptions']>['show'];

/** Whether a field is there wherever one with these conditions is. */
function isBeside({ displayOptions }: INodeProperties, conditions: Show = {}): boolean {
	return Object.entries(displayOptions?.show ?? {}).every(([name, values]) =>
		(conditions[name] ?? values ?? []).every((value) => values?.includes(value as never)),
	);
}

test('every displayOptions names a field beside it and a value that this has', () => {
	const checkLevel = (fields: INodeProperties[]) => {
		for (const field of fields) {
			const { '@tool': tool, ...show } = field.displayOptions?.show ?? {};
			expect([undefined, [true], [false]]).toContainEqual(tool);
			for (const [name, values] of Object.entries(show)) {
				const named = fields.filter(
					(candidate) => candidate.name === name && isBeside(candidate, show),
				);
				expect({ field: field.name, name, found: named.length }).toMatchObject({ found: 1 });
				for (const value of values ?? []) {
					if (named[0].type === 'boolean') expect(typeof value).toBe('boolean');
					else expect(choicesOf(named[0]).map((choice) => choice.value)).toContain(value);
				}
			}
			for (const { fields: inner } of groupsOf(field)) checkLevel(inner);
		}
	};
	checkLevel(description.properties);
});

test('every locator searches with a method that exists', async () => {
	const { nodes } = await loadPackage();
	const type = nodes[LUKITTU_NODE] as unknown as { methods: { listSearch: object } };
	const methods = Object.keys(type.methods.listSearch);
	const locators = allFields(description.properties).filter(
		({ type: kind }) => kind === 'resourceLocator',
	);
	expect(locators.length).toBeGreaterThan(10);
	const used = locators.map(({ modes, default: initial }) => {
		expect(initial).toEqual({ mode: 'list', value: '' });
		return String(modes?.[0].typeOptions?.searchListMethod);
	});
	expect(methods).toEqual(expect.arrayContaining(used));
	expect([...new Set(used)].sort()).toEqual(methods.sort());
});

test('every switch says whether it does what', () => {
	const switches = allFields(description.properties).filter(({ type }) => type === 'boolean');
	expect(switches.length).toBeGreaterThan(5);
	for (const field of switches) expect(field.description).toMatch(/^Whether /);
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

describe('every field of a license operation sends or puts out something', () => {
	let sandbox: Sandbox;

	beforeEach(async () => {
		({ sandbox } = await startShop());
	});

	afterEach(async () => {
		await sandbox.close();
	});

	/** Restores the licenses, so that every run begins alike. */
	function keepLicenses(): () => void {
		const rows = [...sandbox.state.licenses.values()].map((row): LicenseRow => ({ ...row }));
		return () => {
			sandbox.state.licenses.clear();
			for (const row of rows) sandbox.state.licenses.set(row.id, { ...row });
		};
	}

	async function outputOf(parameters: IDataObject, isTool: boolean): Promise<IDataObject[]> {
		if (isTool) return await runTool(sandbox, parameters);
		const credentials = credentialsOf(sandbox);
		const { error, items } = await runNode({ parameters: parameters as never, credentials });
		expect(readable(error).trim()).toBe('');
		return items.map(({ json }) => json);
	}

	/** What is sent, and which fields of which licenses come out; not what is new at every run. */
	async function traceOf(operation: string, fields: IDataObject, isTool: boolean): Promise<string> {
		sandbox.clearRequests();
		const known = new Set(sandbox.state.licenses.keys());
		const output = await outputOf({ resource: 'license', operation, ...fields }, isTool);
		const put = output.map((json) => [known.has(String(json.id)) && json.id, Object.keys(json)]);
		const sent = sandbox.requests.map(({ method, path, query, body }) => ({
			method,
			path,
			query,
			body,
		}));
		return JSON.stringify({ sent, put });
	}

	/** Runs the operation from the same start as every time. */
	async function traces(operation: string, runs: IDataObject[], isTool: boolean) {
		const restore = keepLicenses();
		const found: string[] = [];
		for (const fields of runs) {
			found.push(await traceOf(operation, fields, isTool));
			restore();
		}
		return found;
	}

	test.each(['create', 'delete', 'get', 'getAll', 'reinstate', 'renew', 'suspend', 'update'])(
		'%s',
		async (operation) => {
			const leaves = new Map(leavesOf(fieldsOf('license', operation)));
			const { [operation]: samples } = licenseSamples(sandbox);
			const shown = [...leaves.keys()].filter((path) => !SENDING_OPTIONS.test(path));
			expect(Object.keys(samples).sort()).toEqual(shown.sort());

			for (const [path, [without, withField]] of Object.entries(samples)) {
				const isTool = leaves.get(path)?.displayOptions?.show?.['@tool']?.[0] === true;
				const runs = [without, without, withField];
				const [before, again, after] = await traces(operation, runs, isTool);
				// What differs by itself would prove nothing.
				expect({ path, trace: again }).toEqual({ path, trace: before });
				expect({ path, trace: after }).not.toEqual({ path, trace: before });
			}
		},
	);

	test('the samples are for all operations', () => {
		expect(Object.keys(licenseSamples(sandbox))).toEqual(operationsOf('license'));
	});
});
