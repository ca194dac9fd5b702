import { UserError, type IDataObject } from 'n8n-workflow';
import { checkAddress, checkDiscordId, checkEmail, checkName } from '../../checks/customer';
import { checkChoice } from '../../checks/values';
import { fieldLabel } from '../../labels';
import { refuseBeside, type Owner } from '../conflicts';
import { metadataChanges, metadataSettings } from '../metadata';
import { ifAdded } from '../parameters';
import type { CustomerChanges } from './body';

/** What "Clear" can name, beside the metadata. */
const CLEARABLES = ['address', 'discordId', 'email', 'fullName', 'username'] as const;

const CUSTOMER: Required<Owner> = { noun: 'customer', clearField: 'Clear' };

const REMOVE_FIELD = 'Give a value, or remove the field.';
const USE_CLEAR =
	"To take it off the customer, use 'Clear'; to leave it as it is, remove the field.";

/** Reads the fields that all writing operations have. */
function readFields(fields: IDataObject, advice: string): Omit<CustomerChanges, 'metadata'> {
	return {
		fullName: ifAdded(fields, 'fullName', (value) => checkName(value, 'fullName', advice)),
		username: ifAdded(fields, 'username', (value) => checkName(value, 'username', advice)),
		discordId: ifAdded(fields, 'discordId', (value) => checkDiscordId(value, advice)),
		address: ifAdded(fields, 'address', (value) =>
			checkAddress((value as IDataObject | null)?.value),
		),
	};
}

/**
 * Reads what a new customer is to have beside its e-mail address, or what one that is there gets.
 *
 * @param fields the collection "Additional Fields"
 * @throws UserError if a value is not as it must be
 */
export function additionalChanges(fields: IDataObject): CustomerChanges {
	const set = ifAdded(fields, 'metadata', (value) =>
		metadataSettings(value, "'Metadata'", { noun: 'customer' }),
	);
	return {
		...readFields(fields, REMOVE_FIELD),
		metadata: { set: set ?? [], remove: [], replace: undefined },
	};
}

function cleared(fields: IDataObject): string[] {
	const named = ifAdded(fields, 'clear', (value) => {
		const choices: unknown[] = Array.isArray(value) ? value : [value];
		return choices.map((choice) => checkChoice(choice, "'Clear'", [...CLEARABLES, 'metadata']));
	});
	if (named?.length === 0) {
		throw new UserError("'Clear' is empty", {
			description: 'Choose what to take off the customer, or remove the field.',
		});
	}
	return named ?? [];
}

/**
 * Reads what the user wants changed; a field that was not added stays undefined.
 *
 * @param fields the collection "Update Fields"
 * @throws UserError if nothing was added, or a value is not as it must be
 */
export function customerChanges(fields: IDataObject): CustomerChanges {
	if (Object.keys(fields).length === 0) {
		throw new UserError("'Update Fields' names nothing to change", {
			description: "Add at least one field under 'Update Fields'.",
		});
	}
	const all = cleared(fields);
	const changes: CustomerChanges = {
		email: ifAdded(fields, 'email', (value) => checkEmail(value, USE_CLEAR)),
		...readFields(fields, USE_CLEAR),
		metadata: metadataChanges(fields, all.includes('metadata'), CUSTOMER),
	};
	const replacement = ifAdded(fields, 'replaceAddress', (value) =>
		checkAddress((value as IDataObject | null)?.value, "'Replace Address'"),
	);
	refuseBeside([
		{ label: 'Replace Address', isAdded: replacement !== undefined, standsAlone: true },
		{ label: 'Clear', isAdded: all.includes('address') },
		{ label: 'Address', isAdded: changes.address !== undefined },
	]);
	if (replacement) Object.assign(changes, { address: replacement, replacesAddress: true });
	for (const field of CLEARABLES.filter((clearable) => all.includes(clearable))) {
		if (changes[field] !== undefined) {
			throw new UserError(`'Clear' names '${fieldLabel(field)}', which has a new value beside it`, {
				description: 'Keep one of them.',
			});
		}
		changes[field] = null;
	}
	return changes;
}
