import { stripVTControlCharacters } from 'node:util';

/** A failure in plain words, without a stack trace. */
export class DemoError extends Error {
	constructor(
		message: string,
		readonly advice?: string,
	) {
		super(message);
	}
}

/** A command that ended with an exit code other than 0. */
export class CommandFailed extends Error {
	constructor(
		command: string,
		code: number | string,
		readonly output: string,
		readonly logFile: string,
	) {
		super(`${command} ended with ${code}`);
	}
}

/** The last lines of a command's output. */
export function lastLines(output: string, count = 25): string {
	return stripVTControlCharacters(output).trimEnd().split('\n').slice(-count).join('\n');
}

/** What is shown to the user of any error: what happened, and what to do. */
export function explain(error: unknown): string {
	if (error instanceof DemoError) {
		return error.advice ? `${error.message}\n\n${error.advice}` : error.message;
	}
	if (error instanceof CommandFailed) {
		return `${error.message}. It said last:\n\n${lastLines(error.output)}\n\n${advise(error)}`;
	}
	return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function advise({ output, logFile }: CommandFailed): string {
	const log = `The whole log: ${logFile}`;
	if (/ENOSPC/.test(output)) return `The disk is full: make room, then start again. ${log}`;
	if (/^npm .*(ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH)/m.test(output)) {
		return `npm could not download a package: check the network (and a proxy, where there is one), then start again. ${log}`;
	}
	return `Start again; if it ends the same way, delete demo/.cache and try once more. ${log}`;
}
