/**
 * `npm run bench`: compares the node with n8n's own HTTP Request node, run through the same engine,
 * and with bare HTTP clients. Options: `-- --only a,d` for some of the parts, `--repeats 3`.
 * A run of all parts writes docs/performance.md.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { LukittuServer } from './lukittu.mts';
import { markdown, type Part } from './report.mts';

const ROOT = path.join(import.meta.dirname, '..');
const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f'];

const { values } = parseArgs({
	options: {
		only: { type: 'string', default: LETTERS.join(',') },
		repeats: { type: 'string', default: '7' },
	},
});
const letters = values.only.split(',');
const repeats = Number(values.repeats);
if (letters.some((letter) => !LETTERS.includes(letter)) || !(repeats >= 1)) {
	console.error('Usage: npm run bench -- [--only a,b,c,d,e,f] [--repeats 7]');
	process.exit(1);
}

install();
const parts = await runParts();
const report = parts.map(markdown).join('\n\n');
console.log(report);
if (letters.join() === LETTERS.join()) {
	const file = path.join(ROOT, 'docs/performance.md');
	const found = readFileSync(path.join(import.meta.dirname, 'findings.md'), 'utf8').trim();
	writeFileSync(file, `${introduction()}\n\n${report}\n\n${found}\n`);
	execFileSync('npx', ['prettier', '--write', file], { cwd: ROOT, stdio: 'ignore' });
}

/** Installs what the node is compared with, on first use. */
function install(): void {
	if (existsSync(path.join(import.meta.dirname, 'node_modules/n8n-nodes-base'))) return;
	console.log('Installing n8n-nodes-base and undici into bench/node_modules (about two minutes) …');
	const command = ['ci', '--ignore-scripts'];
	execFileSync('npm', command, { cwd: import.meta.dirname, stdio: 'inherit' });
}

async function runParts(): Promise<Part[]> {
	// Loaded only now, since these need what was installed.
	const { compareLists } = await import('./lists.mts');
	const { compareCreates } = await import('./many.mts');
	const { compareCost } = await import('./cost.mts');
	const { compareGrowth, compareMemory } = await import('./growth.mts');
	const server = new LukittuServer();
	const fewer = Math.max(1, Math.ceil(repeats / 3));
	const all: Record<string, () => Promise<Part>> = {
		a: async () => await compareLists(server, 'a', 2_000, 20, 0.4, repeats),
		b: async () => await compareLists(server, 'b', 10_000, 5, 0.5, repeats),
		c: async () => await compareCreates(server, repeats),
		d: async () => await compareCost(server, repeats),
		e: async () => await compareMemory(server, fewer),
		f: async () => await compareGrowth(server, fewer),
	};
	const done: Part[] = [];
	for (const letter of letters) {
		console.log(`(${letter}) …`);
		done.push(await all[letter]());
	}
	server.close();
	return done;
}

/** What was measured with what. */
function introduction(): string {
	const requireRoot = createRequire(path.join(ROOT, 'package.json'));
	const requireHere = createRequire(path.join(import.meta.dirname, 'package.json'));
	const versionOf = (from: NodeJS.Require, name: string) => {
		const file = from.resolve.paths(name)?.map((folder) => path.join(folder, name, 'package.json'));
		const found = file?.find((candidate) => existsSync(candidate)) ?? '';
		return `${name} ${(JSON.parse(readFileSync(found, 'utf8')) as { version: string }).version}`;
	};
	const versions = [
		...['n8n-core', 'n8n-workflow'].map((name) => versionOf(requireRoot, name)),
		...['n8n-nodes-base', 'axios', 'undici'].map((name) => versionOf(requireHere, name)),
	];
	const [cpu] = os.cpus();
	const load = os.loadavg()[0].toFixed(1);
	return `# Performance

Written by \`npm run bench\`, which takes some ten minutes. All numbers are from one run, side by side: the contenders take turns, the first turn does not count, and of the ${repeats} others the median is shown. What counts are the ratios; times depend on the machine.

- **Lukittu**: the built node through n8n's engine. **HTTP Request**: n8n's own node through the same engine, with its pagination and a bearer token. **n8n's helper**: a node that does nothing but call the HTTP helper that n8n gives to nodes, as the bare client sends its requests. **axios** and **undici**: a program without n8n, with 10 requests in flight, as many as the node's request limiter lets through.
- The server is the sandbox of the tests, on loopback, in a process of its own. Its latency is added to each answer.
- Node.js ${process.version}, ${versions.join(', ')}; ${os.cpus().length} cores (${cpu.model.trim()}), load at the end ${load}.`;
}
