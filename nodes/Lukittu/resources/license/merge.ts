import { checkLinkCount } from '../../checks/ids';
import type { Expiration, License } from '../../types';
import { mergedMetadata, type MetadataChanges } from '../metadata';
import { checkEditable, expiryAfter, licenseBody, type LicenseUpdateBody } from './body';

/** Changes to a license's customers or products. With `replace`, the others are empty. */
export interface LinkChanges {
	add: string[];
	remove: string[];
	replace: string[] | undefined;
}

/** What an update changes; what is undefined or empty stays. */
export interface LicenseChanges {
	customers: LinkChanges;
	products: LinkChanges;
	metadata: MetadataChanges;
	/** A DURATION whose `expirationStart` is null keeps its start. */
	expiration: Expiration | undefined;
	hwidLimit: number | null | undefined;
	ipLimit: number | null | undefined;
	licenseKey: string | undefined;
	suspended: boolean | undefined;
}

/** Moves a running expiry by the difference in days, which Lukittu does not do. */
function movedDate(current: License, newDays: number): string | null {
	const { expirationDate, expirationDays } = current;
	if (!expirationDate || !expirationDays) return expirationDate;
	return expiryAfter(current, Date.parse(expirationDate), newDays - expirationDays);
}

/** The expiration that is to be sent. */
function mergedExpiration(current: License, change: Expiration): Expiration {
	if (change.expirationType !== 'DURATION') return change;
	if (current.expirationType !== 'DURATION') {
		// Without a date, Lukittu counts the days from now, or from the first use.
		return { ...change, expirationStart: change.expirationStart ?? 'CREATION' };
	}
	const expirationStart = change.expirationStart ?? current.expirationStart;
	const expirationDate = movedDate(current, change.expirationDays as number);
	// With the start CREATION and no date, Lukittu would store a license that never expires.
	if (expirationStart === 'CREATION' && expirationDate === null) {
		const fromNow = expiryAfter(current, Date.now(), change.expirationDays as number);
		return { ...change, expirationStart, expirationDate: fromNow };
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
		add.length > 0 ? `The license with 'Add ${noun}'` : 'The license',
		singular,
	);
}

/**
 * Makes the body that changes what the user named on a license and nothing else.
 *
 * @param current the license as read by its key, with customers, products and metadata
 * @throws UserError if Lukittu would refuse the result: an expired DATE license without a new
 *   expiration, more than 20 customers, products or metadata entries
 * @see section "Update" in docs/architecture.md
 */
export function merge(current: License, changes: LicenseChanges): LicenseUpdateBody {
	const { customers = [], products = [], metadata = [] } = current;
	if (changes.expiration === undefined) {
		checkEditable(
			current,
			"Add 'Expiration' with a new date in the future, or another type, to the same update.",
		);
	}
	return licenseBody(current, {
		...(changes.expiration && mergedExpiration(current, changes.expiration)),
		...(changes.licenseKey !== undefined && { licenseKey: changes.licenseKey }),
		...(changes.hwidLimit !== undefined && { hwidLimit: changes.hwidLimit }),
		...(changes.ipLimit !== undefined && { ipLimit: changes.ipLimit }),
		...(changes.suspended !== undefined && { suspended: changes.suspended }),
		customerIds: mergedLinks(customers, changes.customers, 'Customers'),
		productIds: mergedLinks(products, changes.products, 'Products'),
		metadata: mergedMetadata(
			metadata,
			changes.metadata,
			changes.metadata.set.length > 0 ? "The license with 'Set Metadata'" : 'The license',
		),
	});
}
