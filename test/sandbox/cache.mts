const SECOND_MS = 1000;

interface Entry {
	value: unknown;
	expiresAt: number;
}

/** Remembers values for a while, as the server's Redis does. */
export class Cache {
	private readonly entries = new Map<string, Entry>();

	get<T>(key: string, now: Date): T | undefined {
		const entry = this.entries.get(key);
		return entry && entry.expiresAt > now.getTime() ? (entry.value as T) : undefined;
	}

	set(key: string, value: unknown, seconds: number, now: Date): void {
		this.entries.set(key, { value, expiresAt: now.getTime() + seconds * SECOND_MS });
	}

	clear(): void {
		this.entries.clear();
	}
}
