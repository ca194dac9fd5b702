import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import path from 'node:path';

import { CommandFailed } from './errors.mts';
import { LOGS } from './paths.mts';
import { isStopping, onStop } from './stop.mts';

const GRACE_MS = 10_000;

export interface RunOptions {
	/** The name of the log file that keeps all output. */
	log: string;
	cwd?: string;
	env?: NodeJS.ProcessEnv;
}

export interface Running {
	/** Everything printed so far, standard error included. */
	output: () => string;
	stdout: () => string;
	logFile: string;
	/** Resolves with the exit code, or the name of the signal that ended the process. */
	ended: Promise<number | string>;
	hasEnded: () => boolean;
}

/** Starts a command in the background; it is ended when the demo stops. */
export function start(command: string, args: string[], options: RunOptions): Running {
	if (isStopping()) throw new Error('The demo is stopping');
	mkdirSync(LOGS, { recursive: true });
	const logFile = path.join(LOGS, `${options.log}.log`);
	const log = createWriteStream(logFile);
	// A group of its own: Ctrl-C in a terminal then reaches the demo alone, which ends its
	// children in order.
	const detached = process.platform !== 'win32';
	const child = spawn(command, args, {
		cwd: options.cwd,
		env: options.env ?? process.env,
		stdio: ['ignore', 'pipe', 'pipe'],
		detached,
	});

	let stdout = '';
	let output = '';
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		stdout += text;
		output += text;
		log.write(text);
	});
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		output += text;
		log.write(text);
	});

	const ended = new Promise<number | string>((resolve, reject) => {
		child.once('error', reject);
		child.once('close', (code, signal) => resolve(code ?? signal ?? 1));
	});
	let hasEnded = false;
	const takeBack = onStop(() => end(child, ended, detached));
	// The last resort, should the demo itself break down.
	const kill = () => signal(child, 'SIGKILL', detached);
	process.on('exit', kill);
	const settle = () => {
		hasEnded = true;
		log.end();
		takeBack();
		process.off('exit', kill);
	};
	ended.then(settle, settle);
	return {
		output: () => output,
		stdout: () => stdout,
		logFile,
		ended,
		hasEnded: () => hasEnded,
	};
}

/** Runs a command to its end and returns what it printed on standard output. */
export async function run(command: string, args: string[], options: RunOptions): Promise<string> {
	const running = start(command, args, options);
	const code = await running.ended;
	if (code !== 0) {
		throw new CommandFailed(
			[command, ...args].map(shorten).join(' '),
			code,
			running.output(),
			running.logFile,
		);
	}
	return running.stdout();
}

function shorten(argument: string): string {
	return path.isAbsolute(argument) ? path.basename(argument) : argument;
}

async function end(child: ChildProcess, ended: Promise<unknown>, group: boolean): Promise<void> {
	signal(child, 'SIGTERM', group);
	const force = setTimeout(() => signal(child, 'SIGKILL', group), GRACE_MS);
	await ended.catch(() => {});
	clearTimeout(force);
}

function signal({ pid }: ChildProcess, name: NodeJS.Signals, group: boolean): void {
	if (pid === undefined) return;
	try {
		process.kill(group ? -pid : pid, name);
	} catch {
		// It has ended by itself.
	}
}
