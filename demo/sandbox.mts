import { startSandbox } from '../test/sandbox/server.mts';
import { DEMO_API_KEY, DEMO_TEAM_ID, seedDemo } from '../test/sandbox/seed.mts';
import type { Sandbox } from '../test/sandbox/types.mts';

import { freePort } from './ports.mts';
import { onStop } from './stop.mts';

const PREFERRED_PORT = 5680;

/** Starts a Lukittu server in memory with a shop's data in it; it ends with the demo. */
export async function startDemoSandbox(): Promise<Sandbox> {
	const sandbox = await startSandbox({
		port: await freePort(PREFERRED_PORT),
		teamId: DEMO_TEAM_ID,
		apiKey: DEMO_API_KEY,
	});
	onStop(() => sandbox.close());
	seedDemo(sandbox);
	return sandbox;
}
