/*
 * Runs a webhook trigger of the package as n8n does: a real HTTP server, n8n-core's contexts, and
 * n8n's execution engine. What lies between them is in the package `n8n`, which is no library; it is
 * done here after `webhook-helpers`, `live-webhooks` and `body-parser` of n8n 2.41.1:
 *
 * - the request: `readRawBody()` with n8n's limit, gunzipped; the body parsed before the node is
 *   asked, unless the node's parameters keep n8n from it
 * - the workflow: made anew for each request, with its static data as it was saved last
 * - the answer: the node's own, or n8n's after the workflow was started; 500 and a failed execution
 *   where the node throws
 * - the static data: saved once the workflow has started, before the answer, if it is marked as
 *   changed. Starting the workflow resets that mark (`establishContextForPersistence()` of n8n's
 *   workflow runner makes a second `Workflow` of the same data); n8n then reads the node's
 *   `webhookResponse`, and then looks at the mark
 * - the execution: with static data of its own, read when it starts and saved at its end where a
 *   node changed it
 *
 * Not here: n8n's database and queue, its routes and CORS, multipart forms, other answers than
 * `onReceived`.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	INode,
	INodeExecutionData,
	INodeType,
	INodeTypes,
	IRun,
	IWebhookData,
	IWebhookDescription,
	IWebhookResponseData,
	IWorkflowExecuteAdditionalData,
	Workflow as WorkflowType,
	WorkflowExecuteMode,
} from 'n8n-workflow';

import { createAdditionalData } from './additional-data.mts';
import { CREDENTIAL_TYPE, InMemoryCredentials } from './credentials.mts';
import {
	createRunExecutionData,
	deepCopy,
	HookContext,
	parseIncomingMessage,
	WebhookContext,
	Workflow,
	WorkflowExecute,
} from './n8n.mts';
import { createNodeTypes, type NodeTypesByName } from './node-types.mts';
import { loadPackage } from './package.mts';
import { createHooks, nodesOfN8n, type WorkflowJson } from './run-workflow.mts';

export const TRIGGER_NODE = 'n8n-nodes-lukittu.lukittuTrigger';
export const WEBHOOK_CREDENTIAL_TYPE = 'lukittuWebhookApi';

/** As n8n is set up out of the box. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Where n8n keeps a workflow's static data: a text in its database. */
export interface StaticDataStore {
	read(): string;
	write(text: string): void;
}

/** An execution that n8n saved. */
export interface Execution {
	mode: WorkflowExecuteMode;
	/** What the trigger handed over; an execution for what a node threw has one empty item. */
	items: IDataObject[];
	/** Set where the trigger threw. */
	error?: Error;
	/** The end of the workflow. */
	run: Promise<IRun | undefined>;
}

export interface StartTriggerOptions {
	/** The workflow; each of its triggers of the package has an address of its own. */
	workflow: WorkflowJson;
	/** Types of the nodes that are not in the package, by full name. */
	nodeTypes?: NodeTypesByName;
	/** Data of the webhook's credential; without it, the node has none. */
	secret?: ICredentialDataDecryptedObject;
	/** Data of the credential of the other Lukittu nodes. */
	credentials?: ICredentialDataDecryptedObject;
	/** The ID of the workflow and its static data, where other processes run it, too. */
	workflowId?: string;
	store?: StaticDataStore;
}

/** A workflow that waits for webhooks. */
export interface RunningTrigger {
	/** The first trigger's address for production, and for a test in the editor. */
	url: string;
	testUrl: string;
	/** The addresses of all triggers for production, by the name of the node. */
	urls: Record<string, string>;
	executions: Execution[];
	/** What the node wrote to n8n's log. */
	logs: string[];
	store: StaticDataStore;
	/** Runs before the node is asked, which n8n may come to late. */
	beforeWebhook: (request: IncomingMessage) => Promise<void> | void;
	/** Runs before a workflow is started; what it throws keeps n8n from starting it. */
	beforeStart: () => Promise<void> | void;
	/** Runs before static data that changed is saved, after the workflow was started. */
	beforeSave: () => Promise<void> | void;
	/** Runs what n8n does on activation. */
	activate(): Promise<boolean>;
	close(): Promise<void>;
}

