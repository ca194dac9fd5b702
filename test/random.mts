/** Numbers from 0 to 1 that are the same at every run (mulberry32). */
function randomFrom(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let bits = Math.imul(state ^ (state >>> 15), 1 | state);
		bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
		return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** Random choices that are the same at every run with one seed. */
export class Random {
	private readonly random: () => number;

	constructor(seed: number) {
		this.random = randomFrom(seed);
	}

	/** A whole number from 0 to below the count. */
	below(count: number): number {
		return Math.floor(this.random() * count);
	}

	isLucky(chance: number): boolean {
		return this.random() < chance;
	}

	oneOf<T>(values: readonly T[]): T {
		return values[this.below(values.length)];
	}
}
