import type { NodeApiError } from 'n8n-workflow';
import type { ExecutionRecord } from './executionRecord';

/** How many entries of a list stand in a message: all, or the first and the last ones. */
const MAX_LISTED = 20;
const LISTED_AT_EACH_END = 5;

function listed(entries: string[]): string {
	if (entries.length <= MAX_LISTED) return entries.join(', ');
	const first = entries.slice(0, LISTED_AT_EACH_END).join(', ');
	const last = entries.slice(-LISTED_AT_EACH_END).join(', ');
	return `${first}, …, ${last} (${entries.length} in all)`;
}

/**
 * Adds to the error that ended a run what was carried out before, so that nothing done stays
 * unknown.
 */
export function addReport(error: NodeApiError, { results, unknown, total }: ExecutionRecord): void {
	if (total < 2) return;
	const done = [...results]
		.sort(([a], [b]) => a - b)
		.map(([item, [output]]) => {
			const { id, customerId, licenseId, licenseKey } = output?.json ?? {};
			return `item ${item}: ${String(id ?? customerId ?? licenseId ?? licenseKey)}`;
		});
	const lost = [...unknown].sort((a, b) => a - b).map((item) => `item ${item}`);
	const report = [
		done.length > 0 &&
			`${done.length} of ${total} items had been carried out and stay so (counted from 0): ${listed(done)}.`,
		lost.length > 0 &&
			`Not known, because no answer came: ${listed(lost)}. Look them up in Lukittu.`,
	].filter(Boolean);
	if (report.length === 0) report.push(`None of the ${total} items was carried out.`);
	error.description = [error.description, ...report].filter(Boolean).join('\n\n');
}
