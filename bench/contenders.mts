/** The same work done by the node, by n8n's HTTP Request node, and by two bare HTTP clients. */
import { createRequire } from 'node:module';
import { Agent } from 'node:http';
import path from 'node:path';
import type {
	ICredentialType,
	IDataObject,
	IExecuteFunctions,
	INodeParameters,
	INodeType,
	IVersionedNodeType,
} from 'n8n-workflow';

import {
	CREDENTIAL_REFERENCE,
	LUKITTU_NODE,
	outputItems,
	runWorkflow,
	staticItems,
	type RunWorkflowOptions,
} from '../test/engine/index.mts';
import type { ServerReport } from './lukittu.mts';

const PAGE_SIZE = 100;
/** As many as the node's request limiter lets through. */
export const IN_FLIGHT = 10;

const requireHere = createRequire(path.join(import.meta.dirname, 'package.json'));
const base = path.dirname(requireHere.resolve('n8n-nodes-base/package.json'));
const { HttpRequest } = requireHere(
	path.join(base, 'dist/nodes/HttpRequest/HttpRequest.node.js'),
) as { HttpRequest: new () => IVersionedNodeType };
const { HttpBearerAuth } = requireHere(
	path.join(base, 'dist/credentials/HttpBearerAuth.credentials.js'),
) as { HttpBearerAuth: new () => ICredentialType };
const axios = requireHere('axios') as typeof import('axios').default;
const undici = requireHere('undici') as typeof import('undici');

const HTTP_REQUEST = 'n8n-nodes-base.httpRequest';
const HELPER_TYPE = 'bench.helper';
/** How the tables name a node that does nothing but call n8n's HTTP helper. */
export const HELPER = "n8n's helper";
const httpRequest = new HttpRequest();
const bearerAuth = new HttpBearerAuth();

/** What a node gave: how many items, or why it gave none. */
export interface Outcome {
	items: number;
	message?: string;
}

function teamUrl({ url, teamId }: ServerReport): string {
	return `${url}/api/v1/dev/teams/${teamId}`;
}

/** Runs "Start → node" through n8n's engine; `keep` gets the whole run, to hold it in memory. */
async function run(
	node: { type: string; typeVersion: number; parameters: INodeParameters },
	items: IDataObject[],
	options: Partial<RunWorkflowOptions>,
	keep: (value: unknown) => void,
	credentials?: Record<string, typeof CREDENTIAL_REFERENCE>,
): Promise<Outcome> {
	const position: [number, number] = [0, 0];
	const start = { id: 'start', name: 'Start', type: 'bench.start', typeVersion: 1, position };
	const { runData, error } = await runWorkflow({
		workflow: {
			nodes: [
				{ ...start, parameters: {} },
				{ id: 'node', name: 'Node', position, credentials, ...node },
			],
			connections: { Start: { main: [[{ node: 'Node', type: 'main', index: 0 }]] } },
		},
		startNode: 'Start',
		...options,
		nodeTypes: {
			...options.nodeTypes,
			'bench.start': staticItems(items.map((json) => ({ json }))),
			[HTTP_REQUEST]: httpRequest,
		},
	});
	keep(runData);
	const message = (runData.Node?.at(-1)?.error ?? error)?.message;
	return { items: outputItems(runData, 'Node').length, message };
}

/** Runs the node; `keep` gets the whole run. */
export async function lukittuNode(
	{ apiKey, teamId, url }: ServerReport,
	parameters: INodeParameters,
	items: IDataObject[] = [{}],
	keep: (value: unknown) => void = () => {},
): Promise<Outcome> {
	const node = { type: LUKITTU_NODE, typeVersion: 1, parameters };
	return await run(node, items, { credentials: { apiKey, teamId, baseUrl: url } }, keep);
}

/** Runs n8n's HTTP Request node with a bearer token; `keep` gets the whole run. */
export async function httpRequestNode(
	server: ServerReport,
	parameters: INodeParameters,
	items: IDataObject[] = [{}],
	keep: (value: unknown) => void = () => {},
): Promise<Outcome> {
	const auth = { authentication: 'genericCredentialType', genericAuthType: 'httpBearerAuth' };
	return await run(
		{
			type: HTTP_REQUEST,
			typeVersion: httpRequest.currentVersion,
			parameters: { url: `${teamUrl(server)}/licenses`, ...auth, ...parameters },
		},
		items,
		{ foreignCredentials: [{ type: bearerAuth, data: { token: server.apiKey } }] },
		keep,
		{ httpBearerAuth: CREDENTIAL_REFERENCE },
	);
}

export const GET_ALL: INodeParameters = {
	resource: 'license',
	operation: 'getAll',
	returnAll: true,
};

