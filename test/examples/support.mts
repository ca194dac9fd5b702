import { readFile } from 'node:fs/promises';

import { UserError, type IDataObject, type INodeProperties, type INodeType } from 'n8n-workflow';

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

/** What an example meets beside Lukittu, and changes there. */
export interface Surroundings {
	/** The node to start at; otherwise the first trigger. */
	startNode?: string;
	/** The rows of the one Google sheet. */
	sheet?: IDataObject[];
	/** The rows of the one data table. */
	table?: IDataObject[];
}

export interface ExampleRun {
	result: WorkflowResult;
	mails: Mail[];
	/** What a node of the workflow put out. */
	outputOf: (node: string) => IDataObject[];
}

/** The product that the tests put into the examples. */
export const PRODUCT = 'd3300000-1000-4000-8000-000000000001';
/** What stands in the examples where a user puts the product. */
export const PLACEHOLDER = 'PUT-YOUR-PRODUCT-ID-HERE';
/** The mail server of the tests takes nothing for addresses there. */
export const REFUSED_DOMAIN = 'refused.example.com';

const MAIL_FIELDS = ['toEmail', 'subject', 'text'] as const;
const CONDITIONS: Partial<INodeProperties> = {
	name: 'conditions',
	type: 'filter',
	default: {},
	typeOptions: { filter: { version: 2 } },
};

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

/** "Filter" and "If": the engine itself evaluates the conditions, as for n8n's own nodes. */
function conditional(outputs: 1 | 2): INodeType {
	const node = standIn(async function () {
		const items = this.getInputData().map((item, index) => ({
			...item,
			pairedItem: { item: index },
		}));
		const passes = items.map(
			(_, index) =>
				this.getNodeParameter('conditions', index, false, { extractValue: true }) === true,
		);
		const both = [items.filter((_, i) => passes[i]), items.filter((_, i) => !passes[i])];
		return both.slice(0, outputs);
	}, outputs);
	return withParameters(node, [CONDITIONS]);
}

/** "Edit Fields"; n8n's own would convert or refuse a value of another type. */
function set(): INodeType {
	const node = standIn(async function () {
		return [
			this.getInputData().map((_, index) => {
				const { assignments } = this.getNodeParameter('assignments', index) as {
					assignments: Array<{ name: string; value: unknown; type: string }>;
				};
				for (const { name, value, type } of assignments) {
					const seen = Array.isArray(value) ? 'array' : typeof value;
					if (seen !== type) throw new UserError(`"${name}" is of the type ${seen}, not ${type}`);
				}
				const json = Object.fromEntries(assignments.map(({ name, value }) => [name, value]));
				return { json: json as IDataObject, pairedItem: { item: index } };
			}),
		];
	});
	return withParameters(node, [{ name: 'assignments', type: 'assignmentCollection', default: {} }]);
}

/** "Split Out", of a field that has objects. */
function splitOut(): INodeType {
	const node = standIn(async function () {
		return [
			this.getInputData().flatMap(({ json }, index) => {
				const rows = json[this.getNodeParameter('fieldToSplitOut', index) as string];
				return (rows as IDataObject[]).map((row) => ({ json: row, pairedItem: { item: index } }));
			}),
		];
	});
	return withParameters(node, [{ name: 'fieldToSplitOut' }]);
}

/** "Stop and Error". */
function stopAndError(): INodeType {
	const node = standIn(async function () {
		throw new UserError(this.getNodeParameter('errorMessage', 0) as string);
	}, 0);
	return withParameters(node, [{ name: 'errorMessage' }]);
}

/** "Send Email": keeps what it would send. */
function sendEmail(mails: Mail[]): INodeType {
	const node = standIn(async function () {
		return [
			this.getInputData().map((_, index) => {
				const values = MAIL_FIELDS.map((name) => [name, this.getNodeParameter(name, index)]);
				const mail = Object.fromEntries(values) as Mail;
				const pairedItem = { item: index };
				if (!mail.toEmail.includes(REFUSED_DOMAIN)) {
					mails.push(mail);
					return { json: { accepted: [mail.toEmail] }, pairedItem };
				}
				if (!this.continueOnFail()) throw new UserError('550 No such mailbox');
				return { json: { error: '550 No such mailbox' }, pairedItem };
			}),
		];
	});
	return withParameters(
		node,
		MAIL_FIELDS.map((name) => ({ name })),
	);
}

/** "HTTP Request" to Stripe: answers with the files that stand beside the events. */
function stripeApi(): INodeType {
	const node = standIn(async function () {
		const answers = this.getInputData().map(async (_, index) => {
			const url = new URL(this.getNodeParameter('url', index) as string);
			return { json: await readEvents(stripeAnswer(url)), pairedItem: { item: index } };
		});
		return [await Promise.all(answers)];
	});
	return withParameters(node, [{ name: 'url' }]);
}

