import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

import { DemoError } from './errors.mts';
import { N8N } from './install.mts';
import { OWNER } from './owner.mts';

type Json = Record<string, unknown>;

/** What each node put out, by the node's name, in an execution. */
interface ExecutionData {
	resultData: { runData: Record<string, Array<{ data: { main: Array<Array<{ json: Json }>> } }>> };
}

export interface Execution {
	id: string;
	status: string;
}

const PAGE = 100;
const PATIENCE_MS = 60_000;
const PAUSE_MS = 200;

/** n8n's own API, which the editor uses. */
export class N8nRest {
	private constructor(
		readonly url: string,
		private readonly cookie: string,
	) {}

	static async signIn(url: string): Promise<N8nRest> {
		const response = await send(`${url}/rest/login`, '', {
			emailOrLdapLoginId: OWNER.email,
			password: OWNER.password,
		});
		const [cookie] = response.headers.getSetCookie().map((text) => text.split(';')[0]);
		return new N8nRest(url, cookie);
	}

	/** Stores a credential and returns the reference that nodes keep. */
	async addCredential(type: string, name: string, data: Json): Promise<Json> {
		const { id } = await this.call('/credentials', { type, name, data });
		return { [type]: { id, name } };
	}

	/** Stores a workflow, activates it and returns its ID once its triggers listen. */
	async activate(workflow: Json): Promise<string> {
		const { id, versionId } = await this.call('/workflows', { settings: {}, ...workflow });
		await this.call(`/workflows/${id}/activate`, { versionId });
		const deadline = Date.now() + PATIENCE_MS;
		for (;;) {
			const { status, triggers } = await this.call(`/workflows/${id}/publication-status`);
			if (status === 'published') return String(id);
			if (status === 'failed' || Date.now() > deadline) {
				throw new DemoError(`n8n did not activate a workflow: ${JSON.stringify(triggers)}`);
			}
			await sleep(PAUSE_MS);
		}
	}

	/** All executions of a workflow, the newest first. */
	async executions(workflowId: string): Promise<Execution[]> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId }));
		const all: Execution[] = [];
		let cursor = '';
		do {
			const page = await this.call(`/executions?filter=${filter}&limit=${PAGE}${cursor}`);
			all.push(...(page.results as Execution[]));
			cursor = page.nextCursor ? `&cursor=${encodeURIComponent(String(page.nextCursor))}` : '';
		} while (cursor);
		return all;
	}

	/** Waits until all executions of a workflow, and at least so many, have ended, or do not seem to. */
	async ended(workflowId: string, count: number): Promise<Execution[]> {
		const deadline = Date.now() + PATIENCE_MS;
		for (;;) {
			const executions = await this.executions(workflowId);
			const done = executions.filter(({ status }) => !['new', 'running'].includes(status));
			const isDone = done.length >= count && done.length === executions.length;
			if (isDone || Date.now() > deadline) return executions;
			await sleep(PAUSE_MS);
		}
	}

	/** What a node put out in an execution, in its first run. */
	async output({ id }: Execution, node: string): Promise<Json[]> {
		const { data } = await this.call(`/executions/${id}`);
		const { resultData } = flatted.parse(String(data)) as ExecutionData;
		const [run] = resultData.runData[node] ?? [];
		return (run?.data.main[0] ?? []).map(({ json }) => json);
	}

	private async call(path: string, body?: Json): Promise<Json> {
		const response = await send(`${this.url}/rest${path}`, this.cookie, body);
		const { data } = (await response.json()) as { data: Json };
		return data;
	}
}

/** n8n keeps the data of executions in a notation of its own, which this reads. */
const flatted: { parse(text: string): unknown } = {
	parse: (text) => createRequire(N8N)('flatted').parse(text),
};

async function send(url: string, cookie: string, body?: Json): Promise<Response> {
	const response = await fetch(url, {
		method: body ? 'POST' : 'GET',
		headers: { cookie, 'content-type': 'application/json', 'browser-id': 'lukittu-demo' },
		body: body && JSON.stringify(body),
	});
	if (!response.ok) {
		throw new DemoError(`n8n refused ${new URL(url).pathname}: ${await response.text()}`);
	}
	return response;
}
