import type {
	IDataObject,
	INodeProperties,
	INodePropertyCollection,
	INodePropertyOptions,
	INodeTypeDescription,
} from 'n8n-workflow';

import { ADDRESS, addFullCustomer, address, DISCORD_ID } from '../customer/support.mts';
import { loadPackage, LUKITTU_NODE } from '../engine/index.mts';
import { licenseSamples } from '../license/samples.mts';
import { byId, metadata } from '../license/support.mts';
import type { Sandbox } from '../sandbox/types.mts';

export const OPERATIONS: Record<string, string[]> = {
	license: ['create', 'delete', 'get', 'getAll', 'reinstate', 'renew', 'suspend', 'update'],
	customer: ['create', 'delete', 'get', 'getAll', 'update', 'upsert'],
};

/** Every operation there is, as "license update". */
export const ALL_OPERATIONS = Object.entries(OPERATIONS).flatMap(([resource, operations]) =>
	operations.map((operation): [string, string] => [resource, operation]),
);

/** Fields whose value is the user's own text, which Lukittu keeps as it is. */
const FREE_TEXTS = [
	'city',
	'country',
	'email',
	'fullName',
	'idempotencyKey',
	'key',
	'line1',
	'line2',
	'postalCode',
	'reason',
	'removeMetadata',
	'search',
	'state',
	'username',
	'value',
];

export const isFreeText = (path: string) =>
	FREE_TEXTS.includes(path.slice(path.lastIndexOf('.') + 1));

function isShown({ displayOptions }: INodeProperties, resource: string, operation: string) {
	const { show } = displayOptions ?? {};
	return show?.resource?.includes(resource) === true && show.operation?.includes(operation);
}

/** All fields by their paths, those that hold others too: "filters", "filters.metadata.entry.key". */
function pathsOf(fields: INodeProperties[], before = ''): string[] {
	return fields.flatMap((field) => {
		const here = `${before}${field.name}`;
		if (field.type === 'collection') {
			return [here, ...pathsOf(field.options as INodeProperties[], `${here}.`)];
		}
		if (field.type !== 'fixedCollection') return [here];
		const groups = field.options as INodePropertyCollection[];
		const inner = groups.flatMap(({ name, values }) => [
			`${here}.${name}`,
			...pathsOf(values, `${here}.${name}.`),
		]);
		return [here, ...inner];
	});
}

/** The paths of all fields of an operation. */
export async function fieldPaths(resource: string, operation: string): Promise<string[]> {
	const { nodes } = await loadPackage();
	const { properties } = nodes[LUKITTU_NODE].description as INodeTypeDescription;
	return [...new Set(pathsOf(properties.filter((field) => isShown(field, resource, operation))))];
}

/** The paths of the fields that hold a value themselves. */
export async function leafPaths(resource: string, operation: string): Promise<string[]> {
	const paths = await fieldPaths(resource, operation);
	return paths.filter((path) => !paths.some((other) => other.startsWith(`${path}.`)));
}

/** The operations that the built node offers, as in `ALL_OPERATIONS`. */
export async function offeredOperations(): Promise<Array<[string, string]>> {
	const { nodes } = await loadPackage();
	const { properties } = nodes[LUKITTU_NODE].description as INodeTypeDescription;
	return properties
		.filter(({ name }) => name === 'operation')
		.flatMap(({ displayOptions, options }) => {
			const [resource] = displayOptions?.show?.resource ?? [];
			const choices = options as INodePropertyOptions[];
			return choices.map(({ value }): [string, string] => [String(resource), String(value)]);
		});
}

function customerParameters(sandbox: Sandbox, operation: string): IDataObject {
	const customer = byId(addFullCustomer(sandbox).id);
	const entry = { key: 'a', value: 'b', locked: 'LOCKED' };
	const fields = {
		address: address(ADDRESS).address,
		discordId: DISCORD_ID,
		fullName: 'Alma B',
		username: 'b',
	};
	if (operation === 'get' || operation === 'delete') return { customer };
	if (operation === 'getAll') return { limit: 10, filters: { search: 'a' } };
	if (operation === 'update') {
		const own = { email: 'b@example.com', clear: ['metadata'], removeMetadata: ['order'] };
		const entries = { setMetadata: metadata(entry), replaceMetadata: metadata(entry) };
		return { customer, customerUpdateFields: { ...fields, ...own, ...entries } };
	}
	const added = { ...fields, metadata: metadata(entry) };
	const collection = operation === 'create' ? 'customerFields' : 'upsertFields';
	return { email: 'a@example.com', [collection]: added };
}

/** Fields of an update of which one must not stand beside another. */
const EXCLUSIVE = ['clear', 'removeMetadata', 'setMetadata', 'replaceMetadata'];

/** Takes away what would be refused whatever the value of the field is. */
function without(parameters: IDataObject, path: string): IDataObject {
	const [, field] = path.split('.');
	const { customerUpdateFields } = parameters as { customerUpdateFields?: IDataObject };
	if (!customerUpdateFields) return parameters;
	const kept = Object.entries(customerUpdateFields).filter(
		([name]) => name === field || !EXCLUSIVE.includes(name),
	);
	return { ...parameters, customerUpdateFields: Object.fromEntries(kept) };
}

/** Parameters with which an operation goes well and in which a field has a value. */
export function parametersWith(
	sandbox: Sandbox,
	resource: string,
	operation: string,
	path: string,
): IDataObject {
	if (resource === 'customer') return without(customerParameters(sandbox, operation), path);
	const samples = licenseSamples(sandbox)[operation];
	const [, sample] =
		samples[path] ??
		Object.entries(samples).find(([other]) => other.startsWith(`${path}.`))?.[1] ??
		Object.values(samples)[0];
	return sample;
}

/** Puts a value in the place of a field; a locator keeps its mode. */
export function withValue(parameters: IDataObject, path: string, value: unknown): IDataObject {
	const copy = JSON.parse(JSON.stringify(parameters)) as IDataObject;
	const names = path.split('.');
	const last = names.pop() as string;
	let inner: Record<string, unknown> = copy;
	for (const name of names) {
		inner[name] ??= {};
		const next = inner[name] as Record<string, unknown> | Array<Record<string, unknown>>;
		inner = Array.isArray(next) ? next[0] : next;
	}
	const old = inner[last];
	const isLocator = typeof old === 'object' && old !== null && '__rl' in old;
	inner[last] = isLocator ? { ...old, value } : value;
	return copy;
}
