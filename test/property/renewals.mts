import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { DAY } from './arbitraries.mts';
import type { Facts } from './memory.mts';

/** How a license is renewed: until a moment, or by days. */
export type By = { until: number } | { days: number };

/** What a renewal by itself has to come to, with the idempotency key left aside. */
export type Expected =
	| { moved: Partial<Facts> }
	/** The license lasts as long already. */
	| 'stays'
	/** The words of the refusal. */
	| RegExp;

const isoAt = (time: number) => new Date(time).toISOString();

/** Renewals of every kind, seen from a moment. */
export const renewals = (now: number): fc.Arbitrary<By> =>
	fc.oneof(
		fc.integer({ min: 1, max: 1000 }).map<By>((days) => ({ days })),
		fc.integer({ min: 1, max: 4000 * DAY }).map<By>((offset) => ({ until: now + offset })),
		fc.integer({ min: 1, max: 1000 }).map<By>((offset) => ({ until: now + offset })),
	);

/** The parameters of the node for a renewal. */
export function renewParameters(id: unknown, by: By, renewFields: IDataObject = {}): IDataObject {
	return {
		license: { __rl: true, mode: 'id', value: id },
		renewFields,
		...('days' in by
			? { renewBy: 'days', days: by.days }
			: { renewBy: 'date', renewUntil: isoAt(by.until) }),
	};
}

/** What a renewal must come to, by the words of the README and no others. */
export function expectedOf(before: Facts, by: By, now: number): Expected {
	const { expirationType, expirationStart, expirationDate, expirationDays } = before;
	if (expirationDate !== null) {
		const expiry = Date.parse(expirationDate);
		const renewed = 'days' in by ? Math.max(now, expiry) + by.days * DAY : by.until;
		return renewed > expiry ? { moved: { expirationDate: isoAt(renewed) } } : 'stays';
	}
	const waits = expirationType === 'DURATION' && expirationStart === 'ACTIVATION';
	if (!waits) return /never expires, so it cannot be renewed$/;
	if ('until' in by) return /was not used yet: its days begin when it is first used/;
	const sum = (expirationDays as number) + by.days;
	return sum > 1000 ? new RegExp(`would come to ${sum} days$`) : { moved: { expirationDays: sum } };
}

/** How long a license lasts: for ever, until a moment, or for days that have not begun. */
export function lastsFor({
	expirationDate,
	expirationStart,
	expirationType,
	expirationDays,
}: Facts) {
	if (expirationDate !== null) return Date.parse(expirationDate);
	const waits = expirationType === 'DURATION' && expirationStart === 'ACTIVATION';
	return waits ? (expirationDays as number) : Infinity;
}
