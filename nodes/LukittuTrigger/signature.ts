import { createHash, createHmac, timingSafeEqual } from 'crypto';

/** Milliseconds since 1970, as Lukittu sends them; until the year 2286 they have 13 digits. */
const TIMESTAMP = /^[1-9]\d{12}$/;

/** What Lukittu signs, and its signature. */
export interface Signed {
	timestamp: string;
	/** The body as it came, byte for byte. */
	body: Uint8Array;
	signature: string;
}

const digest = (text: string) => createHash('sha256').update(text).digest();

/**
 * Whether the signature is Lukittu's: HMAC-SHA256 of the timestamp, a dot and the body, in hex.
 * Takes the same time wherever the signature differs, and however long it is.
 */
export function isSigned({ timestamp, body, signature }: Signed, secret: string): boolean {
	const expected = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex');
	return timingSafeEqual(digest(signature), digest(expected));
}

/**
 * Whether the timestamp is one and differs from now by no more than the tolerance. Lukittu sets it
 * anew for each attempt, so an event that is hours late passes.
 */
export function isTimely(timestamp: string, toleranceMs: number, now: number): boolean {
	return TIMESTAMP.test(timestamp) && Math.abs(now - Number(timestamp)) <= toleranceMs;
}
