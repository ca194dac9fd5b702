import { readFile } from 'node:fs/promises';

import type { IDataObject, INodeProperties, INodeType } from 'n8n-workflow';

import {
	outputItems,
	runWorkflow,
	standIn,
	staticItems,
	type WorkflowJson,
	type WorkflowResult,
} from '../engine/index.mts';
import { credentialsOf } from '../license/support.mts';
import type { Sandbox } from '../sandbox/types.mts';

/** An e-mail as the node "Send Email" would send it. */
export interface Mail {
	toEmail: string;
	subject: string;
	text: string;
}

export interface ExampleRun {
	result: WorkflowResult;
	mails: Mail[];
	/** What a node of the workflow put out. */
	outputOf: (node: string) => IDataObject[];
}

const MAIL_FIELDS = ['toEmail', 'subject', 'text'] as const;

/** A node of n8n that the tests do without: the engine keeps only parameters that it knows. */
export function withParameters(
	node: INodeType,
	fields: Array<Partial<INodeProperties>>,
): INodeType {
	const properties = fields.map((field) => ({
		displayName: field.name,
		type: 'string',
		default: '',
		...field,
	})) as INodeProperties[];
	return { ...node, description: { ...node.description, properties } };
}

/** "Filter": the engine itself evaluates the conditions, as for n8n's own node. */
export function filter(): INodeType {
	const node = standIn(async function () {
		const items = this.getInputData();
		const passes = (index: number) =>
			this.getNodeParameter('conditions', index, false, { extractValue: true }) === true;
		return [
			items
				.map((item, index) => ({ ...item, pairedItem: { item: index } }))
				.filter((_, index) => passes(index)),
		];
	});
	return withParameters(node, [
		{ name: 'conditions', type: 'filter', default: {}, typeOptions: { filter: { version: 2 } } },
	]);
}

/** "Edit Fields". */
function set(): INodeType {
	const node = standIn(async function () {
		return [
			this.getInputData().map((_, index) => {
				const { assignments } = this.getNodeParameter('assignments', index) as {
					assignments: Array<{ name: string; value: string }>;
				};
				const json = Object.fromEntries(assignments.map(({ name, value }) => [name, value]));
				return { json, pairedItem: { item: index } };
			}),
		];
	});
	return withParameters(node, [{ name: 'assignments', type: 'assignmentCollection', default: {} }]);
}

/** "Send Email": keeps what it would send. */
function sendEmail(mails: Mail[]): INodeType {
	const node = standIn(async function () {
		const items = this.getInputData();
		items.forEach((_, index) => {
			const values = MAIL_FIELDS.map((name) => [name, this.getNodeParameter(name, index)]);
			mails.push(Object.fromEntries(values) as Mail);
		});
		return [items];
	});
	return withParameters(
		node,
		MAIL_FIELDS.map((name) => ({ name })),
	);
}

/**
 * Runs a workflow of `examples/` through the engine, with the Lukittu nodes and the expressions as
 * they are in the file.
 *
 * @param file its name, without the extension
 * @param event what its trigger hands over
 */
export async function runExample(
	sandbox: Sandbox,
	file: string,
	event: IDataObject = {},
): Promise<ExampleRun> {
	const url = new URL(`../../examples/${file}.json`, import.meta.url);
	const workflow = JSON.parse(await readFile(url, 'utf8')) as WorkflowJson;
	const mails: Mail[] = [];
	const trigger = staticItems([{ json: event }]);
	const result = await runWorkflow({
		workflow,
		nodeTypes: {
			'n8n-nodes-base.emailSend': sendEmail(mails),
			'n8n-nodes-base.filter': filter(),
			'n8n-nodes-base.scheduleTrigger': trigger,
			'n8n-nodes-base.set': set(),
			'n8n-nodes-base.stripeTrigger': trigger,
		},
		startNode: workflow.nodes.find(({ type }) => type.endsWith('Trigger'))?.name,
		credentials: credentialsOf(sandbox),
	});
	const outputOf = (node: string) => outputItems(result.runData, node).map(({ json }) => json);
	return { result, mails, outputOf };
}
