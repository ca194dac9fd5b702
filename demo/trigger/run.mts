import type { Sandbox } from '../../test/sandbox/types.mts';

import type { Instance } from '../n8n.mts';
import { startServer } from '../n8n.mts';
import { setUpOwner } from '../owner.mts';
import { freePort } from '../ports.mts';
import { step } from '../progress.mts';
import { N8nRest } from '../rest.mts';
import { runBurst, type Burst } from './burst.mts';
import { runCircle } from './circle.mts';
import { runTwelveEvents } from './events.mts';
import { runTriggerExamples } from './examples.mts';
import { runRefusals } from './refusals.mts';
import { runLostAnswer } from './repeats.mts';
import type { Row } from './report.mts';
import { addCredentials } from './workflows.mts';

const PATIENCE_MS = 60_000;

/** What was seen of the trigger in a real n8n. */
export interface Seen {
	rows: Row[];
	burst: string;
}

/** Has the sandbox send webhooks to a running n8n, and checks what starts and what does not. */
export async function runTrigger(
	instance: Instance,
	sandbox: Sandbox,
	burst: Burst,
): Promise<Seen> {
	const port = await freePort(0);
	const { url } = await step('Starting n8n', () => startServer(instance, port, burst.settings));
	await setUpOwner(url);
	const rest = await N8nRest.signIn(url);
	const credentials = await addCredentials(rest, sandbox);
	// What is checked here is what comes of a delivery, on a busy machine too.
	sandbox.webhookTimes.timeoutMs = PATIENCE_MS;
	const rows = [
		...(await runTwelveEvents(rest, sandbox, credentials)),
		...(await runCircle(rest, sandbox, credentials)),
		...(await runLostAnswer(rest, sandbox, credentials)),
		...(await runRefusals(rest, credentials)),
	];
	await runTriggerExamples(rest, sandbox, credentials);
	return { rows, burst: await runBurst(rest, sandbox, credentials, burst) };
}
