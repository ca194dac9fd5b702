import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { DemoError } from './errors.mts';
import { CACHE } from './paths.mts';
import { onStop } from './stop.mts';

/**
 * Keeps a second demo from working in the same folders. Returns the function that unlocks; a lock
 * whose process is gone does not count.
 */
export function lock(name: string, doing: string): () => void {
	mkdirSync(CACHE, { recursive: true });
	const file = path.join(CACHE, `${name}.lock`);
	if (!create(file)) {
		if (isAlive(Number(readFileSync(file, 'utf8')))) {
			throw new DemoError(
				`Another demo is ${doing} in this folder.`,
				'Wait for it, or stop it with Ctrl-C in its terminal, then start again. ' +
					`Where none is running, delete ${file}.`,
			);
		}
		writeFileSync(file, String(process.pid));
	}
	const unlock = () => rmSync(file, { force: true });
	const forget = onStop(unlock);
	return () => {
		unlock();
		forget();
	};
}

function create(file: string): boolean {
	try {
		writeFileSync(file, String(process.pid), { flag: 'wx' });
		return true;
	} catch {
		return false;
	}
}

function isAlive(pid: number): boolean {
	if (!(pid > 0)) return false;
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}
