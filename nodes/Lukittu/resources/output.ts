import type { IDataObject, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { checkBoolean, checkChoice } from '../checks/values';
import { ifAdded } from './parameters';

const OUTPUTS = ['raw', 'selectedFields', 'simplified'] as const;

/** How much of a license or customer comes out. */
export interface Output {
	mode: (typeof OUTPUTS)[number];
	/** With `selectedFields`: what comes out beside the ID. */
	fields: string[];
}

/**
 * The options for the output: one switch, or, where an AI agent uses the node as its tool, a choice
 * of fields, as n8n's guidelines have it.
 *
 * @param fields what can be selected
 */
export function outputOptions(fields: INodePropertyOptions[]): INodeProperties[] {
	return [
		{
			displayName: 'Output',
			name: 'output',
			type: 'options',
			displayOptions: { show: { '@tool': [true] } },
			options: [
				{ name: 'Raw', value: 'raw', description: 'All fields' },
				{ name: 'Selected Fields', value: 'selectedFields', description: 'Fields you choose' },
				{ name: 'Simplified', value: 'simplified', description: 'The most useful fields, flat' },
			],
			default: 'simplified',
			description: 'How much the AI agent gets to see',
		},
		{
			displayName: 'Output Fields',
			name: 'outputFields',
			type: 'multiOptions',
			displayOptions: { show: { '@tool': [true], output: ['selectedFields'] } },
			options: fields,
			default: [],
			description: 'What the AI agent gets to see beside the ID',
		},
		{
			displayName: 'Simplify',
			name: 'simplify',
			type: 'boolean',
			displayOptions: { show: { '@tool': [false] } },
			default: false,
			description: 'Whether to return a simplified version of the response instead of the raw data',
		},
	];
}

/** More than there are fields to put out. */
const MOST_NAMES = 100;

/** The names in a list, which an expression may give as text with commas. */
function namesIn(value: unknown): string[] {
	// Each is looked for in each license: a very long list must not take long.
	const texts = [value].flat().slice(0, MOST_NAMES);
	return texts
		.flatMap((text) => (typeof text === 'string' ? text.split(',', MOST_NAMES) : []))
		.map((name) => name.trim());
}

/**
 * Reads the options for the output.
 *
 * @param options the collection "Options"
 * @throws UserError if one is none of its choices
 */
export function readOutput(options: IDataObject): Output {
	const isSimple = ifAdded(options, 'simplify', (value) => checkBoolean(value, "'Simplify'"));
	const mode = ifAdded(options, 'output', (value) => checkChoice(value, "'Output'", OUTPUTS));
	return {
		mode: mode ?? (isSimple ? 'simplified' : 'raw'),
		fields: namesIn(options.outputFields),
	};
}

/**
 * Makes one output item.
 *
 * @param raw everything there is
 * @param simplify gives the flat fields of it; called only where they come out
 * @param outcome what the operation did; comes out in every mode
 */
export function formatOutput(
	{ mode, fields }: Output,
	raw: IDataObject,
	simplify: () => IDataObject,
	outcome?: IDataObject,
): IDataObject {
	if (mode === 'simplified') return { ...simplify(), ...outcome };
	// Not copied without an outcome: lists have many thousands.
	if (mode === 'raw') return outcome ? { ...raw, ...outcome } : raw;
	const all: IDataObject = { ...simplify(), ...raw };
	const selected = ['id', ...fields].filter((field) => field in all);
	return { ...Object.fromEntries(selected.map((field) => [field, all[field]])), ...outcome };
}
