import type { Outcome } from './contenders.mts';

/** What one run took. */
export interface Sample extends Outcome {
	wallMs: number;
	/** Of this process alone; the server is another. */
	cpuMs: number;
	startedAt: number;
}

/** One way to do the work. */
export interface Contender {
	name: string;
	run: () => Promise<Outcome>;
}

/** Runs something once. */
export async function measured(run: () => Promise<Outcome>): Promise<Sample> {
	const startedAt = Date.now();
	const start = performance.now();
	const cpu = process.cpuUsage();
	const outcome = await run();
	const { user, system } = process.cpuUsage(cpu);
	const wallMs = performance.now() - start;
	return { ...outcome, wallMs, cpuMs: (user + system) / 1000, startedAt };
}

/**
 * Runs the contenders in turns, so that what else the machine does meets all of them alike. The
 * first turn warms up and does not count.
 *
 * @param repeats how many turns count
 * @param between what is to be done after each run
 * @throws Error if one of them gives less than all of the work
 */
export async function inTurns(
	contenders: Contender[],
	items: Record<string, number>,
	repeats: number,
	between: (name: string) => Promise<void> = async () => {},
): Promise<Record<string, Sample[]>> {
	const samples: Record<string, Sample[]> = {};
	for (let turn = 0; turn <= repeats; turn += 1) {
		for (const { name, run } of contenders) {
			const sample = await measured(run);
			if (sample.message !== undefined || sample.items !== items[name]) {
				throw new Error(`${name} gave ${sample.items} items: ${sample.message ?? ''}`);
			}
			if (turn > 0) (samples[name] ??= []).push(sample);
			await between(name);
		}
	}
	return samples;
}

/** The middle value. */
export function median(values: number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median of one measure. */
export const medianOf = (samples: Sample[], measure: 'cpuMs' | 'wallMs'): number =>
	median(samples.map((sample) => sample[measure]));
