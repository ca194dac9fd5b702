import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { IDataObject, INode } from 'n8n-workflow';

import {
	startTrigger,
	TRIGGER_NODE,
	type RunningTrigger,
	type StartTriggerOptions,
} from '../engine/webhook.mts';

export const SECRET = 'whsec-3f1c0a5e';

/** A request as it goes over the wire. */
export interface Delivery {
	body: string | Buffer;
	headers: Record<string, string | string[]>;
}

export interface Answer {
	status: number;
	body: string;
	/** The header names and values that the answer has, without the date. */
	headers: IDataObject;
}

/** The signature by Lukittu's rule. */
export const sign = (timestamp: number | string, body: string | Buffer, secret = SECRET) =>
	createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex');

/** An event as Lukittu sends it; `entity` may be the text of a body. */
export function delivery(
	event: string,
	entity: unknown,
	{ timestamp = Date.now(), secret = SECRET } = {},
): Delivery {
	const body =
		typeof entity === 'string' || Buffer.isBuffer(entity) ? entity : JSON.stringify(entity);
	return {
		body,
		headers: {
			'Content-Type': 'application/json',
			'User-Agent': 'Lukittu-Webhook/1.0',
			'X-Lukittu-Event': event,
			'X-Lukittu-Timestamp': String(timestamp),
			'X-Lukittu-Signature': sign(timestamp, body, secret),
		},
	};
}

/** Sends a delivery over a connection of its own, with its headers as they are. */
export async function post(url: string, { body, headers }: Delivery): Promise<Answer> {
	const request = httpRequest(url, { method: 'POST', headers, agent: false });
	// Node.js adds the length by itself only where chunks are not asked for.
	request.end(body);
	const [response] = await once(request, 'response');
	const chunks: Buffer[] = [];
	for await (const chunk of response) chunks.push(chunk as Buffer);
	const { date, ...rest } = response.headers;
	return { status: response.statusCode, body: Buffer.concat(chunks).toString(), headers: rest };
}

const node: Omit<INode, 'id' | 'name' | 'type'> = {
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};

/** A workflow that starts with the trigger and ends after the next node. */
export const workflowWith = (parameters: IDataObject): StartTriggerOptions['workflow'] => ({
	nodes: [
		{
			...node,
			id: '1',
			name: 'Lukittu Trigger',
			type: TRIGGER_NODE,
			parameters: parameters as INode['parameters'],
			webhookId: 'test',
		},
		{ ...node, id: '2', name: 'After', type: 'n8n-nodes-base.noOp' },
	],
	connections: { 'Lukittu Trigger': { main: [[{ node: 'After', type: 'main', index: 0 }]] } },
});

/** Starts a trigger for any event. */
export async function listen(
	options: IDataObject = {},
	extra: Partial<StartTriggerOptions> = {},
	events: string[] = ['*'],
): Promise<RunningTrigger> {
	return await startTrigger({
		workflow: workflowWith({ events, additionalOptions: options }),
		secret: { signingSecret: SECRET },
		...extra,
	});
}

/** What started, in order: the items of the executions that the trigger did not fail in. */
export const started = ({ executions }: RunningTrigger): IDataObject[] =>
	executions.filter(({ error }) => !error).flatMap(({ items }) => items);
