const HEARTBEAT_SECONDS = 15;

/**
 * Does one step and shows how long it has taken: each second in a terminal, now and then in
 * a log. `about` says what to expect.
 */
export async function step<T>(title: string, work: () => Promise<T>, about = ''): Promise<T> {
	const startedAt = Date.now();
	const seconds = () => Math.round((Date.now() - startedAt) / 1000);
	const stopTelling = tell(about ? `${title} (${about})` : title, seconds);
	let mark = '✗';
	try {
		const result = await work();
		mark = '✓';
		return result;
	} finally {
		stopTelling();
		console.log(`  ${mark} ${title}, ${seconds()} s`);
	}
}

function tell(text: string, seconds: () => number): () => void {
	return process.stdout.isTTY ? tellInTerminal(text, seconds) : tellInLog(text, seconds);
}

function tellInTerminal(text: string, seconds: () => number): () => void {
	const show = () => {
		const line = `  … ${text} ${seconds()} s`;
		// A line that wraps could not be written over.
		process.stdout.write(`\r${line.slice(0, process.stdout.columns - 1)}`);
	};
	show();
	const timer = setInterval(show, 1000);
	return () => {
		clearInterval(timer);
		process.stdout.write('\r\x1b[K');
	};
}

function tellInLog(text: string, seconds: () => number): () => void {
	console.log(`  … ${text}`);
	const show = () => console.log(`    … ${seconds()} s`);
	const timer = setInterval(show, HEARTBEAT_SECONDS * 1000);
	return () => clearInterval(timer);
}
