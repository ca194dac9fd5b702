import type {
	EngineRequest,
	EngineResponse,
	IExecuteFunctions,
	INode,
	INodeParameters,
	INodeType,
	NodeOutput,
} from 'n8n-workflow';

import {
	loadPackage,
	LUKITTU_NODE,
	outputItems,
	runWorkflow,
	standIn,
	staticItems,
} from '../engine/index.mts';
import type { Sandbox } from '../sandbox/types.mts';
import { byId, credentialsOf, startShop } from './support.mts';

const TOOL = `${LUKITTU_NODE}Tool`;

interface Tool {
	name: string;
	invoke(input: object): Promise<string>;
}

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => {
	await sandbox.close();
});

function node(name: string, type: string, fields: Partial<INode> = {}): INode {
	return { id: name, name, type, typeVersion: 1, position: [0, 0], parameters: {}, ...fields };
}

const to = (name: string, type: 'main' | 'ai_tool' = 'main') => ({
	[type]: [[{ node: name, type, index: 0 }]],
});

const numbered = (count: number) => Array.from({ length: count }, (_, n) => ({ json: { n } }));

/** The node as n8n offers it to agents, which it derives from `usableAsTool`. */
async function toolType(): Promise<INodeType> {
	const base = (await loadPackage()).nodes[LUKITTU_NODE] as INodeType;
	const description = { ...base.description, inputs: [], outputs: ['ai_tool' as const] };
	return Object.assign(Object.create(base) as INodeType, { description, execute: undefined });
}

/** Stands in for an agent that calls all its tools once with each input, for each of its items. */
function agentThatCalls(inputs: object[], answers: string[]): INodeType {
	const agent = standIn(async function (this: IExecuteFunctions) {
		for (let item = 0; item < this.getInputData().length; item += 1) {
			for (const tool of (await this.getInputConnectionData('ai_tool', item)) as Tool[]) {
				for (const input of inputs) {
					const answer = await tool.invoke(input).catch(({ message }: Error) => message);
					answers.push(`${tool.name}: ${answer}`);
				}
			}
		}
		return [this.getInputData()];
	});
	agent.description.inputs = ['main', { type: 'ai_tool', displayName: 'Tool' }];
	return agent;
}

/** Stands in for n8n's newer agent, which has n8n run the tool as a node of the workflow. */
function agentThatAsks(nodeName: string, inputs: object[], answers: object[]): INodeType {
	const execute = async function (
		this: IExecuteFunctions,
		response?: EngineResponse,
	): Promise<NodeOutput> {
		const { actionResponses = [] } = response ?? {};
		if (actionResponses.length === 0) {
			const actions = inputs.map((input, index) => ({
				actionType: 'ExecutionNodeAction' as const,
				nodeName,
				input,
				type: 'ai_tool' as const,
				id: `call ${index}`,
				metadata: {},
			}));
			return { actions, metadata: {} } as EngineRequest;
		}
		answers.push(...actionResponses.map(({ data }) => data.data?.ai_tool?.[0]?.[0]?.json ?? {}));
		return [this.getInputData()];
	};
	const agent = standIn(execute);
	agent.description.inputs = ['main', { type: 'ai_tool', displayName: 'Tool' }];
	return agent;
}

async function runAgent(items: number, tools: INode[], inputs: object[]): Promise<string[]> {
	const answers: string[] = [];
	await runWorkflow({
		workflow: {
			nodes: [node('Start', 'test.start'), node('Agent', 'test.agent'), ...tools],
			connections: {
				Start: to('Agent'),
				...Object.fromEntries(tools.map(({ name }) => [name, to('Agent', 'ai_tool')])),
			},
		},
		nodeTypes: {
			'test.start': staticItems(numbered(items)),
			'test.agent': agentThatCalls(inputs, answers),
			[TOOL]: await toolType(),
		},
		startNode: 'Start',
		credentials: credentialsOf(sandbox),
	});
	return answers;
}

const createParameters: INodeParameters = {
	resource: 'license',
	operation: 'create',
	additionalFields: { hwidLimit: "={{ $fromAI('limit', 'how many devices', 'number') }}" },
};

