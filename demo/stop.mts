type Cleanup = () => void | Promise<void>;

const cleanups = new Set<Cleanup>();
let stopping: Promise<void> | undefined;

/** Registers what must be done before the demo ends. Returns a function that takes it back. */
export function onStop(cleanup: Cleanup): () => void {
	cleanups.add(cleanup);
	return () => void cleanups.delete(cleanup);
}

/** Whether the demo is on its way out, so that a child that ended is no surprise. */
export function isStopping(): boolean {
	return stopping !== undefined;
}

/** Runs what was registered, the latest first. A second call waits for the first. */
export function stop(): Promise<void> {
	stopping ??= runCleanups();
	return stopping;
}

async function runCleanups(): Promise<void> {
	for (const cleanup of [...cleanups].reverse()) await cleanup();
}
