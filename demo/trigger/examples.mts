import { strict as assert } from 'node:assert';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { clientOf, newLicense } from '../../test/sandbox/client.mts';
import { startReceiver, type Receiver } from '../../test/sandbox/receiver.mts';
import type { Sandbox } from '../../test/sandbox/types.mts';

import { check } from '../check.mts';
import { REPOSITORY } from '../paths.mts';
import { step } from '../progress.mts';
import type { N8nRest } from '../rest.mts';
import { SECRET, type Credentials } from './workflows.mts';

type Json = Record<string, unknown>;
type Node = Json & { type: string; webhookId?: string; credentials?: Json; parameters: Json };
type Workflow = Json & { nodes: Node[] };

const SEATS = 'https://seats.example.com';

/** Both example workflows run as they are, but that Discord and the seats are on this machine. */
export async function runTriggerExamples(
	rest: N8nRest,
	sandbox: Sandbox,
	{ webhook }: Credentials,
): Promise<void> {
	const elsewhere = await startReceiver();
	const discord = await rest.addCredential('discordWebhookApi', 'Discord Webhook', {
		webhookUri: `${elsewhere.url}/discord`,
	});
	const seats = await rest.addCredential('httpHeaderAuth', 'Seat Service', {
		name: 'X-Seats',
		value: 'a key',
	});
	const credentials: Json = { ...webhook, ...discord, ...seats };
	const [posted, freed] = [
		await activate(rest, sandbox, 'new-license-to-discord', credentials, elsewhere),
		await activate(rest, sandbox, 'deleted-license-frees-seat', credentials, elsewhere),
	];
	const client = clientOf(sandbox);
	const licenseKey = await step('Running both example workflows of the trigger', async () => {
		const metadata = [{ key: 'seatId', value: 'seat 7/ä', locked: false }];
		const { data } = await client.post('/licenses', newLicense({ metadata }));
		await client.delete(`/licenses/${data.data.licenseKey}`);
		await sandbox.deliveriesEnded();
		await rest.ended(posted, 1);
		await rest.ended(freed, 1);
		return String(data.data.licenseKey);
	});
	for (const one of sandbox.state.webhooks) one.active = false;
	await elsewhere.close();

	const at = (start: string) => elsewhere.calls.filter((call) => call.path.startsWith(start));
	check('Discord got the new license once, with the end of its key', () => {
		const [message, ...others] = at('/discord').map(({ body }) => body);
		assert.ok(message.includes(`…${licenseKey.slice(-5)}`), message);
		assert.deepEqual(others, []);
	});
	check('the seat of the deleted license was freed once', () => {
		const calls = at('/seats').map(({ path: called, headers }) => [called, headers['x-seats']]);
		assert.deepEqual(calls, [['/seats/seat%207%2F%C3%A4', 'a key']]);
	});
}

async function activate(
	rest: N8nRest,
	sandbox: Sandbox,
	name: string,
	credentials: Json,
	elsewhere: Receiver,
): Promise<string> {
	const text = await readFile(path.join(REPOSITORY, 'examples', `${name}.json`), 'utf8');
	const workflow = JSON.parse(text.replaceAll(SEATS, elsewhere.url)) as Workflow;
	for (const node of workflow.nodes) {
		const types = Object.keys(node.credentials ?? {});
		node.credentials = Object.fromEntries(types.map((type) => [type, credentials[type]]));
	}
	const id = await rest.activate(workflow);
	const { webhookId, parameters } = workflow.nodes.find(({ type }) => type.endsWith('Trigger'))!;
	sandbox.addWebhook({
		url: `${rest.url}/webhook/${webhookId}/webhook`,
		secret: SECRET,
		events: parameters.events as never,
	});
	return id;
}
