import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { Sandbox } from '../test/sandbox/types.mts';

import { DemoError } from './errors.mts';
import { n8n, type Instance } from './n8n.mts';
import { DEMO } from './paths.mts';
import { step } from './progress.mts';

/** A workflow of demo/workflows, with its ID there. */
export const WORKFLOWS = {
	create: { id: 'lukittuCreateLic', file: 'create-a-license-for-a-paid-order.json' },
	expiring: { id: 'lukittuExpiring0', file: 'list-licenses-that-expire-soon.json' },
};

/**
 * Puts the credential and the example workflows into n8n. What is there already and has not
 * changed here since is left alone, so that the user's edits stay.
 */
export async function importExamples(instance: Instance, sandbox: Sandbox): Promise<void> {
	const workflows = Object.values(WORKFLOWS).map(({ file }) =>
		readFile(path.join(DEMO, 'workflows', file), 'utf8'),
	);
	await importOnce(instance, 'credentials', JSON.stringify([credential(sandbox)]));
	await importOnce(instance, 'workflow', `[${(await Promise.all(workflows)).join(',')}]`);
}

function credential({ apiKey, teamId, url }: Sandbox) {
	return {
		id: 'lukittuDemoCred1',
		name: 'Lukittu API (demo)',
		type: 'lukittuApi',
		data: { apiKey, teamId, baseUrl: url },
	};
}

async function importOnce(
	instance: Instance,
	kind: 'credentials' | 'workflow',
	content: string,
): Promise<void> {
	const hash = createHash('sha256').update(content).digest('hex');
	const marker = path.join(instance.home, `imported-${kind}`);
	if ((await readFile(marker, 'utf8').catch(() => '')) === hash) return;
	const title =
		kind === 'workflow' ? 'Importing the example workflows' : 'Importing the credential';
	await step(title, async () => {
		await mkdir(instance.home, { recursive: true });
		const file = path.join(instance.home, `${kind}.json`);
		await writeFile(file, content);
		const output = await n8n(instance, `import:${kind}`, `--input=${file}`);
		// The command exits with 0 even where it imported nothing.
		if (!output.includes('Successfully imported')) {
			throw new DemoError(`n8n did not import the ${kind}:\n\n${output}`);
		}
	});
	await writeFile(marker, hash);
}
