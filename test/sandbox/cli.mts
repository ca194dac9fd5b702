import { parseArgs } from 'node:util';

import { DEMO_API_KEY, DEMO_TEAM_ID, seedDemo } from './seed.mts';
import { startSandbox } from './server.mts';
import type { Sandbox } from './server.mts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '4747' } } });

const sandbox = await startSandbox({
	port: portOf(values.port),
	teamId: DEMO_TEAM_ID,
	apiKey: DEMO_API_KEY,
}).catch((error: NodeJS.ErrnoException) => {
	if (error.code !== 'EADDRINUSE') throw error;
	return refuse(`Port ${values.port} is taken.`);
});
seedDemo(sandbox);
console.log(greeting(sandbox));
for (const signal of ['SIGINT', 'SIGTERM'] as const)
	process.once(signal, () => void sandbox.close());

function portOf(text: string): number {
	const port = Number(text);
	return Number.isInteger(port) && port >= 0 && port < 65_536
		? port
		: refuse(`"${text}" is no port.`);
}

function refuse(reason: string): never {
	console.error(`${reason} Give another: npm run sandbox -- --port 4748`);
	process.exit(1);
}

function greeting({ url, teamId, apiKey, state }: Sandbox): string {
	return `A Lukittu server in memory, with ${state.licenses.size} licenses of an invented shop.
Nothing is kept: it starts anew each time.

In an n8n on this machine, create a credential "Lukittu API" with
  API Key   ${apiKey}
  Team ID   ${teamId}
  Base URL  ${url}

Or try it by hand:
  curl -H "Authorization: Bearer ${apiKey}" ${url}/api/v1/dev/teams/${teamId}/licenses

Ctrl+C stops it.`;
}
