import type { IDataObject } from 'n8n-workflow';
import { fieldLabel } from '../labels';
import type { Client } from '../transport/client';
import type { LostWrite } from '../transport/lostWrites';

/** Fields as they are written; what is undefined is not known. */
type Written = Record<string, unknown>;

/** The same text for equal values: lists come back in another order. */
function canonical(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(canonical).sort().join()}]`;
	if (typeof value !== 'object' || value === null) return String(JSON.stringify(value));
	const entries = Object.entries(value).map(([name, inner]) => `${name}:${canonical(inner)}`);
	return `{${entries.sort().join()}}`;
}

/** The fields known of both that are not the same. */
export function differingFields(one: Written, other: Written): string[] {
	return Object.keys(one).filter((field) => {
		const values = [one[field], other[field]];
		return !values.includes(undefined) && canonical(values[0]) !== canonical(values[1]);
	});
}

/** What a field changes with: Lukittu sets the fields of an expiration by each other. */
function partOf(field: string): string {
	return field.startsWith('expiration') ? 'expiration' : field;
}

/** A license or customer on the way of a change, each in the form in which it is written. */
interface Change {
	/** As it was read. */
	before: Written;
	sent: Written;
	/** As Lukittu answered the write. */
	answered: Written;
	/** As it was read after that, where that worked. */
	after?: Written;
}

/**
 * What a change says of other processes that wrote to the same at the same moment: the labels of
 * the fields that are not as they were sent though the change did not name them, or that are not
 * as they were answered any more. Nothing where there are none.
 */
export function changedMeanwhile({ before, sent, answered, after }: Change): IDataObject {
	const named = differingFields(before, sent).map(partOf);
	const fields = [
		...differingFields(sent, answered).filter((field) => !named.includes(partOf(field))),
		...differingFields(answered, after ?? {}),
	];
	const labels = [...new Set(fields.map(fieldLabel))].sort();
	return labels.length > 0 ? { changedMeanwhile: labels } : {};
}

/** What an update needs to know of an earlier one that may come late. */
interface Update<T> {
	read: () => Promise<T>;
	/** Whether it shows: what was read is as it made it. */
	isWritten: (current: T, body: IDataObject) => boolean;
	/** What this update would write. It may throw. */
	bodyFor: (current: T) => IDataObject | undefined;
}

/** Whether an update would write the same once more, so that it does not matter which comes last. */
function isRepeat<T>({ bodyFor }: Update<T>, current: T, lostBody: IDataObject): boolean {
	try {
		const body = bodyFor(current);
		return canonical(body) === canonical(lostBody);
	} catch {
		return false;
	}
}

/**
 * Reads what is to be changed. Where an earlier update got no answer, it reads again until that one
 * shows or is not expected any more: carried out later, it would undo this one.
 */
export async function readSettled<T>(
	client: Client,
	update: Update<T>,
	lost: LostWrite | undefined,
): Promise<T> {
	let current = await update.read();
	if (!lost?.body) return current;
	const { body, until, forget } = lost;
	const isSettled = () => {
		const hasShown = update.isWritten(current, body);
		if (hasShown) forget();
		return hasShown || isRepeat(update, current, body);
	};
	if (isSettled()) return current;
	const readAgain = async () => {
		current = await update.read();
		return isSettled() || undefined;
	};
	await client.lookUntil(readAgain, until);
	return current;
}
