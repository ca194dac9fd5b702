import type {
	ExecutionError,
	ExecutionStatus,
	ICredentialDataDecryptedObject,
	IDataObject,
	INode,
	INodeExecutionData,
	INodeParameters,
	IRun,
	IWorkflowSettings,
	OnError,
} from 'n8n-workflow';

import { loadPackage } from './package.mts';
import { outputItems, runWorkflow, type WorkflowJson } from './run-workflow.mts';
import { staticItems } from './stand-ins.mts';

/** The full name of the action node. */
export const LUKITTU_NODE = 'n8n-nodes-lukittu.lukittu';

const START = 'Start';
const START_TYPE = 'test.start';
const NODE = 'Lukittu';

export interface RunNodeOptions {
	/** The node's parameters as in a saved workflow: what has its default may be left out. */
	parameters: INodeParameters;
	/** Input items, plain objects or with binary data; one empty item if not given. */
	items?: IDataObject[] | INodeExecutionData[];
	/** Decrypted credential data; without it the node has no credential set. */
	credentials?: ICredentialDataDecryptedObject;
	onError?: OnError;
	retryOnFail?: boolean;
	/** The engine keeps it between 2 and 5; 3 if not given. */
	maxTries?: number;
	/** Milliseconds, at most 5,000; the engine takes 0 and nothing for 1,000. */
	waitBetweenTries?: number;
	settings?: IWorkflowSettings;
	/** Stops the execution, as the Stop button does, when it resolves. */
	cancelAfter?: Promise<unknown>;
	nodeType?: string;
}

export interface NodeResult {
	/** What came out of the node's main output. */
	items: INodeExecutionData[];
	/** What came out of its error output (with `onError: 'continueErrorOutput'`). */
	errorItems: INodeExecutionData[];
	/** What the node or else the execution failed with, as the engine recorded it. */
	error?: ExecutionError;
	status: ExecutionStatus;
	run: IRun;
	durationMs: number;
}

/**
 * Runs one node of the built package in the workflow "Start → Lukittu" through n8n's engine, with
 * real HTTP. The start node puts out the given items, so expressions and `pairedItem` work.
 *
 * @returns what the node put out and how the run ended; it does not throw when the node fails
 */
export async function runNode(options: RunNodeOptions): Promise<NodeResult> {
	const { credentials, cancelAfter } = options;
	const result = await runWorkflow({
		workflow: await createWorkflow(options),
		nodeTypes: { [START_TYPE]: staticItems((options.items ?? [{}]).map(toItem)) },
		startNode: START,
		credentials,
		cancelAfter,
	});

	const { runData, status, run, durationMs } = result;
	return {
		items: outputItems(runData, NODE, 0),
		errorItems: outputItems(runData, NODE, 1),
		error: runData[NODE]?.at(-1)?.error ?? result.error,
		status,
		run,
		durationMs,
	};
}

async function createWorkflow(options: RunNodeOptions): Promise<WorkflowJson> {
	const { parameters, onError, retryOnFail, maxTries, waitBetweenTries, settings } = options;
	const type = options.nodeType ?? LUKITTU_NODE;
	const start: INode = {
		id: 'start',
		name: START,
		type: START_TYPE,
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
	};
	const node: INode = {
		id: 'node',
		name: NODE,
		type,
		typeVersion: await latestVersion(type),
		position: [200, 0],
		parameters,
		onError,
		retryOnFail,
		maxTries,
		waitBetweenTries,
	};
	return {
		nodes: [start, node],
		connections: { [START]: { main: [[{ node: NODE, type: 'main', index: 0 }]] } },
		settings,
	};
}

/** The version that a node gets when a user adds it in the editor. */
export async function latestVersion(nodeType: string): Promise<number> {
	const type = (await loadPackage()).nodes[nodeType];
	if (!type) throw new Error(`The package has no node "${nodeType}"`);
	if ('nodeVersions' in type) return type.currentVersion;
	const { defaultVersion, version } = type.description;
	return defaultVersion ?? (Array.isArray(version) ? Math.max(...version) : version);
}

function toItem(item: IDataObject | INodeExecutionData): INodeExecutionData {
	return isItem(item) ? item : { json: item };
}

function isItem(item: IDataObject | INodeExecutionData): item is INodeExecutionData {
	return typeof item.json === 'object' && item.json !== null;
}
