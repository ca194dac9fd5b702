import type {
	ExecutionError,
	ExecutionStatus,
	IConnections,
	ICredentialDataDecryptedObject,
	INode,
	INodeExecutionData,
	INodeTypes,
	IRun,
	IRunData,
	IWorkflowExecuteAdditionalData,
	IWorkflowSettings,
	Workflow as WorkflowType,
	WorkflowExecuteMode,
} from 'n8n-workflow';

import { createAdditionalData } from './additional-data.mts';
import {
	CREDENTIAL_REFERENCE,
	CREDENTIAL_TYPE,
	InMemoryCredentials,
	type ForeignCredential,
} from './credentials.mts';
import { deepCopy, ExecutionLifecycleHooks, Workflow, WorkflowExecute } from './n8n.mts';
import { createNodeTypes, type NodeTypesByName } from './node-types.mts';
import { loadPackage } from './package.mts';
import { passThrough } from './stand-ins.mts';

const MODE = 'manual';

/** A workflow as n8n saves and exports it. */
export interface WorkflowJson {
	nodes: INode[];
	connections: IConnections;
	settings?: IWorkflowSettings;
}

export interface RunWorkflowOptions {
	workflow: WorkflowJson;
	/** Types of the nodes that are not in the package, by full name. */
	nodeTypes?: NodeTypesByName;
	/** Decrypted data of the one credential; every node that can use it gets it. */
	credentials?: ICredentialDataDecryptedObject;
	/** Credentials of nodes that are not in the package; these nodes name them themselves. */
	foreignCredentials?: ForeignCredential[];
	/** Name of the node to start at; otherwise the one n8n would choose. */
	startNode?: string;
	/** Stops the execution, as the Stop button does, when it resolves. */
	cancelAfter?: Promise<unknown>;
}

export interface WorkflowResult {
	/** How each node ran, by node name: one entry for each run of the node. */
	runData: IRunData;
	/** What stopped the execution, as the engine recorded it. */
	error?: ExecutionError;
	/**
	 * What n8n saves as the status of the execution: the one of the first end it hears of. Where a
	 * cancelled node then fails in its own words, `run.status` says `error` all the same.
	 */
	status: ExecutionStatus;
	run: IRun;
	durationMs: number;
}

/**
 * Runs a workflow through n8n's execution engine, as "Execute workflow" does, with real HTTP.
 *
 * @returns the run data of every node, and how the execution ended; it does not throw when a node
 * fails, only when the workflow cannot be started
 */
export async function runWorkflow(options: RunWorkflowOptions): Promise<WorkflowResult> {
	const { nodes, credentials } = await loadPackage();
	const nodeTypes = createNodeTypes({ ...nodesOfN8n(), ...nodes, ...options.nodeTypes });
	const workflow = createWorkflow(options, nodeTypes);
	const helper = new InMemoryCredentials(
		credentials,
		options.credentials,
		options.foreignCredentials,
	);
	const additionalData = createAdditionalData(helper);
	const hooks = createHooks(additionalData, workflow);
	additionalData.hooks = hooks;
	let status: ExecutionStatus | undefined;
	hooks.addHandler('workflowExecuteAfter', (after) => {
		status ??= after.status;
	});

	const startNode = options.startNode ? workflow.nodes[options.startNode] : undefined;
	const startedAt = performance.now();
	const execution = new WorkflowExecute(additionalData, MODE).run({ workflow, startNode });
	void options.cancelAfter?.then(() => execution.cancel());
	const run = await execution;

	const { runData, error } = run.data.resultData;
	const durationMs = performance.now() - startedAt;
	return { runData, error, status: status ?? run.status, run, durationMs };
}

/**
 * @param output the number of the main output: 1 is the error output of a node that has one output
 * @returns the items that a node put out, over all its runs
 */
export function outputItems(runData: IRunData, node: string, output = 0): INodeExecutionData[] {
	return (runData[node] ?? []).flatMap(({ data }) => data?.main[output] ?? []);
}

/** The nodes of n8n itself that do nothing but let items through. */
export function nodesOfN8n(): NodeTypesByName {
	return {
		'n8n-nodes-base.manualTrigger': passThrough(),
		'n8n-nodes-base.noOp': passThrough(),
		'n8n-nodes-base.stickyNote': passThrough(),
	};
}

function createWorkflow(options: RunWorkflowOptions, nodeTypes: INodeTypes): WorkflowType {
	// The engine changes the nodes (it fills in defaults), so the caller's stay as they are.
	const { nodes, connections, settings } = deepCopy(options.workflow);
	if (options.credentials) nodes.forEach((node) => chooseCredential(node, nodeTypes));
	return new Workflow({
		id: 'test-workflow',
		name: 'Test workflow',
		nodes,
		connections,
		active: false,
		nodeTypes,
		settings: { executionOrder: 'v1', ...settings },
	});
}

/** Sets the node's credential, as a user does after importing a workflow. */
function chooseCredential(node: INode, nodeTypes: INodeTypes): void {
	const { description } = nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
	if (!description.credentials?.some(({ name }) => name === CREDENTIAL_TYPE)) return;
	node.credentials = { [CREDENTIAL_TYPE]: CREDENTIAL_REFERENCE };
}

/** Makes the listeners of an execution, of which n8n has its own. */
export function createHooks(
	additionalData: IWorkflowExecuteAdditionalData,
	workflow: WorkflowType,
	mode: WorkflowExecuteMode = MODE,
) {
	const now = new Date();
	return new ExecutionLifecycleHooks(mode, additionalData.executionId ?? '', {
		id: workflow.id,
		name: workflow.name ?? '',
		active: false,
		isArchived: false,
		createdAt: now,
		updatedAt: now,
		activeVersionId: null,
		nodes: Object.values(workflow.nodes),
		connections: workflow.connectionsBySourceNode,
	});
}
