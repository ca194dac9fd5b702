import { LUKITTU_NODE } from '../engine/index.mts';
import { resolveOutputSchemaPath } from '../engine/n8n.mts';
import { latestVersion } from '../engine/run-node.mts';

type Type = 'array' | 'boolean' | 'integer' | 'null' | 'number' | 'object' | 'string';

/** The part of JSON Schema that n8n's editor reads. */
export interface Schema {
	/** Of several types the editor shows the first. */
	type: Type | Type[];
	properties?: Record<string, Schema>;
	items?: Schema;
}

/** The type of a value that came out of a node. */
export function typeOf(value: unknown): Type {
	if (value === null) return 'null';
	if (Array.isArray(value)) return 'array';
	if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
	return typeof value as Type;
}

/**
 * The schema of values that came out at one place.
 *
 * An object that may be null is given as an object: the editor shows its fields only where that is
 * the one type.
 *
 * @param place what to name in the message
 * @throws Error where the values do not tell their one type
 */
export function schemaOf(values: unknown[], place: string): Schema {
	const found = new Set(values.map(typeOf));
	const isNullable = found.delete('null');
	const [type, ...others] = found;
	// The server has the field, and never a value for it.
	if (!type && isNullable) return { type: 'null' };
	if (!type || others.length > 0) {
		const types = [...found].join(' and ') || 'no value at all';
		throw new Error(`${place} has ${types}: the preview can show one type`);
	}
	const present = values.filter((value) => value !== null);
	if (type === 'object') return { type, properties: propertiesOf(present as object[], place) };
	if (type === 'array') return { type, items: schemaOf(present.flat(), `${place}[]`) };
	return { type: isNullable ? [type, 'null'] : type };
}

/** The schemas of the fields of objects, in the order in which the fields come out. */
function propertiesOf(objects: object[], place: string): Record<string, Schema> {
	const fields = new Map<string, unknown[]>();
	for (const [name, value] of objects.flatMap((object) => Object.entries(object))) {
		fields.set(name, [...(fields.get(name) ?? []), value]);
	}
	return Object.fromEntries(
		[...fields].map(([name, values]) => [name, schemaOf(values, `${place}.${name}`)]),
	);
}

/**
 * The file in which n8n looks for the schema of an operation, by n8n's own rule.
 *
 * @param folder the folder of the node, in the sources or built
 */
export async function schemaFile(
	folder: string,
	resource: string,
	operation: string,
): Promise<string> {
	const version = await latestVersion(LUKITTU_NODE);
	const file = resolveOutputSchemaPath({ nodeDir: folder, version, resource, operation });
	if (!file) throw new Error(`n8n has no place for the schema of ${resource}: ${operation}`);
	return file;
}
