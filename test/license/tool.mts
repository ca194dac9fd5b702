import type {
	IDataObject,
	IExecuteFunctions,
	INode,
	INodeParameters,
	INodeType,
} from 'n8n-workflow';

import { loadPackage, LUKITTU_NODE, runWorkflow, standIn, staticItems } from '../engine/index.mts';
import type { Sandbox } from '../sandbox/types.mts';
import { credentialsOf } from './support.mts';

const TOOL = `${LUKITTU_NODE}Tool`;

interface Tool {
	invoke(input: object): Promise<string>;
}

/** The node as n8n offers it to agents: fields for '@tool' look at the name, which ends in "Tool". */
async function toolType(): Promise<INodeType> {
	const base = (await loadPackage()).nodes[LUKITTU_NODE] as INodeType;
	const name = `${base.description.name}Tool`;
	const description = {
		...base.description,
		name,
		inputs: [],
		outputs: ['ai_tool' as const],
	};
	return Object.assign(Object.create(base) as INodeType, { description, execute: undefined });
}

/** Stands in for an agent that calls its tool once. */
function agentThatCalls(answers: string[]): INodeType {
	const agent = standIn(async function (this: IExecuteFunctions) {
		const [tool] = (await this.getInputConnectionData('ai_tool', 0)) as Tool[];
		answers.push(await tool.invoke({}));
		return [this.getInputData()];
	});
	agent.description.inputs = ['main', { type: 'ai_tool', displayName: 'Tool' }];
	return agent;
}

function node(name: string, type: string, parameters: INodeParameters = {}): INode {
	return { id: name, name, type, typeVersion: 1, position: [0, 0], parameters };
}

/**
 * Has an agent call the node as its tool.
 *
 * @returns the objects that the agent gets
 */
export async function runTool(sandbox: Sandbox, parameters: IDataObject): Promise<IDataObject[]> {
	const answers: string[] = [];
	await runWorkflow({
		workflow: {
			nodes: [
				node('Start', 'test.start'),
				node('Agent', 'test.agent'),
				node('Lukittu', TOOL, parameters as INodeParameters),
			],
			connections: {
				Start: { main: [[{ node: 'Agent', type: 'main', index: 0 }]] },
				Lukittu: { ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]] },
			},
		},
		nodeTypes: {
			'test.start': staticItems([{ json: {} }]),
			'test.agent': agentThatCalls(answers),
			[TOOL]: await toolType(),
		},
		startNode: 'Start',
		credentials: credentialsOf(sandbox),
	});
	return JSON.parse(answers[0]) as IDataObject[];
}
