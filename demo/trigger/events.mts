import { strict as assert } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';

import { clientOf, newCustomer, newLicense } from '../../test/sandbox/client.mts';
import type { Delivery, Sandbox } from '../../test/sandbox/types.mts';
import { WEBHOOK_EVENTS } from '../../test/sandbox/webhooks.mts';

import { check } from '../check.mts';
import { step } from '../progress.mts';
import type { N8nRest } from '../rest.mts';
import type { Row } from './report.mts';
import { SECRET, TRIGGER, listen, type Credentials } from './workflows.mts';

/**
 * Lukittu takes longer for a change. In the same millisecond, an update and the delete after it have
 * the same body and therefore the same signature.
 */
const APART_MS = 20;

type Json = Record<string, unknown>;

/** Each of the twelve events happens once in Lukittu, and starts the workflow once. */
export async function runTwelveEvents(
	rest: N8nRest,
	sandbox: Sandbox,
	credentials: Credentials,
): Promise<Row[]> {
	const workflow = await listen(rest, credentials, 'All events', [...WEBHOOK_EVENTS]);
	const webhook = sandbox.addWebhook({ url: workflow.url, secret: SECRET });
	const outputs = await step('Making each of the twelve events happen', async () => {
		await changeEverything(sandbox);
		await sandbox.deliveriesEnded();
		const executions = await rest.ended(workflow.id, WEBHOOK_EVENTS.length);
		return await Promise.all(executions.map((execution) => rest.output(execution, TRIGGER)));
	});
	webhook.active = false;

	const deliveries = sandbox.state.deliveries.filter((delivery) => delivery.webhook === webhook);
	check('twelve events were delivered, each at the first attempt', () => {
		assert.deepEqual(deliveries.map(({ event }) => event).sort(), [...WEBHOOK_EVENTS].sort());
		assert.deepEqual(
			deliveries.flatMap(({ attempts }) => attempts.map(({ status, reason }) => reason ?? status)),
			deliveries.map(() => 200),
		);
	});
	check('each started one execution, with one item', () => {
		assert.deepEqual(outputs.map(([{ event }]) => event).sort(), [...WEBHOOK_EVENTS].sort());
		assert.ok(outputs.every((items) => items.length === 1));
	});
	check('the items hold what Lukittu sent, and the status of licenses', () => {
		for (const [item] of outputs) {
			expectSent(item, deliveries.find(({ event }) => event === item.event)!);
		}
	});
	return [
		{
			sent: `Each of the ${WEBHOOK_EVENTS.length} events`,
			answered: '200',
			started: '1 for each, with what was sent',
		},
	];
}

async function changeEverything(sandbox: Sandbox): Promise<void> {
	const { dashboard } = sandbox;
	const client = clientOf(sandbox);
	const product = dashboard.createProduct({ name: 'Orbit Éditeur ✓' });
	await sleep(APART_MS);
	dashboard.updateProduct(product.id, { url: 'https://shop.example.com/orbit' });
	const release = dashboard.createRelease({ productId: product.id, version: '1.0.0' });
	await sleep(APART_MS);
	dashboard.updateRelease(release.id, { status: 'ARCHIVED' });
	await sleep(APART_MS);
	dashboard.deleteRelease(release.id);

	const { data: customer } = await client.post('/customers', newCustomer());
	const customerPath = `/customers/${customer.data.id}`;
	await client.put(customerPath, newCustomer({ fullName: 'Zoë Example' }));

	const fields = newLicense({
		productIds: [product.id],
		customerIds: [customer.data.id],
		metadata: [{ key: 'order', value: 'SO-1 “größer” 𝄞', locked: true }],
	});
	const { data: license } = await client.post('/licenses', fields);
	const { id, licenseKey } = license.data;
	const { sendEmailDelivery, ...changes } = fields;
	await client.put(`/licenses/id/${id}`, { ...changes, suspended: true, licenseKey });
	await client.delete(`/licenses/id/${id}`);
	await client.delete(customerPath);
	dashboard.deleteProduct(product.id);
}

function expectSent(item: Json, { event, body, attempts }: Delivery): void {
	const sent = JSON.parse(body) as Json;
	const data = item.data as Json;
	for (const [field, value] of Object.entries(sent)) assert.deepEqual(data[field], value, field);
	assert.equal(Date.parse(String(item.timestamp)), attempts[0].at);
	if (!event.startsWith('LICENSE_')) assert.deepEqual(data, sent);
	else assert.equal(data.status, sent.suspended ? 'SUSPENDED' : 'ACTIVE');
}
