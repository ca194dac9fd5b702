/**
 * Writes the files from which n8n shows the fields of a node's output before its first run, from
 * what the built node puts out.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';

import { outputsOf, RESOURCES } from './outputs.mts';
import { schemaFile, schemaOf, type Schema } from './schema.mts';
import { triggerOutputs, triggerSchemaFile } from './trigger.mts';

const FOLDER = 'nodes/Lukittu';
const TRIGGER_FOLDER = 'nodes/LukittuTrigger';

async function write(file: string, schema: Schema): Promise<void> {
	const options = await resolveConfig(file);
	await mkdir(path.dirname(file), { recursive: true });
	await writeFile(file, await format(JSON.stringify(schema), { ...options, filepath: file }));
	console.log(path.relative('', file));
}

for (const [resource, runs] of Object.entries(RESOURCES)) {
	for (const operation of Object.keys(runs)) {
		const file = await schemaFile(FOLDER, resource, operation);
		await write(file, schemaOf(await outputsOf(resource, operation), operation));
	}
}
await write(
	await triggerSchemaFile(TRIGGER_FOLDER),
	schemaOf(await triggerOutputs(), 'the trigger'),
);
