const SECOND_MS = 1000;

export interface RateLimit {
	requests: number;
	seconds: number;
}

interface Window {
	count: number;
	endsAt: number;
}

/**
 * Counts requests in fixed windows that begin with the first one, as the server's Redis does.
 * Requests over the limit do not prolong the window. The server tells nothing of it: no
 * Retry-After, no other header.
 */
export class RateLimiter {
	private readonly windows = new Map<string, Window>();

	/** Counts a request, and says whether it is within the limit. */
	take(key: string, { requests, seconds }: RateLimit, now: Date): boolean {
		let window = this.windows.get(key);
		if (!window || window.endsAt <= now.getTime()) {
			window = { count: 0, endsAt: now.getTime() + seconds * SECOND_MS };
			this.windows.set(key, window);
		}
		window.count += 1;
		return window.count <= requests;
	}

	clear(): void {
		this.windows.clear();
	}
}
