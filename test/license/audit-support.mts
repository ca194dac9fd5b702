import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { licenseStatus } from '../sandbox/expiry.mts';
import type { LicenseRow, LicenseSeed, Sandbox } from '../sandbox/types.mts';
import { runLicense } from './support.mts';

export const DAY = 86_400_000;

/** So many days before now, or after it where negative. */
export const daysAgo = (days: number): Date => new Date(Date.now() - days * DAY);

/** Gets many licenses. */
export const getMany = async (sandbox: Sandbox, parameters: IDataObject = {}) =>
	await runLicense(sandbox, 'getAll', parameters);

/** Gets all licenses that match. */
export const audit = async (sandbox: Sandbox, filters: IDataObject, more: IDataObject = {}) =>
	await getMany(sandbox, { returnAll: true, filters, ...more });

export const idsOf = (items: INodeExecutionData[]) => items.map(({ json }) => json.id as string);

/** A filter "Metadata". */
export const metadataFilter = (key: unknown, value: unknown): IDataObject => ({
	metadata: { entry: { key, value } },
});

/** The pages asked for, each as the order and the number: "createdAt desc 1". */
export const pagesAsked = ({ requests }: Sandbox) =>
	requests.map(({ query }) => `${query.sortColumn} ${query.sortDirection} ${query.page}`);

/**
 * Adds licenses a minute apart, the oldest first, in blocks that share their timestamps.
 *
 * @param fieldsOf what else the license of this number has
 */
export function addSeries(
	sandbox: Sandbox,
	count: number,
	{ block = 1, fieldsOf }: { block?: number; fieldsOf?: (n: number) => LicenseSeed } = {},
): LicenseRow[] {
	const start = Date.now() - (count + 60) * 60_000;
	return Array.from({ length: count }, (_, n) => {
		const at = new Date(start + Math.floor(n / block) * block * 60_000);
		return sandbox.addLicense({ createdAt: at, updatedAt: at, ...fieldsOf?.(n) });
	});
}

/** What an audit asks for, as a test writes it into the node's filters. */
export interface Question extends IDataObject {
	status?: string[];
	expiresWithinDays?: number;
	expiredSinceDays?: number;
	inactiveForDays?: number;
	createdAfter?: string;
	createdBefore?: string;
	updatedAfter?: string;
	metadata?: { entry: { key: string; value: string } };
}

/** Whether a stored license answers the question, by the words of the fields. */
export function answers(row: LicenseRow, question: Question, now: Date): boolean {
	const { status, expiresWithinDays, expiredSinceDays, inactiveForDays } = question;
	const { createdAfter, createdBefore, updatedAfter, metadata } = question;
	const inDays = row.expirationDate && (row.expirationDate.getTime() - now.getTime()) / DAY;
	const idleDays = (now.getTime() - (row.lastActiveAt ?? row.createdAt).getTime()) / DAY;
	if (status && !status.includes(licenseStatus(row, now))) return false;
	if (expiresWithinDays !== undefined) {
		if (inDays === null || inDays <= 0 || inDays > expiresWithinDays) return false;
	}
	if (expiredSinceDays !== undefined) {
		if (inDays === null || inDays > 0 || -inDays < expiredSinceDays) return false;
	}
	if (inactiveForDays !== undefined && idleDays < inactiveForDays) return false;
	if (createdAfter && row.createdAt < new Date(createdAfter)) return false;
	if (createdBefore && row.createdAt >= new Date(createdBefore)) return false;
	if (updatedAfter && row.updatedAt < new Date(updatedAfter)) return false;
	if (!metadata) return true;
	const { key, value } = metadata.entry;
	return row.metadata.some((entry) => entry.key === key && entry.value === value);
}
