/** The same work done by the node, by n8n's HTTP Request node, and by two bare HTTP clients. */
import { createRequire } from 'node:module';
import { Agent } from 'node:http';
import path from 'node:path';
import type {
	ICredentialType,
	IDataObject,
	INodeParameters,
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
/** As many as the node's gate lets through. */
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
export async function bareGetAll(client: BareClient, server: ServerReport): Promise<Outcome> {
	const pageOf = async (page: number) => {
		const query = `pageSize=${PAGE_SIZE}&sortColumn=createdAt&sortDirection=asc&page=${page}`;
		return (await client(server, 'GET', `/licenses?${query}`)).data;
	};
	const first = await pageOf(1);
	const others = Math.ceil(first.totalResults / PAGE_SIZE) - 1;
	const rest = await inParallel(others, async (index) => await pageOf(index + 2));
	return { items: [first, ...rest].flatMap(({ licenses }) => licenses).length };
}

/** Creates one license for each body. */
export async function bareCreate(
	client: BareClient,
	server: ServerReport,
	bodies: object[],
): Promise<Outcome> {
	const answers = await inParallel(
		bodies.length,
		async (index) => await client(server, 'POST', '/licenses', bodies[index]),
	);
	return { items: answers.length };
}
