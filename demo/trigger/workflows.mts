import { randomUUID } from 'node:crypto';

import type { Sandbox } from '../../test/sandbox/types.mts';

import type { N8nRest } from '../rest.mts';

type Json = Record<string, unknown>;

/** The name of the trigger in each workflow here. */
export const TRIGGER = 'Lukittu Trigger';

/** The secret, beyond ASCII on purpose. */
export const SECRET = 'whsec_Grüße_✓_0123456789';

/** An active workflow that a Lukittu Trigger starts. */
export interface Listening {
	id: string;
	/** The Production URL that the editor shows. */
	url: string;
}

export interface Credentials {
	api: Json;
	webhook: Json;
}

/** The credentials, as a user enters them. */
export async function addCredentials(rest: N8nRest, sandbox: Sandbox): Promise<Credentials> {
	const { apiKey, teamId, url } = sandbox;
	return {
		api: await rest.addCredential('lukittuApi', 'Lukittu API', { apiKey, teamId, baseUrl: url }),
		webhook: await rest.addCredential('lukittuWebhookApi', 'Lukittu Webhook', {
			signingSecret: SECRET,
		}),
	};
}

/** Activates a workflow that such events start; `next` are the nodes after the trigger. */
export async function listen(
	rest: N8nRest,
	{ webhook }: Credentials,
	name: string,
	events: string[],
	next: Json[] = [],
	additionalOptions: Json = {},
): Promise<Listening> {
	const webhookId = randomUUID();
	const trigger = {
		...node(TRIGGER, 'n8n-nodes-lukittu.lukittuTrigger', { events, additionalOptions }),
		webhookId,
		credentials: webhook,
	};
	const id = await rest.activate(chain(name, [trigger, ...next]));
	return { id, url: `${rest.url}/webhook/${webhookId}/webhook` };
}

/** A workflow of nodes that follow each other. */
export function chain(name: string, nodes: Json[]): Json {
	const connections = nodes.slice(1).map((target, index) => {
		const main = [[{ node: target.name, type: 'main', index: 0 }]];
		return [nodes[index].name, { main }];
	});
	const placed = nodes.map((one, index) => ({ ...one, position: [index * 220, 0] }));
	return { name, nodes: placed, connections: Object.fromEntries(connections) };
}

/** A node with its parameters. */
export function node(name: string, type: string, parameters: Json, typeVersion = 1): Json {
	return { id: randomUUID(), name, type, typeVersion, parameters };
}
