import { UserError, type IDataObject } from 'n8n-workflow';
import { checkLicenseKey, checkLinkCount } from '../../checks/ids';
import { checkBoolean, checkChoice, checkLimit } from '../../checks/values';
import type { Expiration } from '../../types';
import { refuseBeside, refuseBoth, refuseUntouched, type Owner } from '../conflicts';
import { metadataChanges } from '../metadata';
import { idsOf, ifAdded } from '../parameters';
import { checkExpiration, checkNotOver } from './expiration';
import type { LicenseChanges, LinkChanges } from './merge';

/** What "Remove All" can name. */
type Removable = 'customers' | 'metadata' | 'products';

const REMOVABLES: readonly Removable[] = ['customers', 'metadata', 'products'];

const LICENSE: Required<Owner> = { noun: 'license', clearField: 'Remove All' };

function removedAll(fields: IDataObject): Removable[] {
	const named = ifAdded(fields, 'removeAll', (value) => {
		const choices: unknown[] = Array.isArray(value) ? value : [value];
		return choices.map((choice) => checkChoice(choice, "'Remove All'", REMOVABLES));
	});
	if (named?.length === 0) {
		throw new UserError("'Remove All' is empty", {
			description: 'Choose what to remove, or remove the field.',
		});
	}
	return named ?? [];
}

/** Changes to customers or products. */
function linkChanges(
	fields: IDataObject,
	noun: 'Customers' | 'Products',
	all: Removable[],
): LinkChanges {
	const singular = noun === 'Customers' ? 'customer' : 'product';
	const read = (verb: 'Add' | 'Remove' | 'Replace') =>
		ifAdded(fields, `${verb.toLowerCase()}${noun}`, (value) => {
			const place = `'${verb} ${noun}'`;
			refuseUntouched(value, place, LICENSE);
			return checkLinkCount(idsOf(value, singular, place), place, singular);
		});
	const [add, remove, replace] = [read('Add'), read('Remove'), read('Replace')];
	const removesAll = all.includes(noun.toLowerCase() as Removable);
	refuseBeside([
		{ label: `Replace ${noun}`, isAdded: replace !== undefined, standsAlone: true },
		{ label: 'Remove All', isAdded: removesAll, standsAlone: true },
		{ label: `Add ${noun}`, isAdded: add !== undefined },
		{ label: `Remove ${noun}`, isAdded: remove !== undefined },
	]);
	const both = add?.find((id) => remove?.includes(id));
	if (both !== undefined) refuseBoth(`Add ${noun}`, `Remove ${noun}`, both);
	return { add: add ?? [], remove: remove ?? [], replace: removesAll ? [] : replace };
}

function expirationOf(expiration: unknown, timezone: string): Expiration {
	const value = (expiration as IDataObject | null)?.value;
	if (!value) {
		throw new UserError("'Expiration' is empty", {
			description: 'Set the expiration, or remove the field to leave it as it is.',
		});
	}
	const checked = checkExpiration(value as IDataObject, timezone, true);
	checkNotOver(checked);
	return checked;
}

/**
 * Reads what the user wants changed; a field that was not added stays undefined.
 *
 * @param fields the collection "Update Fields"
 * @param timezone the workflow's, for dates that name none
 * @throws UserError if nothing was added, or a value is not as it must be
 */
export function licenseChanges(fields: IDataObject, timezone: string): LicenseChanges {
	if (Object.keys(fields).length === 0) {
		throw new UserError("'Update Fields' names nothing to change", {
			description: "Add at least one field under 'Update Fields'.",
		});
	}
	const all = removedAll(fields);
	return {
		customers: linkChanges(fields, 'Customers', all),
		products: linkChanges(fields, 'Products', all),
		metadata: metadataChanges(fields, all.includes('metadata'), LICENSE),
		expiration: ifAdded(fields, 'expiration', (value) => expirationOf(value, timezone)),
		hwidLimit: ifAdded(fields, 'hwidLimit', (value) => checkLimit(value, "'Hardware ID Limit'")),
		ipLimit: ifAdded(fields, 'ipLimit', (value) => checkLimit(value, "'IP Address Limit'")),
		licenseKey: ifAdded(fields, 'licenseKey', (value) => checkLicenseKey(value, "'License Key'")),
		suspended: ifAdded(fields, 'suspended', (value) => checkBoolean(value, "'Suspended'")),
	};
}
