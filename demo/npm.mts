import { rm } from 'node:fs/promises';
import path from 'node:path';

import { DemoError } from './errors.mts';
import { CACHE } from './paths.mts';
import { run, type RunOptions } from './process.mts';

/** Runs the npm that started the demo. */
export async function npm(args: string[], options: RunOptions): Promise<string> {
	const cli = process.env.npm_execpath;
	if (!cli?.endsWith('npm-cli.js')) {
		throw new DemoError('The demo is started by npm.', 'Run it as: npm run demo');
	}
	return run(process.execPath, [cli, ...args], options);
}

/**
 * Asks the registry for a package. Where there is no network this fails at once, while an install
 * would go on trying for many minutes.
 */
export async function checkRegistry(spec: string): Promise<void> {
	// With npm's own cache the answer could be an old one.
	const cache = path.join(CACHE, 'registry-check');
	await rm(cache, { recursive: true, force: true });
	await npm(['view', spec, 'version', '--fetch-retries=0', '--cache', cache], {
		log: 'registry-check',
	});
	await rm(cache, { recursive: true, force: true });
}
