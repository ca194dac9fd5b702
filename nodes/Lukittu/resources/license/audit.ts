import { UserError, type IDataObject } from 'n8n-workflow';
import { checkMetadataText } from '../../checks/metadata';
import { checkChoice, checkDate, checkWholeNumber } from '../../checks/values';
import type { Edge } from '../../lists/listEntries';
import type { License } from '../../types';
import { hasMetadata } from './list';
import { ifAdded } from '../parameters';
import { DAY_MS, LICENSE_STATUSES, statusOf, type LicenseStatus } from './status';

/** What the node itself looks for in licenses; what is undefined is not looked at. */
export interface Audit {
	statuses?: LicenseStatus[];
	/** Days from now on, from 1. */
	expiresWithinDays?: number;
	/** Days before now, from 0. */
	expiredSinceDays?: number;
	/** Days before now, from 0. */
	inactiveForDays?: number;
	/** Milliseconds since 1970, as the other times. */
	createdAfter?: number;
	createdBefore?: number;
	updatedAfter?: number;
	metadata?: { key: string; value: string };
}

function readStatuses(value: unknown): LicenseStatus[] {
	const choices: unknown[] = typeof value === 'string' ? value.split(',') : [value].flat();
	const statuses = choices.map((choice) => checkChoice(choice, "'Status'", LICENSE_STATUSES));
	if (statuses.length > 0) return statuses;
	throw new UserError("The filter 'Status' is empty", {
		description: 'Choose at least one status, or remove the filter.',
	});
}

function readMetadata(value: unknown): Audit['metadata'] {
	const entry = (value as IDataObject | null)?.entry as IDataObject | undefined;
	return {
		key: checkMetadataText(entry?.key, "The filter 'Metadata', 'Key',"),
		value: checkMetadataText(entry?.value, "The filter 'Metadata', 'Value',"),
	};
}

/**
 * Reads the filters that the node applies itself.
 *
 * @param filters the collection "Filters"
 * @param timezone the workflow's, for dates that name none
 * @throws UserError if a value is not as it must be
 */
export function readAudit(filters: IDataObject, timezone: string): Audit {
	const days = (name: string, place: string, min = 0) =>
		ifAdded(filters, name, (value) => checkWholeNumber(value, place, min, 36_500));
	const time = (name: string, place: string) =>
		ifAdded(filters, name, (value) => Date.parse(checkDate(value, place, timezone)));
	const audit: Audit = {
		statuses: ifAdded(filters, 'status', readStatuses),
		// Within 0 days, nothing can expire.
		expiresWithinDays: days('expiresWithinDays', "'Expires Within Days'", 1),
		expiredSinceDays: days('expiredSinceDays', "'Expired Since Days'"),
		inactiveForDays: days('inactiveForDays', "'Inactive for Days'"),
		createdAfter: time('createdAfter', "'Created After'"),
		createdBefore: time('createdBefore', "'Created Before'"),
		updatedAfter: time('updatedAfter', "'Updated After'"),
		metadata: ifAdded(filters, 'metadata', readMetadata),
	};
	const { createdAfter = -Infinity, createdBefore = Infinity } = audit;
	if (createdAfter >= createdBefore) {
		throw new UserError("'Created After' is not before 'Created Before'", {
			description: 'No license can match both. Correct one of them.',
		});
	}
	return audit;
}

/** What a license must fulfil, each undefined where it is not asked for. */
function conditionsOf(audit: Audit, now: number): Array<((license: License) => boolean) | false> {
	const { statuses, metadata } = audit;
	const { expiresWithinDays, expiredSinceDays, inactiveForDays } = audit;
	const { createdAfter, createdBefore, updatedAfter } = audit;
	const expiryOf = ({ expirationDate }: License) =>
		expirationDate === null ? NaN : Date.parse(expirationDate);
	// One that was never used counts from its creation: an audit must not leave it out.
	const lastUseOf = ({ lastActiveAt, createdAt }: License) => Date.parse(lastActiveAt ?? createdAt);
	return [
		statuses !== undefined && ((license) => statuses.includes(statusOf(license, now))),
		expiresWithinDays !== undefined &&
			((license) => {
				const left = expiryOf(license) - now;
				return left > 0 && left <= expiresWithinDays * DAY_MS;
			}),
		expiredSinceDays !== undefined &&
			((license) => expiryOf(license) <= now - expiredSinceDays * DAY_MS),
		inactiveForDays !== undefined &&
			((license) => lastUseOf(license) <= now - inactiveForDays * DAY_MS),
		createdAfter !== undefined && (({ createdAt }) => Date.parse(createdAt) >= createdAfter),
		createdBefore !== undefined && (({ createdAt }) => Date.parse(createdAt) < createdBefore),
		updatedAfter !== undefined && (({ updatedAt }) => Date.parse(updatedAt) >= updatedAfter),
		metadata !== undefined && ((license) => hasMetadata(license, metadata.key, metadata.value)),
	];
}

/**
 * Tells whether a license matches all filters, whatever the server has filtered already.
 *
 * @param now milliseconds since 1970, the same for the whole list
 * @returns undefined where there is nothing to look at
 */
export function matcherOf(audit: Audit, now: number): ((license: License) => boolean) | undefined {
	const conditions = conditionsOf(audit, now).filter((condition) => condition !== false);
	if (conditions.length === 0) return undefined;
	return (license) => conditions.every((condition) => condition(license));
}

/** The order in which the times that are asked for end the list, where one does. */
export function edgeOf({
	createdAfter,
	createdBefore,
	updatedAfter,
}: Audit): Edge<License> | undefined {
	if (createdAfter !== undefined) {
		return {
			sort: { sortColumn: 'createdAt', sortDirection: 'desc' },
			isPast: ({ createdAt }) => Date.parse(createdAt) < createdAfter,
		};
	}
	if (updatedAfter !== undefined) {
		return {
			sort: { sortColumn: 'updatedAt', sortDirection: 'desc' },
			isPast: ({ updatedAt }) => Date.parse(updatedAt) < updatedAfter,
		};
	}
	if (createdBefore !== undefined) {
		return {
			sort: { sortColumn: 'createdAt', sortDirection: 'asc' },
			isPast: ({ createdAt }) => Date.parse(createdAt) >= createdBefore,
		};
	}
	return undefined;
}
