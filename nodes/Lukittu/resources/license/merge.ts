import { DateTime } from 'luxon';
import { UserError } from 'n8n-workflow';
import { checkLinkCount } from '../../checks/ids';
import { checkMetadataCount } from '../../checks/metadata';
import type { Expiration, License, LicenseBody, MetadataEntry } from '../../types';

/** Changes to a license's customers or products. With `replace`, the others are empty. */
export interface LinkChanges {
	add: string[];
	remove: string[];
	replace: string[] | undefined;
}

/** One metadata entry to set; an undefined lock is left as it is. */
export interface MetadataSetting {
	key: string;
	value: string;
	locked: boolean | undefined;
}

/** What an update changes; what is undefined or empty stays. */
export interface LicenseChanges {
	customers: LinkChanges;
	products: LinkChanges;
	metadata: {
		set: MetadataSetting[];
		remove: string[];
		replace: MetadataEntry[] | undefined;
	};
	/** A DURATION whose `expirationStart` is null keeps its start. */
	expiration: Expiration | undefined;
	hwidLimit: number | null | undefined;
	ipLimit: number | null | undefined;
	licenseKey: string | undefined;
	suspended: boolean | undefined;
}

/** The whole body of an update: Lukittu refuses one that lacks a field. */
export type LicenseUpdateBody = LicenseBody & { licenseKey: string };

/** The expiration as it must be sent to stay what it is. */
function unchangedExpiration(current: License): Expiration {
	const { expirationType, expirationStart, expirationDate, expirationDays } = current;
	// Read as CREATION, but refused with anything but null.
	if (expirationType === 'NEVER') {
		return { expirationType, expirationStart: null, expirationDate: null, expirationDays: null };
	}
	if (expirationType === 'DURATION') {
		// The date must go back with it: null would erase a running expiry.
		return { expirationType, expirationStart, expirationDate, expirationDays };
	}
	if (expirationDate !== null && Date.parse(expirationDate) <= Date.now()) {
		throw new UserError(
			`The license ${current.licenseKey} expired on ${expirationDate}, and Lukittu does not let an expired license be edited`,
			{
				description:
					"This item changed nothing. Add 'Expiration' with a new date in the future, or another type, to the same update.",
			},
		);
	}
	// With days, Lukittu would store now + days in place of the date.
	return { expirationType, expirationStart, expirationDate, expirationDays: null };
}

/** Moves a running expiry by the difference in days, which Lukittu does not do. */
function movedDate(current: License, newDays: number): string | null {
	const { expirationDate, expirationDays } = current;
	if (expirationDate === null || expirationDays === null) return expirationDate;
	return DateTime.fromISO(expirationDate, { zone: 'utc' })
		.plus({ days: newDays - expirationDays })
		.toISO();
}

function mergedExpiration(current: License, change: Expiration | undefined): Expiration {
	if (change === undefined) return unchangedExpiration(current);
	if (change.expirationType !== 'DURATION') return change;
	if (current.expirationType !== 'DURATION') {
		// Without a date, Lukittu counts the days from now, or from the first use.
		return { ...change, expirationStart: change.expirationStart ?? 'CREATION' };
	}
	const expirationStart = change.expirationStart ?? current.expirationStart;
	const expirationDate = movedDate(current, change.expirationDays as number);
	// With the start CREATION and no date, Lukittu would store a license that never expires.
	if (expirationStart === 'CREATION' && expirationDate === null) {
		const days = change.expirationDays as number;
		return { ...change, expirationStart, expirationDate: DateTime.utc().plus({ days }).toISO() };
	}
	return { ...change, expirationStart, expirationDate };
}

function mergedLinks(
	current: Array<{ id: string }>,
	{ add, remove, replace }: LinkChanges,
	noun: 'Customers' | 'Products',
): string[] {
	if (replace) return replace;
	const kept = current.map(({ id }) => id).filter((id) => !remove.includes(id));
	const singular = noun.slice(0, -1).toLowerCase();
	return checkLinkCount(
		[...new Set([...kept, ...add])],
		`The license with 'Add ${noun}'`,
		singular,
	);
}

function mergedMetadata(
	current: MetadataEntry[],
	{ set, remove, replace }: LicenseChanges['metadata'],
): MetadataEntry[] {
	if (replace) return replace;
	const settings = new Map(set.map((setting) => [setting.key, setting]));
	const kept = current
		.filter(({ key }) => !remove.includes(key))
		// Entries are read with more fields than may be sent.
		.map(({ key, value, locked }) => {
			const setting = settings.get(key);
			return { key, value: setting?.value ?? value, locked: setting?.locked ?? locked };
		});
	const added = set
		.filter(({ key }) => !current.some((entry) => entry.key === key))
		.map(({ key, value, locked }) => ({ key, value, locked: locked ?? false }));
	return checkMetadataCount([...kept, ...added], "The license with 'Set Metadata'");
}

/**
 * Makes the body that changes what the user named on a license and nothing else.
 *
 * @param current the license as read by its key, with customers, products and metadata
 * @throws UserError if Lukittu would refuse the result: an expired DATE license without a new
 *   expiration, more than 20 customers, products or metadata entries
 * @see section "Update" of Lukittu's behaviour in docs/architecture.md
 */
export function merge(current: License, changes: LicenseChanges): LicenseUpdateBody {
	const { customers, products, metadata } = current;
	if (!customers || !products || !metadata) {
		throw new UserError(`Lukittu did not tell all of the license ${current.licenseKey}`, {
			description:
				'Its customers, products or metadata are missing from the answer, and writing it back would remove them. This item changed nothing. Your Lukittu server may be older than the node expects.',
		});
	}
	return {
		...mergedExpiration(current, changes.expiration),
		licenseKey: changes.licenseKey ?? current.licenseKey,
		hwidLimit: changes.hwidLimit === undefined ? current.hwidLimit : changes.hwidLimit,
		ipLimit: changes.ipLimit === undefined ? current.ipLimit : changes.ipLimit,
		suspended: changes.suspended ?? current.suspended,
		customerIds: mergedLinks(customers, changes.customers, 'Customers'),
		productIds: mergedLinks(products, changes.products, 'Products'),
		metadata: mergedMetadata(metadata, changes.metadata),
	};
}