function stripeAnswer({ pathname, searchParams }: URL): string {
	const [, session] =
		/^\/v1\/checkout\/sessions\/cs_test_example_(\w+)\/line_items$/.exec(pathname) ?? [];
	if (session) return `api.line-items.${session}`;
	const payment = searchParams.get('payment[payment_intent]')?.replace('pi_example_', '');
	const asksForInvoice =
		pathname === '/v1/invoice_payments' &&
		searchParams.get('payment[type]') === 'payment_intent' &&
		searchParams.get('expand[]') === 'data.invoice';
	if (!payment || !asksForInvoice) throw new Error(`Stripe has no ${pathname}`);
	return `api.invoice-payments.${payment}`;
}

/** "Google Sheets" with the one sheet: reads it, or updates its rows by their number. */
function googleSheets(sheet: IDataObject[]): INodeType {
	const node = standIn(async function () {
		if (this.getNodeParameter('operation', 0) === 'read') {
			return [sheet.map((json) => ({ json: { ...json }, pairedItem: { item: 0 } }))];
		}
		const items = this.getInputData();
		for (const { json } of items) {
			const row = sheet.find(({ row_number }) => row_number === json.row_number);
			if (!row) throw new Error(`The sheet has no row ${String(json.row_number)}`);
			Object.assign(row, json);
		}
		return [items];
	});
	return withParameters(node, [{ name: 'operation' }]);
}

/** "Data Table" with the one table: reads it, or adds each item as a row; rows get n8n's columns. */
function dataTable(table: IDataObject[]): INodeType {
	const node = standIn(async function () {
		if (this.getNodeParameter('operation', 0) === 'get') {
			return [table.map((json) => ({ json: { ...json }, pairedItem: { item: 0 } }))];
		}
		const items = this.getInputData();
		const now = new Date().toISOString();
		for (const { json } of items) {
			table.push({ id: table.length + 1, createdAt: now, updatedAt: now, ...json });
		}
		return [items];
	});
	return withParameters(node, [{ name: 'operation' }]);
}

async function readEvents(name: string): Promise<IDataObject> {
	const url = new URL(`events/${name}.json`, import.meta.url);
	return JSON.parse(await readFile(url, 'utf8')) as IDataObject;
}

/**
 * An event as Stripe sends it, of `events/`.
 *
 * @param name the file's name: what it is about, and the version of Stripe's API
 * @param days how many days from now it comes; all its times are moved with it
 */
export async function stripeEvent(name: string, days = 0): Promise<IDataObject> {
	const event = await readEvents(name);
	const created = event.created as number;
	const by = Math.floor(Date.now() / 1000) + days * 24 * 60 * 60 - created;
	const isTime = (value: unknown) => typeof value === 'number' && value > 1_500_000_000;
	return JSON.parse(
		JSON.stringify(event, (_, value) => (isTime(value) ? (value as number) + by : value)),
	) as IDataObject;
}

/**
 * A workflow of `examples/` as its file has it, with a product put in.
 *
 * @param file its name, without the extension
 */
export async function readExample(file: string, product = PRODUCT): Promise<WorkflowJson> {
	const url = new URL(`../../examples/${file}.json`, import.meta.url);
	const text = await readFile(url, 'utf8');
	return JSON.parse(text.replaceAll(PLACEHOLDER, product)) as WorkflowJson;
}

/**
 * The nodes of n8n that the examples use, which the engine does not have.
 *
 * @param mails gets what is sent
 * @param event what a trigger hands over
 */
export function nodesOfExamples(
	mails: Mail[],
	{ sheet = [], table = [] }: Surroundings,
	event: IDataObject = {},
): Record<string, INodeType> {
	const trigger = staticItems([{ json: event }]);
	return {
		'n8n-nodes-base.dataTable': dataTable(table),
		'n8n-nodes-base.emailSend': sendEmail(mails),
		'n8n-nodes-base.filter': conditional(1),
		'n8n-nodes-base.googleSheets': googleSheets(sheet),
		'n8n-nodes-base.httpRequest': stripeApi(),
		'n8n-nodes-base.if': conditional(2),
		'n8n-nodes-base.scheduleTrigger': trigger,
		'n8n-nodes-base.set': set(),
		'n8n-nodes-base.splitOut': splitOut(),
		'n8n-nodes-base.stopAndError': stopAndError(),
		'n8n-nodes-base.stripeTrigger': trigger,
	};
}

/**
 * Runs a workflow of `examples/` through the engine, with the Lukittu nodes and the expressions as
 * they are in the file.
 *
 * @param workflow the workflow, or its file's name without the extension
 * @param event what its trigger hands over
 */
export async function runExample(
	sandbox: Sandbox,
	workflow: WorkflowJson | string,
	event: IDataObject = {},
	surroundings: Surroundings = {},
): Promise<ExampleRun> {
	const example = typeof workflow === 'string' ? await readExample(workflow) : workflow;
	const mails: Mail[] = [];
	const result = await runWorkflow({
		workflow: example,
		nodeTypes: nodesOfExamples(mails, surroundings, event),
		startNode:
			surroundings.startNode ?? example.nodes.find(({ type }) => type.endsWith('Trigger'))?.name,
		credentials: credentialsOf(sandbox),
	});
	const outputOf = (node: string) => outputItems(result.runData, node).map(({ json }) => json);
	return { result, mails, outputOf };
}
