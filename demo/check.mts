import { DemoError } from './errors.mts';

/** Says what holds, or ends the demo with what does not. */
export function check(what: string, assertion: () => void): void {
	try {
		assertion();
	} catch (error) {
		throw new DemoError(`Not so: ${what}.\n\n${(error as Error).message}`);
	}
	console.log(`  ✓ ${what}`);
}
