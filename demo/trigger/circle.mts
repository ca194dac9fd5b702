import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';

import type { Sandbox } from '../../test/sandbox/types.mts';

import { check } from '../check.mts';
import { step } from '../progress.mts';
import type { N8nRest } from '../rest.mts';
import type { Row } from './report.mts';
import { SECRET, chain, listen, node, type Credentials } from './workflows.mts';

const LUKITTU = 'n8n-nodes-lukittu.lukittu';
const DEVICES = 7;

/** One workflow makes a license; that starts another, which changes it. */
export async function runCircle(
	rest: N8nRest,
	sandbox: Sandbox,
	credentials: Credentials,
): Promise<Row[]> {
	const webhookId = randomUUID();
	const order = { path: webhookId, httpMethod: 'POST', responseMode: 'lastNode' };
	const create = { resource: 'license', operation: 'create', expirationType: 'NEVER' };
	const update = {
		resource: 'license',
		operation: 'update',
		license: { __rl: true, mode: 'id', value: '={{ $json.data.id }}' },
		updateFields: { hwidLimit: DEVICES },
	};
	const first = await rest.activate(
		chain('An order makes a license', [
			{ ...node('Order', 'n8n-nodes-base.webhook', order, 2), webhookId },
			{ ...node('Create License', LUKITTU, create), credentials: credentials.api },
		]),
	);
	const second = await listen(
		rest,
		credentials,
		'A new license gets devices',
		['LICENSE_CREATED'],
		[{ ...node('Update License', LUKITTU, update), credentials: credentials.api }],
	);
	const webhook = sandbox.addWebhook({ url: second.url, secret: SECRET });
	const made = await step('Making a license by a workflow, which starts another', async () => {
		const response = await fetch(`${rest.url}/webhook/${webhookId}`, { method: 'POST' });
		const { id } = (await response.json()) as { id: string };
		await rest.ended(second.id, 1);
		await sandbox.deliveriesEnded();
		return id;
	});
	webhook.active = false;

	const [executions, others] = [await rest.executions(first), await rest.executions(second.id)];
	const deliveries = sandbox.state.deliveries.filter((delivery) => delivery.webhook === webhook);
	check('each workflow ran once', () => {
		assert.deepEqual(
			executions.map(({ status }) => status),
			['success'],
		);
		assert.deepEqual(
			others.map(({ status }) => status),
			['success'],
		);
	});
	check('the second changed the license that the first had made', () => {
		assert.equal(sandbox.state.licenses.get(made)?.hwidLimit, DEVICES);
		assert.deepEqual(
			deliveries.map(({ event, state }) => [event, state]),
			[
				['LICENSE_CREATED', 'delivered'],
				['LICENSE_UPDATED', 'delivered'],
			],
		);
	});
	return [
		{
			sent: 'A license that another workflow made with the Lukittu node',
			answered: String(deliveries[0].attempts[0].status),
			started: '1, which changed the license',
		},
	];
}
