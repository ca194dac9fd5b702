import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { npm } from './npm.mts';
import { CACHE, REPOSITORY } from './paths.mts';
import { step } from './progress.mts';

/** What the package is made from. */
const SOURCES = [
	'LICENSE',
	'README.md',
	'credentials',
	'gulpfile.js',
	'icons',
	'nodes',
	'package.json',
	'tsconfig.json',
];
const FOLDER = path.join(CACHE, 'package');
const MARKER = path.join(FOLDER, 'sources');
const MODULE = 'n8n-nodes-lukittu';

export interface Packed {
	tarball: string;
	/** Changes when the node's sources do. */
	hash: string;
}

/** Builds and packs the node as it would be published, unless its sources are unchanged. */
export async function packNode(): Promise<Packed> {
	const hash = await hashSources();
	const packed = await readFile(MARKER, 'utf8').catch(() => '');
	if (packed !== hash) {
		await step('Building and packing the Lukittu node', build, 'about 10 s');
		await writeFile(MARKER, hash);
	}
	return { tarball: await findTarball(), hash };
}

/** Installs the packed node into an n8n user folder, as n8n does with community nodes. */
export async function installNode({ tarball, hash }: Packed, home: string): Promise<void> {
	const folder = path.join(home, '.n8n', 'nodes');
	const marker = path.join(folder, `${MODULE}.sources`);
	if ((await readFile(marker, 'utf8').catch(() => '')) === hash) return;
	await step('Installing the Lukittu node into n8n', async () => {
		await mkdir(folder, { recursive: true });
		// npm keeps the checksum of a tarball it knows by its path, and refuses a newer one there.
		await rm(path.join(folder, 'node_modules', MODULE), { recursive: true, force: true });
		await rm(path.join(folder, 'node_modules', '.package-lock.json'), { force: true });
		await npm(
			[
				'install',
				tarball,
				'--prefix',
				folder,
				'--legacy-peer-deps',
				'--ignore-scripts',
				'--no-package-lock',
				'--no-audit',
				'--prefer-offline',
			],
			{ log: 'node-package-install', cwd: folder },
		);
	});
	await writeFile(marker, hash);
}

async function build(): Promise<void> {
	await npm(['run', 'build'], { log: 'node-package-build', cwd: REPOSITORY });
	await rm(FOLDER, { recursive: true, force: true });
	await mkdir(FOLDER, { recursive: true });
	await npm(['pack', '--pack-destination', FOLDER], {
		log: 'node-package-pack',
		cwd: REPOSITORY,
	});
}

async function findTarball(): Promise<string> {
	const [tarball] = (await readdir(FOLDER)).filter((name) => name.endsWith('.tgz'));
	return path.join(FOLDER, tarball);
}

async function hashSources(): Promise<string> {
	const hash = createHash('sha256');
	for (const source of SOURCES) {
		for (const file of await listFiles(path.join(REPOSITORY, source))) {
			hash
				.update(path.relative(REPOSITORY, file))
				.update('\0')
				.update(await readFile(file));
		}
	}
	return hash.digest('hex');
}

async function listFiles(source: string): Promise<string[]> {
	const found = await stat(source).catch(() => undefined);
	if (!found) return [];
	if (found.isFile()) return [source];
	const names = (await readdir(source)).sort();
	const nested = await Promise.all(names.map((name) => listFiles(path.join(source, name))));
	return nested.flat();
}
