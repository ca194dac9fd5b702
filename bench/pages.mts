import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Serves the lists of a sandbox, each page made once: making it again for every request would take
 * longer than all the rest, and be what is measured.
 */
export class Pages {
	latencyMs = 0;

	private readonly made = new Map<string, Promise<Buffer>>();

	private readonly server = createServer(({ url = '', headers }, response) => {
		void this.answer(url, headers.authorization ?? '', response);
	});

	/** @param origin the address of the sandbox */
	constructor(private readonly origin: string) {}

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	async listen(): Promise<void> {
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
	}

	/** Forgets the pages. */
	clear(): void {
		this.made.clear();
	}

	private async answer(url: string, authorization: string, response: ServerResponse) {
		const page = this.made.get(url) ?? this.make(url, authorization);
		this.made.set(url, page);
		const [body] = await Promise.all([page, sleep(this.latencyMs)]);
		response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
		response.end(body);
	}

	private async make(url: string, authorization: string): Promise<Buffer> {
		const answer = await fetch(this.origin + url, { headers: { authorization } });
		if (!answer.ok) throw new Error(`The sandbox answers ${answer.status} to ${url}`);
		return Buffer.from(await answer.arrayBuffer());
	}
}
