import { mkdir, rm } from 'node:fs/promises';

import { explain } from './errors.mts';
import { runExamples } from './examples.mts';
import { importExamples } from './import.mts';
import { installN8n } from './install.mts';
import { lock } from './lock.mts';
import { failed, startServer } from './n8n.mts';
import { findNode } from './node.mts';
import { OWNER, setUpOwner } from './owner.mts';
import { installNode, packNode } from './pack.mts';
import { CACHE, EDITOR_HOME, RUN_HOME } from './paths.mts';
import { freePort } from './ports.mts';
import { step } from './progress.mts';
import { startDemoSandbox } from './sandbox.mts';
import { isStopping, stop } from './stop.mts';
import { LARGE_BURST, SMALL_BURST } from './trigger/burst.mts';
import { writeReport } from './trigger/report.mts';
import { runTrigger } from './trigger/run.mts';

const PREFERRED_PORT = 5678;

const HELP = `npm run demo            n8n with the Lukittu node and example workflows, in your browser
npm run demo -- --run   runs the example workflows and the trigger without a browser and checks
                        the result

No Lukittu account is needed: a server in memory, on this machine, plays Lukittu.
All that is installed is in demo/.cache; delete that folder to start afresh.`;

/** Ctrl-C is the way to end the editor, but before that it means that nothing was shown. */
let interruptedCode = 130;

async function main(args: string[]): Promise<void> {
	if (args.length === 0) return openEditor();
	if (args.length === 1 && args[0] === '--run') return runOnce();
	if (args.length === 1 && args[0] === '--write') return writeOnce();
	console.log(HELP);
	process.exitCode = args.includes('--help') ? 0 : 2;
}

async function openEditor(): Promise<void> {
	lock('editor', 'running n8n');
	const { node, packed } = await prepare();
	const instance = { node, home: EDITOR_HOME };
	await installNode(packed, EDITOR_HOME);
	const sandbox = await startDemoSandbox();
	await importExamples(instance, sandbox);
	const port = await freePort(PREFERRED_PORT);
	const { url, running } = await step('Starting n8n', () => startServer(instance, port));
	await setUpOwner(url);
	console.log(`
  n8n is ready:  ${url}

      E-mail     ${OWNER.email}
      Password   ${OWNER.password}

  Two workflows are there: "Create a license for a paid order" and
  "List licenses that expire soon". Open one and press "Execute workflow".
  Lukittu itself is played by a server in memory at ${sandbox.url}:
  it starts with the same data each time and forgets what you did to it.

  Ctrl-C stops everything.
`);
	interruptedCode = 0;
	await running.ended;
	throw await failed(running);
}

async function runOnce(): Promise<void> {
	const { instance, sandbox } = await startAnew();
	await importExamples(instance, sandbox);
	await runExamples(instance, sandbox);
	await runTrigger(instance, sandbox, SMALL_BURST);
	console.log('\n  The workflows and the trigger did what they should.\n');
}

/** What `npm run reliability:trigger` does; its times are this machine's. */
async function writeOnce(): Promise<void> {
	const { instance, sandbox } = await startAnew();
	const { rows, burst } = await runTrigger(instance, sandbox, LARGE_BURST);
	await writeReport(rows, burst);
	console.log('\n  docs/reliability.md tells what was seen.\n');
}

async function startAnew() {
	lock('run', 'running the example workflows');
	const { node, packed } = await prepare();
	const instance = { node, home: RUN_HOME };
	await rm(RUN_HOME, { recursive: true, force: true });
	await installNode(packed, RUN_HOME);
	return { instance, sandbox: await startDemoSandbox() };
}

async function prepare() {
	const unlock = lock('install', 'installing n8n');
	const packed = await packNode();
	const node = await findNode();
	await installN8n(node);
	unlock();
	return { node, packed };
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
	process.on(signal, async () => {
		// A terminal and npm may both pass the signal on.
		if (!isStopping()) console.log('\n  Stopping …');
		await stop();
		process.exit(interruptedCode);
	});
}

await mkdir(CACHE, { recursive: true });
try {
	await main(process.argv.slice(2));
} catch (error) {
	if (!isStopping()) {
		console.error(`\n${explain(error)}\n`);
		process.exitCode = 1;
	}
}
await stop();
