import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

import type { Seed } from './corpus-seed.mts';
import { DEMO_API_KEY, DEMO_TEAM_ID, seedDemo } from './seed.mts';
import { startSandbox } from './server.mts';
import type { Delivery, DeliveryAttempt, Sandbox, WebhookEvent } from './server.mts';

const { values } = parseArgs({
	options: {
		port: { type: 'string', default: '4747' },
		seed: { type: 'string' },
		'reset-port': { type: 'string' },
		'hook-port': { type: 'string', default: '13902' },
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
	seed: values.seed === undefined ? undefined : seedOf(values.seed),
	hookUrl: `http://127.0.0.1:${portOf(values['hook-port'])}/`,
	webhooksAnywhere: values['webhook-anywhere'],
}).catch((error: NodeJS.ErrnoException) => {
	if (error.code !== 'EADDRINUSE') throw error;
	return refusePort(`Port ${values.port} is taken.`);
});
const start = () => (values.seed === undefined ? seedDemo(sandbox) : undefined);
start();
if (values['reset-port'] !== undefined) listenForResets(portOf(values['reset-port']));
const webhook = values['webhook-url'] ? setUpWebhook(values['webhook-url']) : '';
console.log(greeting(sandbox, webhook));
sandbox.onDelivery = (delivery, attempt) => console.log(describeAttempt(delivery, attempt));
for (const signal of ['SIGINT', 'SIGTERM'] as const)
	process.once(signal, () => void sandbox.close());

function seedOf(file: string): Seed {
	try {
		return JSON.parse(readFileSync(file, 'utf8')) as Seed;
	} catch (error) {
		return refuse(`No seed: ${(error as Error).message}`);
	}
}

/** Puts everything back to the start on a POST to any path. */
function listenForResets(port: number): void {
	const server = createServer((request, response) => {
		if (request.method !== 'POST') return void response.writeHead(405).end();
		void sandbox.reset().then(() => {
			start();
			response.end('reset\n');
		});
	});
	server.once('error', () => refusePort(`Port ${port} is taken.`));
	server.listen(port, '127.0.0.1').unref();
}

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
	const data = values.seed === undefined ? 'an invented shop' : `the first team of ${values.seed}`;
	return `A Lukittu server in memory, with ${state.licenses.size} licenses of ${data}.
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