test.each([1, 2])(
	'as the tool of an agent with %i items, each call is carried out and gets its own answer',
	async (items) => {
		const license = sandbox.addLicense({ hwidLimit: 1 });
		const tools = [
			node('Get', TOOL, {
				parameters: { resource: 'license', operation: 'get', license: byId(license.id) as never },
			}),
			node('Create', TOOL, { parameters: createParameters }),
		];

		const answers = await runAgent(items, tools, [{ limit: 7 }, { limit: 8 }]);

		const limits = answers.map((answer) => {
			const [name, json] = answer.split(/: (.*)/s);
			return [name, (JSON.parse(json) as [{ hwidLimit: number }])[0].hwidLimit];
		});
		const once = [
			['Create', 7],
			['Create', 8],
			['Get', 1],
			['Get', 1],
		];
		expect(limits.sort()).toEqual([...once, ...(items === 2 ? once : [])].sort());
		expect(sandbox.state.licenses.size).toBe(1 + 2 * items);
	},
);

describe('as the tool of an agent that has n8n run it', () => {
	const ask = async (inputs: object[], fields: Partial<INode> = {}) => {
		const answers: object[] = [];
		await runWorkflow({
			workflow: {
				nodes: [
					node('Start', 'test.start'),
					node('Agent', 'test.agent'),
					node('Create', TOOL, { parameters: createParameters, ...fields }),
				],
				connections: { Start: to('Agent'), Create: to('Agent', 'ai_tool') },
			},
			nodeTypes: {
				'test.start': staticItems(numbered(1)),
				'test.agent': agentThatAsks('Create', inputs, answers),
				[TOOL]: await toolType(),
			},
			startNode: 'Start',
			credentials: credentialsOf(sandbox),
		});
		return answers;
	};

	test('each call is carried out and gets its own answer', async () => {
		const answers = await ask([{ limit: 7 }, { limit: 8 }]);
		expect(answers).toEqual([
			expect.objectContaining({ hwidLimit: 7 }),
			expect.objectContaining({ hwidLimit: 8 }),
		]);
		expect(sandbox.state.licenses.size).toBe(2);
	});

	test('the agent gets the message of a refusal, and the other call is carried out', async () => {
		const answers = await ask([{ limit: 5000 }, { limit: 8 }]);
		expect(answers).toEqual([
			{ error: expect.stringContaining("'Hardware ID Limit' is 5000") },
			expect.objectContaining({ hwidLimit: 8 }),
		]);
	});

	test('with "Retry On Fail", a create whose answer was lost is not repeated', async () => {
		sandbox.addFault({ method: 'POST', kind: 'resetAfter' });
		await ask([{ limit: 7 }], { retryOnFail: true, waitBetweenTries: 1 });
		expect(sandbox.state.licenses.size).toBe(1);
	});
});

test('as a tool, the agent gets the message of a refusal', async () => {
	const tools = [node('Create', TOOL, { parameters: createParameters })];
	const answers = await runAgent(1, tools, [{ limit: 5000 }]);
	expect(answers).toEqual([expect.stringContaining("'Hardware ID Limit' is 5000")]);
	expect(sandbox.requests).toHaveLength(0);
});

test('as a tool with "Retry On Fail", a create whose answer was lost is not repeated', async () => {
	sandbox.addFault({ method: 'POST', kind: 'resetAfter' });
	const retry = { retryOnFail: true, waitBetweenTries: 1 };
	await runAgent(
		1,
		[node('Create', TOOL, { parameters: createParameters, ...retry })],
		[{ limit: 7 }],
	);
	expect(sandbox.state.licenses.size).toBe(1);
});

test('"Execute Once" carries out the first of several items', async () => {
	const { runData } = await runWorkflow({
		workflow: {
			nodes: [
				node('Start', 'test.start'),
				node('Create', LUKITTU_NODE, {
					executeOnce: true,
					parameters: { resource: 'license', operation: 'create' },
				}),
			],
			connections: { Start: to('Create') },
		},
		nodeTypes: { 'test.start': staticItems(numbered(3)) },
		startNode: 'Start',
		credentials: credentialsOf(sandbox),
	});
	expect(outputItems(runData, 'Create')).toHaveLength(1);
	expect(sandbox.state.licenses.size).toBe(1);
});