/** n8n's answer to a request that it did not get through to the node with. */
class Refusal extends Error {
	constructor(
		readonly status: number,
		message: string,
	) {
		super(message);
	}
}

type Request = IncomingMessage & {
	body?: unknown;
	rawBody?: Buffer;
	contentType?: string;
	encoding?: BufferEncoding;
	readRawBody?: () => Promise<void>;
};

/** A store of its own, as a workflow has it that one process runs. */
export function memoryStore(): StaticDataStore {
	let saved = '{}';
	return { read: () => saved, write: (text) => void (saved = text) };
}

class WebhookCredentials extends InMemoryCredentials {
	constructor(
		types: ConstructorParameters<typeof InMemoryCredentials>[0],
		{ credentials, secret }: StartTriggerOptions,
	) {
		super(types, credentials);
		this.secret = secret;
	}

	private readonly secret?: ICredentialDataDecryptedObject;

	async getDecrypted(...parameters: Parameters<InMemoryCredentials['getDecrypted']>) {
		return parameters[2] === WEBHOOK_CREDENTIAL_TYPE && this.secret
			? this.secret
			: await super.getDecrypted(...parameters);
	}
}

/** Starts listening for webhooks; it does not call the node's `create`, as `activate()` does. */
export async function startTrigger(options: StartTriggerOptions): Promise<RunningTrigger> {
	const { nodes, credentials } = await loadPackage();
	const n8n = new TriggerServer(
		options,
		createNodeTypes({ ...nodesOfN8n(), ...nodes, ...options.nodeTypes }),
		new WebhookCredentials(credentials, options),
	);
	await n8n.listen();
	return n8n;
}

class TriggerServer implements RunningTrigger {
	url = '';
	testUrl = '';
	urls: Record<string, string> = {};
	readonly executions: Execution[] = [];
	readonly logs: string[] = [];
	readonly store: StaticDataStore;
	beforeWebhook: (request: IncomingMessage) => Promise<void> | void = () => {};
	beforeStart: () => Promise<void> | void = () => {};
	beforeSave: () => Promise<void> | void = () => {};

	private readonly workflowId: string;
	private readonly server = createServer(
		(request, response) => void this.handle(request, response),
	);

	constructor(
		private readonly options: StartTriggerOptions,
		private readonly nodeTypes: INodeTypes,
		private readonly helper: InMemoryCredentials,
	) {
		this.store = options.store ?? memoryStore();
		this.workflowId = options.workflowId ?? randomUUID();
	}

	async listen(): Promise<void> {
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
		const { port } = this.server.address() as AddressInfo;
		const server = `http://127.0.0.1:${port}`;
		const triggers = this.options.workflow.nodes.filter(({ type }) => type === TRIGGER_NODE);
		for (const { name, webhookId } of triggers) {
			this.urls[name] = `${server}/webhook/${webhookId}/webhook`;
		}
		this.url = this.urls[triggers[0].name];
		this.testUrl = this.url.replace('/webhook/', '/webhook-test/');
	}