/** The HTTP Request node's own paging, as its documentation shows it. */
export const HTTP_GET_ALL: INodeParameters = {
	sendQuery: true,
	queryParameters: {
		parameters: [
			{ name: 'pageSize', value: String(PAGE_SIZE) },
			{ name: 'sortColumn', value: 'createdAt' },
			{ name: 'sortDirection', value: 'asc' },
		],
	},
	options: {
		pagination: {
			pagination: {
				paginationMode: 'updateAParameterInEachRequest',
				parameters: {
					parameters: [{ type: 'qs', name: 'page', value: '={{ $pageCount + 1 }}' }],
				},
				paginationCompleteWhen: 'other',
				completeExpression: '={{ !$response.body.data.hasNextPage }}',
			},
		},
	},
};

/** A bare client: one request, answered with the parsed body. */
export type BareClient = (
	server: ServerReport,
	method: 'GET' | 'POST',
	path: string,
	body?: object,
) => Promise<{ data: { licenses: unknown[]; totalResults: number } }>;

const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });

export const axiosClient: BareClient = async (server, method, path, data) => {
	const headers = { authorization: `Bearer ${server.apiKey}` };
	const url = teamUrl(server) + path;
	return (await axios.request({ url, method, data, headers, httpAgent: agent })).data;
};

const dispatcher = new undici.Agent({ connections: IN_FLIGHT });

export const undiciClient: BareClient = async (server, method, path, data) => {
	const { body } = await undici.request(teamUrl(server) + path, {
		method,
		dispatcher,
		headers: { authorization: `Bearer ${server.apiKey}`, 'content-type': 'application/json' },
		body: data && JSON.stringify(data),
	});
	return (await body.json()) as Awaited<ReturnType<BareClient>>;
};

/** Works off tasks with as many in flight as the node has. */
async function inParallel<T>(count: number, task: (index: number) => Promise<T>): Promise<T[]> {
	const results: T[] = [];
	let next = 0;
	const worker = async () => {
		while (next < count) {
			const index = next++;
			results[index] = await task(index);
		}
	};
	await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
	return results;
}

/** Gets all licenses: the first page tells how many pages there are. */
async function allLicenses(client: BareClient, server: ServerReport): Promise<unknown[]> {
	const pageOf = async (page: number) => {
		const query = `pageSize=${PAGE_SIZE}&sortColumn=createdAt&sortDirection=asc&page=${page}`;
		return (await client(server, 'GET', `/licenses?${query}`)).data;
	};
	const first = await pageOf(1);
	const others = Math.ceil(first.totalResults / PAGE_SIZE) - 1;
	const rest = await inParallel(others, async (index) => await pageOf(index + 2));
	return [first, ...rest].flatMap(({ licenses }) => licenses);
}

/** Gets all licenses. */
export async function bareGetAll(client: BareClient, server: ServerReport): Promise<Outcome> {
	return { items: (await allLicenses(client, server)).length };
}

/** Creates one license for each body. */
export async function bareCreate(
	client: BareClient,
	server: ServerReport,
	bodies: object[],
): Promise<Outcome> {
	return { items: (await allCreated(client, server, bodies)).length };
}

async function allCreated(
	client: BareClient,
	server: ServerReport,
	bodies: object[],
): Promise<unknown[]> {
	return await inParallel(
		bodies.length,
		async (index) => (await client(server, 'POST', '/licenses', bodies[index])).data,
	);
}

/**
 * Does what a bare client does inside a node, by the HTTP helper that n8n gives to nodes: without
 * looking at parameters, answers or faults, so that no node can be quicker.
 *
 * @param bodies creates a license for each; without it, gets all licenses
 */
export async function helperNode(server: ServerReport, bodies?: object[]): Promise<Outcome> {
	const { apiKey, teamId, url: baseUrl } = server;
	const type: INodeType = {
		description: {
			displayName: 'Helper',
			name: 'helper',
			group: ['input'],
			version: 1,
			description: '',
			defaults: { name: 'Helper' },
			inputs: ['main'],
			outputs: ['main'],
			credentials: [{ name: 'lukittuApi', required: true }],
			properties: [],
		},
		async execute(this: IExecuteFunctions) {
			const client: BareClient = async (_, method, url, body) =>
				await this.helpers.httpRequestWithAuthentication.call(this, 'lukittuApi', {
					method,
					url: teamUrl(server) + url,
					body: body as IDataObject | undefined,
					json: true,
				});
			const found = bodies
				? await allCreated(client, server, bodies)
				: await allLicenses(client, server);
			return [found.map((json) => ({ json: json as IDataObject }))];
		},
	};
	const node = { type: HELPER_TYPE, typeVersion: 1, parameters: {} };
	const options = { credentials: { apiKey, teamId, baseUrl }, nodeTypes: { [HELPER_TYPE]: type } };
	return await run(node, [{}], options, () => {}, { lukittuApi: CREDENTIAL_REFERENCE });
}
