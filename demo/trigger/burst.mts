import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';

import { clientOf, newLicense } from '../../test/sandbox/client.mts';
import type { Delivery, Sandbox } from '../../test/sandbox/types.mts';

import { check } from '../check.mts';
import { step } from '../progress.mts';
import type { N8nRest } from '../rest.mts';
import { post } from './post.mts';
import { SECRET, TRIGGER, chain, listen, node, type Credentials } from './workflows.mts';

/** As patient as Lukittu is. */
const PATIENCE_MS = 5_000;
const AT_ONCE = 10;

/** How many deliveries come at once, and how long Lukittu waits before it repeats one. */
export interface Burst {
	deliveries: number;
	firstPauseMs: number;
	/** The trigger's option: how many events start the workflow together. */
	mostEvents: number;
	/** n8n's own. */
	settings: Record<string, string>;
}

/** With n8n and the trigger as they are unless the user says otherwise. */
export const SMALL_BURST: Burst = {
	deliveries: 50,
	firstPauseMs: 15_000,
	mostEvents: 1,
	settings: {},
};
/** As docs/reliability.md advises for so many; with Lukittu's own pauses, of up to 15 minutes in all. */
export const LARGE_BURST: Burst = {
	deliveries: 500,
	firstPauseMs: 60_000,
	mostEvents: 50,
	settings: { N8N_EXPRESSION_ENGINE: 'legacy' },
};

/**
 * Many licenses are made at once. n8n may be too slow to answer all deliveries in the time that
 * Lukittu gives, which then repeats them: what arrives starts the workflow, and never twice.
 */
export async function runBurst(
	rest: N8nRest,
	sandbox: Sandbox,
	credentials: Credentials,
	{ deliveries: count, firstPauseMs, mostEvents, settings }: Burst,
): Promise<string> {
	const usual = await baseline(rest, count);
	const workflow = await listen(
		rest,
		credentials,
		'A burst',
		['LICENSE_CREATED'],
		[node('Received', 'n8n-nodes-base.noOp', {})],
		{ mostEvents },
	);
	const webhook = sandbox.addWebhook({ url: workflow.url, secret: SECRET });
	Object.assign(sandbox.webhookTimes, { timeoutMs: PATIENCE_MS, firstPauseMs });
	const client = clientOf(sandbox);
	const made: string[] = [];
	const executions = await step(`Making ${count} licenses at once`, async () => {
		const creates = Array.from({ length: count }, () => client.post('/licenses', newLicense()));
		for (const { data } of await Promise.all(creates)) made.push(data.data.id);
		await sandbox.deliveriesEnded();
		return await rest.ended(workflow.id, Math.ceil(count / mostEvents));
	});
	webhook.active = false;

	const received: unknown[] = [];
	await step('Reading the executions', async () => {
		for (let index = 0; index < executions.length; index += AT_ONCE) {
			const some = executions.slice(index, index + AT_ONCE);
			const outputs = await Promise.all(some.map((one) => rest.output(one, TRIGGER)));
			received.push(...outputs.flat().map(({ data }) => (data as { id: unknown }).id));
		}
	});
	const deliveries = sandbox.state.deliveries.filter((delivery) => delivery.webhook === webhook);
	const answers = `${tell(deliveries)} ${usual}`;
	check(`no license started the workflow twice. ${answers}`, () => {
		assert.equal(deliveries.length, count);
		assert.equal(new Set(received).size, received.length);
		assert.ok(executions.every(({ status }) => status === 'success'));
	});
	check('each license started it, none is lost', () => {
		assert.deepEqual([...received].sort(), [...made].sort());
	});
	const set = Object.entries(settings).map(([name, value]) => `\`${name}=${value}\``);
	const n8n = set.length > 0 ? `, n8n with ${set.join(', ')}` : '';
	return `${count} licenses made at once, **Most Events per Execution** ${mostEvents}${n8n}: ${answers} ${executions.length} executions, with each license once.`;
}

/** What n8n's own Webhook node takes for as many requests: no trigger is faster than n8n. */
async function baseline(rest: N8nRest, count: number): Promise<string> {
	const webhookId = randomUUID();
	const parameters = { path: webhookId, httpMethod: 'POST', responseMode: 'onReceived' };
	const own = { ...node('Webhook', 'n8n-nodes-base.webhook', parameters, 2), webhookId };
	const id = await rest.activate(chain("n8n's own Webhook", [own]));
	const request = { headers: { 'content-type': 'application/json' }, body: '{"id":1}' };
	const times = await step(`Sending ${count} requests to n8n's own Webhook node`, async () => {
		const requests = Array.from({ length: count }, async () => {
			const startedAt = performance.now();
			await post(`${rest.url}/webhook/${webhookId}`, request);
			return performance.now() - startedAt;
		});
		const all = await Promise.all(requests);
		await rest.ended(id, count);
		return all;
	});
	return `n8n's own Webhook node, with as many requests at once: ${inShort(times)}.`;
}

/** How long answers took. */
function inShort(times: number[]): string {
	const sorted = times.map((ms) => Math.round(ms)).sort((one, other) => one - other);
	const percentile = sorted[Math.ceil(sorted.length * 0.95) - 1];
	return `95 % of the answers within ${percentile} ms, the last after ${sorted.at(-1)} ms`;
}

/** How long the answers took, how many came too late, and what was given up. */
function tell(deliveries: Delivery[]): string {
	const first = deliveries.filter(({ attempts: [{ status }] }) => status === 200);
	const delivered = deliveries.filter(({ state }) => state === 'delivered');
	const times = delivered.map(({ attempts }) => attempts.at(-1)!.ms);
	const late = deliveries.length - first.length;
	const most = Math.max(...deliveries.map(({ attempts }) => attempts.length));
	const repeated = `${late} had no answer within ${PATIENCE_MS / 1000} s and came again, ${most} times in all at most`;
	return [
		late === 0 ? 'each was answered within 5 s, at the first attempt' : repeated,
		`${inShort(times)}`,
		`${deliveries.length - delivered.length} given up.`,
	].join('; ');
}
