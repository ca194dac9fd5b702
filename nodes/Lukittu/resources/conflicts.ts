import { UserError } from 'n8n-workflow';

/** What the messages about a resource's fields say of it. */
export interface Owner {
	noun: 'customer' | 'license';
	/** The field that takes things off it, where the operation has one. */
	clearField?: 'Clear' | 'Remove All';
}

/** A field of an update, for `refuseBeside()`. */
export interface UpdateField {
	label: string;
	isAdded: boolean;
	standsAlone?: boolean;
}

/** Refuses fields that stand alone beside others for the same thing; those that do come first. */
export function refuseBeside(fields: UpdateField[]): void {
	const [one, other] = fields.filter(({ isAdded }) => isAdded);
	if (!one?.standsAlone || other === undefined) return;
	throw new UserError(`'${one.label}' cannot stand beside '${other.label}'`, {
		description: 'Keep one of them.',
	});
}

/** Refuses two fields that name the same thing. */
export function refuseBoth(one: string, other: string, what: string): never {
	throw new UserError(`'${one}' and '${other}' both name ${what}`, {
		description: 'Take it out of one of them.',
	});
}

/**
 * Refuses a field that was added and then left alone. n8n also makes one of anything that is no
 * list, for example of an expression in its place, and an empty replacement would remove all.
 *
 * @param place how messages name the field: its label in quotes
 */
export function refuseUntouched(value: unknown, place: string, { noun, clearField }: Owner): void {
	if (typeof value !== 'object' || value === null || Object.keys(value).length > 0) return;
	const advice = clearField ? ` To take all off the ${noun}, use '${clearField}'.` : '';
	throw new UserError(`${place} has no entries`, {
		description: `Add an entry, or remove the field.${advice}`,
	});
}
