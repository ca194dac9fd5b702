import type { IDataObject } from 'n8n-workflow';

import { resolveOutputSchemaPath } from '../engine/n8n.mts';
import { latestVersion } from '../engine/run-node.mts';
import { TRIGGER_NODE } from '../engine/webhook.mts';
import { licensePayload } from '../sandbox/license-view.mts';
import { startSandbox } from '../sandbox/server.mts';
import { delivery, listen, post, started } from '../trigger/support.mts';
import { fill } from './outputs.mts';

/**
 * Sends the trigger an event for each license of a shop. The preview can show one kind of entity:
 * licenses are what most workflows are about.
 *
 * @returns everything that came out
 */
export async function triggerOutputs(): Promise<IDataObject[]> {
	const sandbox = await startSandbox();
	const trigger = await listen();
	try {
		fill(sandbox);
		for (const license of sandbox.state.licenses.values()) {
			await post(trigger.url, delivery('LICENSE_UPDATED', licensePayload(license, sandbox.state)));
		}
		return started(trigger);
	} finally {
		await trigger.close();
		await sandbox.close();
	}
}

/** The file in which n8n looks for the schema of the trigger, which has no operations. */
export async function triggerSchemaFile(folder: string): Promise<string> {
	const version = await latestVersion(TRIGGER_NODE);
	const file = resolveOutputSchemaPath({ nodeDir: folder, version });
	if (!file) throw new Error('n8n has no place for the schema of the trigger');
	return file;
}
