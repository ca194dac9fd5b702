import { readFileSync } from 'node:fs';
import path from 'node:path';

import { schemaOf } from './schema.mts';
import { triggerOutputs, triggerSchemaFile } from './trigger.mts';

test('the file of the trigger tells what comes out for a license, no more and no less', async () => {
	const file = await triggerSchemaFile('dist/nodes/LukittuTrigger');
	const outputs = await triggerOutputs();

	expect(file).toBe(path.resolve('dist/nodes/LukittuTrigger/__schema__/v1.0.0.json'));
	expect(outputs.length).toBeGreaterThan(5);
	expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(schemaOf(outputs, 'the trigger'));
});
