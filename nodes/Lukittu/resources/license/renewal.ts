import { createHash } from 'crypto';
import { UserError } from 'n8n-workflow';
import type { Expiration, License } from '../../types';
import { expiryAfter } from './body';

/** How far a license is renewed: until a moment (ISO 8601 in UTC), or by 1 to 1000 days. */
export type Renewal = { until: string } | { days: number };

/** Most days that Lukittu accepts for a duration. */
const MAX_DAYS = 1000;

/** The metadata key under which a license keeps what stands for its last renewals. */
export const RENEWALS_ENTRY = 'n8nRenewals';
const KEPT_RENEWALS = 5;
/** SHA-256 in base64url. */
const MARK = /^[\w-]{43}$/;

function refuse({ licenseKey }: License, what: string, advice: string): never {
	throw new UserError(`The license ${licenseKey} ${what}`, {
		description: `This item changed nothing. ${advice}`,
	});
}

/** Renews a license whose days begin only when it is first used. */
function renewUnused(current: License, renewal: Renewal): Partial<Expiration> {
	if ('until' in renewal) {
		return refuse(
			current,
			'was not used yet: its days begin when it is first used, so it has no expiry to move',
			"Set 'Renew By' to Days, which adds to those it will have, or give it a fixed date with the operation Update.",
		);
	}
	const expirationDays = (current.expirationDays ?? 0) + renewal.days;
	if (expirationDays <= MAX_DAYS) return { expirationDays };
	return refuse(
		current,
		`would come to ${expirationDays} days`,
		`Lukittu takes at most ${MAX_DAYS} for a license that was not used yet. Give fewer 'Days'.`,
	);
}

/**
 * What a renewal changes of a license's expiration: never to an earlier one.
 *
 * @param now milliseconds since 1970
 * @returns undefined where the license lasts as long already
 * @throws UserError if the license has no expiry that could be moved
 */
export function renewedExpiration(
	current: License,
	renewal: Renewal,
	now: number,
): Partial<Expiration> | undefined {
	const { expirationDate, expirationStart, expirationType } = current;
	if (!expirationDate) {
		if (expirationType === 'DURATION' && expirationStart === 'ACTIVATION') {
			return renewUnused(current, renewal);
		}
		return refuse(
			current,
			'never expires, so it cannot be renewed',
			'To give it an expiry, use the operation Update.',
		);
	}
	const expiry = Date.parse(expirationDate);
	if ('until' in renewal) {
		return Date.parse(renewal.until) > expiry ? { expirationDate: renewal.until } : undefined;
	}
	return { expirationDate: expiryAfter(current, Math.max(expiry, now), renewal.days) };
}

/** What stands for an idempotency key in the metadata: five of them fit into one value of 255. */
function markOf(key: string): string {
	return createHash('sha256').update(key).digest('base64url');
}

function marksOf({ metadata = [] }: License): string[] {
	const entry = metadata.find(({ key }) => key === RENEWALS_ENTRY);
	// What someone else put there could make the value too long for Lukittu.
	return entry ? entry.value.split(',').filter((mark) => MARK.test(mark)) : [];
}

/** Whether a license was renewed with this idempotency key before, as far as it remembers. */
export function wasRenewedWith(license: License, key: string): boolean {
	return marksOf(license).includes(markOf(key));
}

/** The metadata value that remembers a renewal, with the last ones before it. */
export function renewalsWith(license: License, key: string): string {
	return [...marksOf(license), markOf(key)].slice(-KEPT_RENEWALS).join(',');
}
