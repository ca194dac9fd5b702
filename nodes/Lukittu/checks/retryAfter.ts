/**
 * Reads the header Retry-After: seconds, or a date.
 *
 * @returns milliseconds from now on, or undefined where there is none that can be read
 * @see RFC 9110, section 10.2.3
 */
export function retryAfterMs(header: unknown): number | undefined {
	if (typeof header !== 'string' || header.trim() === '') return undefined;
	const seconds = /^\s*\d+\s*$/.test(header) ? Number(header) : NaN;
	const milliseconds = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
	return Number.isNaN(milliseconds) ? undefined : Math.max(milliseconds, 0);
}
