import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { CommandFailed, DemoError, lastLines } from './errors.mts';
import { checkRegistry, npm } from './npm.mts';
import { CACHE, DEMO } from './paths.mts';
import { run } from './process.mts';
import { step } from './progress.mts';

const FOLDER = path.join(CACHE, 'n8n');
const MARKER = path.join(FOLDER, 'installed');
const MANIFEST = path.join(DEMO, 'package.json');
const NEEDED_BYTES = 4e9;

/** The file that starts n8n, once it is installed. */
export const N8N = path.join(FOLDER, 'node_modules', 'n8n', 'bin', 'n8n');

/** Installs the n8n of demo/package.json unless it is there already. */
export async function installN8n(node: string): Promise<void> {
	const manifest = await readFile(MANIFEST, 'utf8');
	const wanted = createHash('sha256')
		.update(`${manifest}${process.platform}${process.arch}`)
		.digest('hex');
	const installed = await readFile(MARKER, 'utf8').catch(() => '');
	if (installed !== wanted) {
		const version: string = JSON.parse(manifest).dependencies.n8n;
		await checkSpace();
		await checkRegistry(`n8n@${version}`);
		await step(
			`Installing n8n ${version}`,
			installPackages,
			'3 GB, 4 to 6 minutes, only this time',
		);
		await writeFile(MARKER, wanted);
	}
	if (!(await sqliteLoads(node))) {
		await step('Preparing its database driver', buildSqlite, 'up to 2 minutes, only this time');
	}
}

async function installPackages(): Promise<void> {
	// What an interrupted install left may look complete to npm without being so.
	await rm(FOLDER, { recursive: true, force: true });
	await mkdir(FOLDER, { recursive: true });
	await cp(MANIFEST, path.join(FOLDER, 'package.json'));
	await npm(
		[
			'install',
			'--prefix',
			FOLDER,
			'--ignore-scripts',
			'--no-package-lock',
			'--no-audit',
			'--no-fund',
			'--engine-strict=false',
		],
		{ log: 'n8n-install', cwd: FOLDER },
	);
}

async function buildSqlite(): Promise<void> {
	const options = { log: 'sqlite-build', cwd: FOLDER };
	const args = ['rebuild', 'sqlite3', '--prefix', FOLDER, '--ignore-scripts=false'];
	try {
		await npm([...args, '--foreground-scripts'], options);
	} catch (error) {
		if (!(error instanceof CommandFailed)) throw error;
		throw new DemoError(
			`n8n's database driver (sqlite3) could be neither downloaded nor built:\n\n${lastLines(error.output)}`,
			'Building it needs Python 3 with setuptools, make and a C++ compiler (on Debian and Ubuntu: ' +
				'apt-get install python3-setuptools make g++; on macOS: xcode-select --install). ' +
				`Then start again: n8n itself stays installed. The whole log: ${error.logFile}`,
		);
	}
}

async function sqliteLoads(node: string): Promise<boolean> {
	return run(node, ['-e', 'require("sqlite3")'], { log: 'sqlite-check', cwd: FOLDER }).then(
		() => true,
		() => false,
	);
}

async function checkSpace(): Promise<void> {
	const { bavail, bsize } = await statfs(CACHE);
	const free = bavail * bsize;
	if (free >= NEEDED_BYTES) return;
	throw new DemoError(
		`n8n needs about ${NEEDED_BYTES / 1e9} GB on the disk of ${CACHE}; ${(free / 1e9).toFixed(1)} GB are free.`,
		'Make room, then start again.',
	);
}