	async close(): Promise<void> {
		await Promise.allSettled(this.executions.map(({ run }) => run));
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	async activate(): Promise<boolean> {
		const workflow = this.createWorkflow(this.loadStaticData());
		const { node, type, webhook } = this.triggerOf(workflow, this.url);
		const methods = type.webhookMethods?.default;
		const additionalData = createAdditionalData(this.helper);
		const context = new HookContext(workflow, node, additionalData, 'trigger', 'activate', webhook);
		if (await methods?.checkExists.call(context)) return true;
		return (await methods?.create.call(context)) ?? false;
	}

	private loadStaticData(): IDataObject {
		return JSON.parse(this.store.read()) as IDataObject;
	}

	private createWorkflow(staticData: IDataObject): WorkflowType {
		const { nodes, connections, settings } = deepCopy(this.options.workflow);
		for (const node of nodes) {
			const { description } = this.nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
			const { secret, credentials } = this.options;
			const given: Record<string, unknown> = {
				[WEBHOOK_CREDENTIAL_TYPE]: secret,
				[CREDENTIAL_TYPE]: credentials,
			};
			const used = (description.credentials ?? []).filter(({ name }) => given[name]);
			if (used.length === 0) continue;
			node.credentials = Object.fromEntries(used.map(({ name }) => [name, { id: name, name }]));
		}
		return new Workflow({
			id: this.workflowId,
			name: 'Test workflow',
			nodes,
			connections,
			active: true,
			nodeTypes: this.nodeTypes,
			staticData,
			settings: { executionOrder: 'v1', ...settings },
		});
	}

	/** The trigger with this address, whose host does not matter. */
	private triggerOf(workflow: WorkflowType, url: string) {
		const node = Object.values(workflow.nodes).find(
			({ type, webhookId }) => type === TRIGGER_NODE && url.includes(`/${webhookId}/`),
		);
		if (!node) throw new Error('The workflow has no Lukittu Trigger with this address');
		const type = this.nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
		const webhookDescription = type.description.webhooks?.[0] as IWebhookDescription;
		const webhook = { webhookDescription, node: node.name } as IWebhookData;
		return { node, type, webhook };
	}

	private async handle(request: Request, response: ServerResponse): Promise<void> {
		const isTest = request.url === new URL(this.testUrl).pathname;
		const paths = Object.values(this.urls).map((url) => new URL(url).pathname);
		if (request.method !== 'POST' || !(isTest || paths.includes(request.url ?? ''))) {
			return send(response, 404, { message: 'The requested webhook is not registered.' });
		}
		prepare(request);
		try {
			await this.execute(request, response, isTest ? 'manual' : 'webhook');
		} catch (fault) {
			const { status = 500, message } = fault as Partial<Refusal>;
			send(response, status, { message });
		}
	}

	/** As `executeWebhook()` of n8n's webhook-helpers. */
	private async execute(
		request: Request,
		response: ServerResponse,
		mode: WorkflowExecuteMode,
	): Promise<void> {
		await this.beforeWebhook(request);
		const staticData = this.loadStaticData();
		const workflow = this.createWorkflow(staticData);
		const { node, type, webhook } = this.triggerOf(workflow, request.url ?? '');
		const additionalData = this.additionalDataFor(request, response);
		if (!this.keepsBody(workflow, node.name, mode)) await parseBody(request);

		const context = new WebhookContext(workflow, node, additionalData, mode, webhook, [], null);
		this.keepLogs(context);
		let result: IWebhookResponseData;
		try {
			result = await (type.webhook as NonNullable<INodeType['webhook']>).call(context);
		} catch (error) {
			this.executions.push({
				mode,
				items: [{}],
				error: error as Error,
				run: Promise.resolve(undefined),
			});
			throw new Refusal(500, 'Workflow Webhook Error: Workflow could not be started!');
		}

		if (result.noWebhookResponse) return await this.saveStaticData(workflow, mode);
		if (result.workflowData) {
			// Only reads the settings, but resets the mark that the static data has changed.
			this.createWorkflow(staticData);
			const execution = this.createWorkflow(this.loadStaticData());
			await this.beforeStart();
			this.start(execution, node.name, result.workflowData, additionalData, mode);
		}
		const answer = this.answerOf(workflow, node, webhook, result, mode);
		await this.saveStaticData(workflow, mode);
		send(response, 200, answer);
	}

	/** n8n's answer to what the node gave back. */
	private answerOf(
		workflow: WorkflowType,
		node: INode,
		{ webhookDescription }: IWebhookData,
		{ workflowData, webhookResponse }: IWebhookResponseData,
		mode: WorkflowExecuteMode,
	): unknown {
		if (!workflowData) return webhookResponse ?? { message: 'Webhook call received' };
		const responseData = workflow.expression.getComplexParameterValue(
			node,
			webhookDescription.responseData,
			mode,
			{},
			undefined,
			'firstEntryJson',
		);
		if (responseData === 'noData') return undefined;
		return responseData || (webhookResponse ?? { message: 'Workflow was started' });
	}

	private additionalDataFor(request: Request, response: ServerResponse) {
		return {
			...createAdditionalData(this.helper),
			httpRequest: request,
			httpResponse: response,
		} as unknown as IWorkflowExecuteAdditionalData;
	}

	/** n8n leaves the body to a node of version 1 whose options ask for it. */
	private keepsBody(workflow: WorkflowType, name: string, mode: WorkflowExecuteMode): boolean {
		const node = workflow.nodes[name];
		const keeps = workflow.expression.getSimpleParameterValue(
			node,
			'={{$parameter["options"]["binaryData"]}}',
			mode,
			{},
			undefined,
			false,
		);
		return node.typeVersion === 1 && Boolean(keeps);
	}

	private keepLogs(context: InstanceType<typeof WebhookContext>): void {
		const keep = (message: string) => void this.logs.push(message);
		const logger = { debug: keep, info: keep, warn: keep, error: keep };
		Object.defineProperty(context, 'logger', { value: logger });
	}

	/** In production only: what a test run remembers, n8n forgets. */
	private async saveStaticData(workflow: WorkflowType, mode: WorkflowExecuteMode): Promise<void> {
		if (mode === 'manual' || !workflow.staticData.__dataChanged) return;
		const text = JSON.stringify(workflow.staticData);
		await this.beforeSave();
		this.store.write(text);
		workflow.staticData.__dataChanged = false;
	}

	/** As n8n's workflow runner does in one process. */
	private start(
		workflow: WorkflowType,
		trigger: string,
		workflowData: INodeExecutionData[][],
		additionalData: IWorkflowExecuteAdditionalData,
		mode: WorkflowExecuteMode,
	): void {
		const data = createRunExecutionData({
			executionData: {
				nodeExecutionStack: [
					{ node: workflow.nodes[trigger], data: { main: workflowData }, source: null },
				],
			},
		});
		additionalData.hooks = createHooks(additionalData, workflow, mode);
		const run = new WorkflowExecute(additionalData, mode, data)
			.processRunExecutionData(workflow)
			.then(async (ended) => {
				await this.saveStaticData(workflow, mode);
				return ended;
			});
		this.executions.push({ mode, items: workflowData.flat().map(({ json }) => json), run });
	}
}

/** As n8n's `rawBodyReader`. */
function prepare(request: Request): void {
	parseIncomingMessage(request as Parameters<typeof parseIncomingMessage>[0]);
	request.readRawBody = async () => {
		if (request.rawBody) return;
		if (request.destroyed) throw new Refusal(400, 'Request body stream was aborted');
		const isZipped = request.headers['content-encoding'] === 'gzip';
		const stream = isZipped ? request.pipe(createGunzip()) : request;
		const body = await buffer(stream);
		if (body.length > MOST_BYTES) throw new Refusal(413, 'request entity too large');
		request.rawBody = body;
	};
}

/** As n8n's `parseBody`, for JSON. */
async function parseBody(request: Request): Promise<void> {
	await request.readRawBody?.();
	if (request.contentType !== 'application/json' || !request.rawBody?.length) return;
	try {
		request.body = JSON.parse(request.rawBody.toString(request.encoding));
	} catch {
		throw new Refusal(422, 'Failed to parse request body');
	}
}

function send(response: ServerResponse, status: number, body: unknown): void {
	response.statusCode = status;
	response.setHeader('Content-Type', 'application/json; charset=utf-8');
	response.end(JSON.stringify(body));
}
