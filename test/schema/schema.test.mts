import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { IDataObject, INodePropertyOptions, INodeTypeDescription } from 'n8n-workflow';

import { loadPackage, LUKITTU_NODE } from '../engine/index.mts';
import { outputsOf, RESOURCES } from './outputs.mts';
import { schemaFile, typeOf, type Schema } from './schema.mts';

const BUILT = 'dist/nodes/Lukittu';

const operations = Object.entries(RESOURCES).flatMap(([resource, runs]) =>
	Object.keys(runs).map((operation) => [resource, operation] as const),
);

async function readSchema(resource: string, operation: string): Promise<Schema> {
	const file = await schemaFile(BUILT, resource, operation);
	return JSON.parse(readFileSync(file, 'utf8')) as Schema;
}

/** The resources and operations that the dropdowns of the built node offer. */
async function offered(): Promise<string[]> {
	const { nodes } = await loadPackage();
	const { properties } = nodes[LUKITTU_NODE].description as INodeTypeDescription;
	return properties
		.filter(({ name }) => name === 'operation')
		.flatMap(({ displayOptions, options }) =>
			(displayOptions?.show?.resource ?? []).flatMap((resource) =>
				(options as INodePropertyOptions[]).map(({ value }) => `${resource}/${value}`),
			),
		);
}

/** Every field of a schema, with each of its types: "customers[].email: null". */
function fieldsIn({ type, properties = {}, items }: Schema, place = ''): string[] {
	return [
		...[type].flat().map((one) => `${place}: ${one}`),
		...Object.entries(properties).flatMap(([name, field]) => fieldsIn(field, `${place}.${name}`)),
		...(items ? fieldsIn(items, `${place}[]`) : []),
	];
}

/** The same of a value that came out. */
function seen(value: unknown, place = ''): string[] {
	const here = `${place}: ${typeOf(value)}`;
	if (Array.isArray(value)) return [here, ...value.flatMap((entry) => seen(entry, `${place}[]`))];
	const fields = Object.entries((value ?? {}) as IDataObject);
	if (typeof value !== 'object') return [here];
	return [here, ...fields.flatMap(([name, field]) => seen(field, `${place}.${name}`))];
}

/** All that came out, but for null where there may be an object: the file tells its fields. */
function seenIn(outputs: IDataObject[]): Set<string> {
	const facts = new Set(outputs.flatMap((output) => seen(output)));
	const hasFields = (fact: string) =>
		fact.endsWith(': null') && facts.has(fact.replace(/null$/, 'object'));
	return new Set([...facts].filter((fact) => !hasFields(fact)));
}

/** Fields that the server has for every entity, and fills where they fit. */
const ALWAYS_NULL = new Set([
	'customerId',
	'licenseId',
	'productId',
	'releaseId',
	'blacklistId',
	'createdByUserId',
]);

/** The fields that the editor shows as null: of several types it shows the first. */
function shownAsNull({ type, properties = {}, items }: Schema, name = ''): string[] {
	const here = [type].flat()[0] === 'null' ? [name] : [];
	const inside = Object.entries(properties).flatMap(([field, of]) => shownAsNull(of, field));
	return [...here, ...inside, ...(items ? shownAsNull(items, name) : [])];
}

const sorted = (names: Iterable<string>) => [...new Set(names)].sort();

test('every operation in the dropdowns has a file in the build, and no other file is there', async () => {
	const anyFile = await schemaFile(BUILT, 'resource', 'operation');
	const folder = path.dirname(path.dirname(anyFile));
	const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.filter((file) => file.endsWith('.json'))
		.map((file) => file.replace(path.sep, '/').replace('.json', ''));

	expect(folder).toBe(path.resolve(BUILT, '__schema__/v1.0.0'));
	expect(sorted(files)).toEqual(sorted(await offered()));
	expect(sorted(files)).toEqual(sorted(operations.map((names) => names.join('/'))));
});

test.each(operations)(
	'%s/%s: the file tells what comes out, no more and no less',
	async (...names) => {
		const outputs = await outputsOf(...names);
		const schema = await readSchema(...names);

		expect(outputs.length).toBeGreaterThan(1);
		expect(sorted(fieldsIn(schema))).toEqual(sorted(seenIn(outputs)));
		expect(shownAsNull(schema).filter((field) => !ALWAYS_NULL.has(field))).toEqual([]);
	},
);

test.each([
	['create', ['alreadyExisted', 'surplusLicenses']],
	['getAll', ['status', 'daysUntilExpiry']],
	['reinstate', []],
	['renew', ['renewed']],
	['suspend', []],
	['update', []],
])('license/%s tells the license as Get does, and its own fields last: %j', async (name, own) => {
	const { properties: license = {} } = await readSchema('license', 'get');
	const { properties = {} } = await readSchema('license', name);
	// Of these each answer of the server tells another part.
	const { seats, customers, products, ...alike } = license;

	expect(Object.keys(properties)).toEqual(expect.arrayContaining(Object.keys(alike)));
	expect(Object.keys(properties).filter((field) => !(field in license))).toEqual(own);
});
