import { createRequire } from 'node:module';
import path from 'node:path';

// The copy that n8n-core itself uses.
const requireFromCore = createRequire(path.resolve('node_modules/n8n-core/package.json'));
const { Logger } = requireFromCore('@n8n/backend-common') as {
	Logger: { prototype: Record<(typeof LEVELS)[number], (...texts: unknown[]) => void> };
};

const LEVELS = ['debug', 'error', 'info', 'warn'] as const;

/** Everything in a value, with what JSON leaves out of errors. */
export function textOf(value: unknown, seen = new Set<unknown>()): string {
	if (typeof value !== 'object' || value === null) return String(value);
	if (seen.has(value)) return '';
	seen.add(value);
	const names = Reflect.ownKeys(value);
	return names
		.map((name) => `${String(name)} ${textOf((value as Record<PropertyKey, unknown>)[name], seen)}`)
		.join('\n');
}

/** Keeps what n8n's own log and the console get, at every level, until the mocks are restored. */
export function keepLog(): string[] {
	const logged: string[] = [];
	const keep = (...texts: unknown[]) => {
		logged.push(texts.map((text) => textOf(text)).join(' '));
	};
	for (const level of LEVELS) {
		jest.spyOn(Logger.prototype, level).mockImplementation(keep);
		jest.spyOn(console, level).mockImplementation(keep);
	}
	jest.spyOn(console, 'log').mockImplementation(keep);
	return logged;
}
