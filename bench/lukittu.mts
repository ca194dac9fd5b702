import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

/** What the server is to do before it reports; what is left out stays as it is. */
export interface Command {
	/** Starts anew with that many licenses. */
	licenses?: number;
	/** How long each answer takes; also forgets the requests seen, and the limit. */
	latencyMs?: number;
	/** More creates than that in a second are refused with status 429. */
	createsPerSecond?: number;
}

/** What the server knows of itself. */
export interface ServerReport {
	url: string;
	/** Where lists are served whose pages are made once. */
	listUrl: string;
	teamId: string;
	apiKey: string;
	customerId: string;
	productId: string;
	licenses: number;
	/** How many different order numbers the licenses carry. */
	orders: number;
	requests: number;
	/** When the first and the last request came, in milliseconds since 1970. */
	firstRequestAt?: number;
	lastRequestAt?: number;
	/** Most requests in flight at once. */
	maxInFlight: number;
}

/** A Lukittu server in a process of its own. */
export class LukittuServer {
	private readonly child: ChildProcess = fork(path.join(import.meta.dirname, 'server.mts'), {
		execArgv: ['--import', 'tsx'],
		stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
	});

	/** Prepares the server, and gives back what it knows. */
	async tell(command: Command = {}): Promise<ServerReport> {
		this.child.send(command);
		const [report] = (await once(this.child, 'message')) as [ServerReport];
		return report;
	}

	close(): void {
		this.child.disconnect();
	}
}
