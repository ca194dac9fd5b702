import { strict as assert } from 'node:assert';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Sandbox } from '../../test/sandbox/types.mts';

import { check } from '../check.mts';
import { step } from '../progress.mts';
import type { N8nRest } from '../rest.mts';
import type { Row } from './report.mts';
import { SECRET, listen, type Credentials } from './workflows.mts';

const SETTLE_MS = 1_000;

/** An answer gets lost on its way, Lukittu sends the event again: the workflow starts once. */
export async function runLostAnswer(
	rest: N8nRest,
	sandbox: Sandbox,
	credentials: Credentials,
): Promise<Row[]> {
	const workflow = await listen(rest, credentials, 'Products created', ['PRODUCT_CREATED']);
	const relay = await startRelay(workflow.url, 2);
	const webhook = sandbox.addWebhook({ url: relay.url, secret: SECRET });
	const usual = sandbox.webhookTimes.firstPauseMs;
	sandbox.webhookTimes.firstPauseMs = 100;
	await step('Losing two answers, so that Lukittu repeats', async () => {
		sandbox.dashboard.createProduct({ name: 'Sent three times' });
		await sandbox.deliveriesEnded();
		await sleep(SETTLE_MS);
	});
	sandbox.webhookTimes.firstPauseMs = usual;
	webhook.active = false;
	await relay.close();

	const { state, attempts } = sandbox.state.deliveries.at(-1)!;
	const executions = await rest.executions(workflow.id);
	check('an event that was sent three times started one execution', () => {
		assert.deepEqual(relay.answers, [200, 200, 200]);
		assert.equal(attempts.length, 3);
		assert.equal(state, 'delivered');
		assert.equal(executions.length, 1);
	});
	return [
		{
			sent: 'One event three times, the first two answers lost on the way',
			answered: relay.answers.join(', '),
			started: '1',
		},
	];
}

/** Passes requests on, and cuts the connection in place of the first answers. */
async function startRelay(target: string, losses: number) {
	const answers: number[] = [];
	const server = createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const { host, connection, 'content-length': length, ...headers } = request.headers;
		const answer = await fetch(target, {
			method: 'POST',
			headers: headers as Record<string, string>,
			body: Buffer.concat(chunks),
		});
		answers.push(answer.status);
		if (answers.length <= losses) response.destroy();
		else response.writeHead(answer.status).end(await answer.text());
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
		answers,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
