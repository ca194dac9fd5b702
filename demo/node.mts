import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';

import { CommandFailed, DemoError } from './errors.mts';
import { checkRegistry, npm } from './npm.mts';
import { CACHE } from './paths.mts';
import { run } from './process.mts';
import { step } from './progress.mts';

const NEEDED_MAJOR = 24;
const FOLDER = path.join(CACHE, 'node');

/** The Node that runs n8n: this machine's where it is new enough, else one brought along. */
export async function findNode(): Promise<string> {
	if (Number.parseInt(process.versions.node) >= NEEDED_MAJOR) return process.execPath;
	const binary = path.join(FOLDER, 'node_modules', packageName(), 'bin', binaryName());
	if (!(await works(binary))) {
		await step(
			`Getting Node ${NEEDED_MAJOR} for n8n`,
			download,
			`50 MB; this machine has ${process.version}`,
		);
	}
	return binary;
}

async function download(): Promise<void> {
	const spec = `${packageName()}@^${NEEDED_MAJOR}`;
	await checkRegistry(spec).catch(refuseUnknownPlatform);
	await rm(FOLDER, { recursive: true, force: true });
	await mkdir(FOLDER, { recursive: true });
	await npm(['install', '--prefix', FOLDER, '--no-save', '--ignore-scripts', spec], {
		log: 'node-install',
		cwd: FOLDER,
	});
}

function refuseUnknownPlatform(error: unknown): never {
	if (error instanceof CommandFailed && /E404|ETARGET/.test(error.output)) {
		throw new DemoError(
			`n8n needs Node ${NEEDED_MAJOR} or newer, which npm does not have for ${process.platform} on ${process.arch}.`,
			`This machine has ${process.version}: install a newer one, then start again.`,
		);
	}
	throw error;
}

async function works(binary: string): Promise<boolean> {
	if (!existsSync(binary)) return false;
	const version = await run(binary, ['--version'], { log: 'node-version' }).catch(() => '');
	return version.startsWith(`v${NEEDED_MAJOR}.`);
}

/** The package that holds the binary, by the naming of the `node` package, which fetches it. */
function packageName(): string {
	const platform = process.platform === 'win32' ? 'win' : process.platform;
	const prefix = platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
	return `${prefix}-${platform}-${process.arch}`;
}

function binaryName(): string {
	return process.platform === 'win32' ? 'node.exe' : 'node';
}
