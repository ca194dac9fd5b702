import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { CommandFailed, DemoError, lastLines } from './errors.mts';
import { N8N } from './install.mts';
import { freePort } from './ports.mts';
import { run, start, type Running } from './process.mts';

const START_TIMEOUT_MS = 180_000;

/** Settings of an n8n of the user's own must not reach this one. */
const FOREIGN_SETTING = /^(N8N|DB|CREDENTIALS|EXECUTIONS|NODES|QUEUE|WEBHOOK|GENERIC|npm)_/;

/** n8n's server calls nobody outside this machine, and no dialog stands between a newcomer and the editor. */
const SETTINGS = {
	N8N_AI_ENABLED: 'false',
	N8N_DIAGNOSTICS_ENABLED: 'false',
	N8N_DISABLED_MODULES: 'mcp-registry,instance-ai,chat-hub',
	N8N_DYNAMIC_BANNERS_ENABLED: 'false',
	N8N_HIRING_BANNER_ENABLED: 'false',
	N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
	N8N_LISTEN_ADDRESS: '127.0.0.1',
	N8N_ONBOARDING_FLOW_DISABLED: 'true',
	N8N_PERSONALIZATION_ENABLED: 'false',
	// A proxy could not reach the sandbox.
	NO_PROXY: '127.0.0.1,localhost',
	no_proxy: '127.0.0.1,localhost',
	// The browser would not send a secure cookie over plain HTTP.
	N8N_SECURE_COOKIE: 'false',
	// The sandbox is on this machine, which the protection would refuse.
	N8N_SSRF_PROTECTION_ENABLED: 'false',
	N8N_TEMPLATES_ENABLED: 'false',
	N8N_VERIFIED_PACKAGES_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
};

/** One n8n: the Node that runs it and the user folder that it works in. */
export interface Instance {
	node: string;
	home: string;
}

export interface Server {
	url: string;
	running: Running;
}

/** Runs one of n8n's own commands and returns what it printed on standard output. */
export async function n8n(instance: Instance, command: string, ...args: string[]): Promise<string> {
	await mkdir(instance.home, { recursive: true });
	return run(instance.node, [N8N, command, ...args], {
		log: `n8n-${command.replace(':', '-')}`,
		// n8n reads a .env file where it is started.
		cwd: instance.home,
		env: await environment(instance, await freePort(0)),
	});
}

/** Starts n8n's server on this machine alone and waits until it answers. */
export async function startServer(
	instance: Instance,
	port: number,
	settings: Record<string, string> = {},
): Promise<Server> {
	const running = start(instance.node, [N8N, 'start'], {
		log: 'n8n',
		cwd: instance.home,
		env: { ...(await environment(instance, port)), ...settings },
	});
	const url = `http://127.0.0.1:${port}`;
	const deadline = Date.now() + START_TIMEOUT_MS;
	while (!(await answers(url))) {
		if (running.hasEnded()) throw await failed(running);
		if (Date.now() > deadline) {
			throw new DemoError(
				`n8n did not answer within 3 minutes. It said last:\n\n${lastLines(running.output())}`,
				`The whole log: ${running.logFile}`,
			);
		}
		await sleep(200);
	}
	return { url, running };
}

/** The error that tells how n8n's server ended. */
export async function failed({ ended, output, logFile }: Running): Promise<CommandFailed> {
	return new CommandFailed('n8n', await ended, output(), logFile);
}

async function answers(url: string): Promise<boolean> {
	return fetch(`${url}/rest/settings`).then(
		// Before its API is ready, n8n answers with the editor's page.
		({ ok, headers }) => ok && headers.get('content-type')?.includes('json') === true,
		() => false,
	);
}

async function environment({ home }: Instance, port: number): Promise<NodeJS.ProcessEnv> {
	const own = Object.entries(process.env).filter(([name]) => !FOREIGN_SETTING.test(name));
	return {
		...Object.fromEntries(own),
		...SETTINGS,
		GENERIC_TIMEZONE: Intl.DateTimeFormat().resolvedOptions().timeZone,
		N8N_EDITOR_BASE_URL: `http://127.0.0.1:${port}`,
		N8N_PORT: String(port),
		N8N_RUNNERS_BROKER_PORT: String(await freePort(0)),
		N8N_USER_FOLDER: home,
	};
}
