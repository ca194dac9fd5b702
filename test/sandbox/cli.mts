import { parseArgs } from 'node:util';

import { DEMO_API_KEY, DEMO_TEAM_ID, seedDemo } from './seed.mts';
import { startSandbox } from './server.mts';
import type { Delivery, DeliveryAttempt, Sandbox, WebhookEvent } from './server.mts';

const { values } = parseArgs({
	options: {
		port: { type: 'string', default: '4747' },
		'webhook-url': { type: 'string' },
		'webhook-secret': { type: 'string' },
		'webhook-events': { type: 'string' },
		'webhook-anywhere': { type: 'boolean', default: false },
	},
});

const sandbox = await startSandbox({
	port: portOf(values.port),
	teamId: DEMO_TEAM_ID,
	apiKey: DEMO_API_KEY,
	webhooksAnywhere: values['webhook-anywhere'],
}).catch((error: NodeJS.ErrnoException) => {
	if (error.code !== 'EADDRINUSE') throw error;
	return refusePort(`Port ${values.port} is taken.`);
});
seedDemo(sandbox);
const webhook = values['webhook-url'] ? setUpWebhook(values['webhook-url']) : '';
console.log(greeting(sandbox, webhook));
sandbox.onDelivery = (delivery, attempt) => console.log(describeAttempt(delivery, attempt));
for (const signal of ['SIGINT', 'SIGTERM'] as const)
	process.once(signal, () => void sandbox.close());

function portOf(text: string): number {
	const port = Number(text);
	return Number.isInteger(port) && port >= 0 && port < 65_536
		? port
		: refusePort(`"${text}" is no port.`);
}

function refusePort(reason: string): never {
	return refuse(`${reason} Give another: npm run sandbox -- --port 4748`);
}

function refuse(reason: string): never {
	console.error(reason);
	process.exit(1);
}

function setUpWebhook(url: string): string {
	// An empty list would be a webhook that is never called.
	const events = values['webhook-events']?.split(',').map((event) => event.trim());
	try {
		const { secret } = sandbox.addWebhook({
			url,
			secret: values['webhook-secret'],
			events: events as WebhookEvent[] | undefined,
		});
		return `\nWebhooks go to ${url}, signed with the secret ${secret}\n`;
	} catch (error) {
		return refuse(`No webhook: ${(error as Error).message}`);
	}
}

function describeAttempt(
	{ event, state, attempts }: Delivery,
	{ ms, status, reason }: DeliveryAttempt,
): string {
	const outcome = `${status ?? reason} after ${Math.round(ms)} ms`;
	return `${event}, attempt ${attempts.length}: ${outcome}, ${state}`;
}

function greeting({ url, teamId, apiKey, state }: Sandbox, webhook: string): string {
	return `A Lukittu server in memory, with ${state.licenses.size} licenses of an invented shop.
Nothing is kept: it starts anew each time.

In an n8n on this machine, create a credential "Lukittu API" with
  API Key   ${apiKey}
  Team ID   ${teamId}
  Base URL  ${url}

Or try it by hand:
  curl -H "Authorization: Bearer ${apiKey}" ${url}/api/v1/dev/teams/${teamId}/licenses
${webhook}
Ctrl+C stops it.`;
}
