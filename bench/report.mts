/** One table of the report, with what is to be said of it. */
export interface Part {
	title: string;
	head: string[];
	rows: string[][];
	/** Aims, each with whether it was reached in this run. */
	aims: Aim[];
	notes?: string[];
}

export interface Aim {
	text: string;
	/** What was measured. */
	value: number;
	/** What it may be at most. */
	most: number;
}

export const ms = (value: number): string => `${Math.round(value)} ms`;
export const perItem = (value: number): string => `${value.toFixed(2)} ms`;
export const ratio = (value: number): string => value.toFixed(2);

/** A part of the report as Markdown. */
export function markdown({ title, head, rows, aims, notes = [] }: Part): string {
	const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
	const table = [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
	const list = aims.map(({ text, value, most }) => {
		const verdict = value <= most ? 'reached' : '**not reached**';
		return `- ${text}: ${ratio(value)}, aim at most ${ratio(most)}: ${verdict}.`;
	});
	return [`## ${title}`, table, list.join('\n'), ...notes].filter(Boolean).join('\n\n');
}

/** What the bare client's way takes inside n8n, where the HTTP helper is all that a node may use. */
export const ofHelper = (helper: number, bare: number): string =>
	`A node that does nothing but call n8n's HTTP helper, with as many requests in flight, takes ${ratio(helper / bare)} of the bare client (axios): any node takes that much, or has to make up for it.`;
