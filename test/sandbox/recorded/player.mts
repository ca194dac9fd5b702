import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Seed } from '../corpus-seed.mts';
import type { Call, Receiver } from '../receiver.mts';
import type { Sandbox } from '../types.mts';
import { differences } from './compare.mts';
import type { Difference } from './compare.mts';
import { fill, fillText } from './scenario.mts';
import type { ExpectedHook, FormPart, Run, Step } from './scenario.mts';

interface Sent {
	status: number;
	headers: Record<string, string | undefined>;
	body: unknown;
}

/** One that is not recorded must be absent. */
const COMPARED_HEADERS = ['content-type', 'location', 'allow', 'retry-after'];
const BOUNDARY = 'recorded';

/** Plays recorded steps against a sandbox that holds the seed. */
export class Player {
	private readonly run: Run;

	constructor(
		private readonly sandbox: Sandbox,
		private readonly receiver: Receiver,
		seed: Seed,
	) {
		this.run = { seed, bound: new Map(), startedAt: 0, loadedAt: 0 };
	}

	/** Back to the seed; names are bound anew. */
	async reset(): Promise<void> {
		this.run.startedAt = Date.now();
		this.run.bound = new Map();
		await this.sandbox.reset();
		this.run.loadedAt = Date.now();
	}

	/** Plays a step, and says what differs from what was recorded. */
	async play(step: Step): Promise<Difference[]> {
		if (step.fresh) await this.reset();
		if (step.wait) await sleep(step.wait);
		this.receiver.calls.length = 0;
		const found: Difference[] = [];
		for (let round = 0; round < (step.times ?? 1); round += 1)
			found.push(...this.answerDifferences(step, await this.send(step)));
		if (step.hooks) found.push(...(await this.hookDifferences(step.hooks)));
		return found;
	}

	/** Sends the request as it stands: its path is not normalised, a body goes with any method. */
	private send(step: Step): Promise<Sent> {
		const body = this.bodyOf(step);
		const query = step.query === undefined ? '' : `?${fillText(step.query, this.run)}`;
		const options = {
			method: step.method,
			path: fillText(step.path, this.run) + query,
			headers: { ...this.headersOf(step), ...(body && { 'content-length': body.length }) },
		};
		return new Promise((resolve, reject) => {
			const call = request(this.sandbox.url, options, (response) => {
				const chunks: Buffer[] = [];
				response.on('data', (chunk: Buffer) => chunks.push(chunk));
				response.on('error', reject);
				response.on('end', () =>
					resolve({
						status: response.statusCode ?? 0,
						headers: response.headers as Sent['headers'],
						body: parsed(Buffer.concat(chunks).toString('utf8')),
					}),
				);
			});
			call.on('error', reject);
			call.end(body);
		});
	}

	private headersOf(step: Step): Record<string, string> {
		const headers = fill(step.headers ?? {}, this.run);
		if (step.auth) headers.authorization ??= `Bearer ${this.run.seed.teams[step.auth].apiKey}`;
		if (step.body !== undefined) headers['content-type'] ??= 'application/json';
		if (step.multipart) headers['content-type'] ??= `multipart/form-data; boundary=${BOUNDARY}`;
		return headers;
	}

	private bodyOf(step: Step): Buffer | undefined {
		if (step.body !== undefined) return Buffer.from(JSON.stringify(fill(step.body, this.run)));
		if (step.raw !== undefined) return Buffer.from(fillText(step.raw, this.run));
		if (step.rawBase64 !== undefined) return Buffer.from(step.rawBase64, 'base64');
		return step.multipart && this.form(step.multipart);
	}

	private form(parts: FormPart[]): Buffer {
		const chunks = parts.flatMap((part) => [
			`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${part.name}"`,
			part.filename === undefined ? '' : `; filename="${part.filename}"`,
			part.type === undefined ? '' : `\r\nContent-Type: ${part.type}`,
			'\r\n\r\n',
			this.content(part),
			'\r\n',
		]);
		return Buffer.concat([...chunks, `--${BOUNDARY}--\r\n`].map((chunk) => Buffer.from(chunk)));
	}

	private content(part: FormPart): string | Buffer {
		if (part.size !== undefined) return Buffer.alloc(part.size);
		if (part.base64 !== undefined) return Buffer.from(part.base64, 'base64');
		if (part.json !== undefined) return JSON.stringify(fill(part.json, this.run));
		return fillText(part.text ?? '', this.run);
	}

	private answerDifferences({ expect }: Step, { status, headers, body }: Sent): Difference[] {
		const found = differences(expect.status, status, 'status', this.run);
		for (const name of COMPARED_HEADERS) {
			const got = plainHeader(name, headers[name]);
			found.push(...differences(expect.headers?.[name] ?? null, got, `header ${name}`, this.run));
		}
		if ('body' in expect) found.push(...differences(expect.body, body, 'body', this.run));
		return found;
	}

	private async hookDifferences(expected: ExpectedHook[]): Promise<Difference[]> {
		await this.sandbox.deliveriesEnded();
		const { calls } = this.receiver;
		const events = calls.map(eventOf);
		const path = 'webhooks';
		if (calls.length !== expected.length)
			return [{ path, expected: expected.map(({ event }) => event), got: events }];
		return expected.flatMap((hook, index) => this.callDifferences(hook, calls[index]));
	}

	private callDifferences(hook: ExpectedHook, call: Call): Difference[] {
		const path = `webhook ${hook.event}`;
		const found = differences(hook.event, eventOf(call), `${path} event`, this.run);
		for (const [name, value] of Object.entries(hook.headers))
			found.push(...differences(value, call.headers[name] ?? null, `${path} ${name}`, this.run));
		const signature = call.headers['x-lukittu-signature'];
		found.push(...differences(this.signed(call), signature, `${path} signature`, this.run));
		found.push(...differences(hook.body, parsed(call.body), `${path} body`, this.run));
		return found;
	}

	private signed({ headers, body }: Call): string {
		const { secret } = Object.values(this.run.seed.teams).flatMap((team) => team.webhooks)[0];
		const text = `${String(headers['x-lukittu-timestamp'])}.${body}`;
		return createHmac('sha256', secret).update(text).digest('hex');
	}
}

function eventOf({ headers }: Call): unknown {
	return headers['x-lukittu-event'];
}

/** The JSON of a text, or the text where it is none. */
function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

function plainHeader(name: string, value: string | undefined): string | null {
	const plain = name === 'content-type' ? value?.toLowerCase().replace(/;\s+/g, ';') : value;
	return plain ?? null;
}
