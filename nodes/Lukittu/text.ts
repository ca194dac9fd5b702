/** Whatever breaks a line or turns its direction: a message stands on one line, as it was written. */
const BREAKS = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/**
 * Makes a text fit for a message: on one line, and cut where it is long.
 *
 * @param most how many characters it may have
 */
export function shortened(text: string, most: number): string {
	// Long texts are cut first: nobody waits for ten megabytes to be looked through.
	const start = text.slice(0, most + 1).replace(BREAKS, ' ');
	return start.length > most ? `${start.slice(0, most - 3)}…` : start;
}
