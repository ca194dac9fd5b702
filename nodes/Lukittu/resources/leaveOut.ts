import type { GenericValue, IDataObject, INodeProperties } from 'n8n-workflow';
import { isTooShort } from '../checks/customer';
import { checkBoolean, isEmpty } from '../checks/values';
import { fieldLabel } from '../labels';
import type { ItemContext } from '../execution/itemContext';
import { ifAdded } from './parameters';

/** The option under which `readOptionalFields()` leaves values out. */
export const ignoreEmptyField: INodeProperties = {
	displayName: 'Ignore Empty Values',
	name: 'ignoreEmptyValues',
	type: 'boolean',
	default: false,
	description:
		'Whether names, parts of an address, a Discord ID and metadata entries that are empty or too short for Lukittu are left out, instead of stopping the item. What was left out comes out as leftOut.',
};

/** The fields of a collection, and the labels of those that were left out. */
export interface OptionalFields {
	fields: IDataObject;
	leftOut: string[];
}

/** What is left of a field, if anything, and the labels of what was left out of it. */
interface Sifted {
	kept?: GenericValue;
	leftOut: string[];
}

function siftedText(name: string, value: unknown): Sifted {
	if (isTooShort(value, name)) return { leftOut: [fieldLabel(name)] };
	return { kept: value as GenericValue, leftOut: [] };
}

function siftedAddress(address: unknown): Sifted {
	const parts = (address as IDataObject | null | undefined)?.value;
	// What has another shape is refused where it is read.
	if (typeof parts !== 'object' || parts === null) {
		return { kept: address as GenericValue, leftOut: [] };
	}
	// An empty part is none in any case.
	const given = Object.entries(parts).filter(([, value]) => !isEmpty(value));
	const kept = given.filter(([part, value]) => !isTooShort(value, part));
	if (given.length === 0) return { leftOut: ['Address'] };
	return {
		...(kept.length > 0 && { kept: { value: Object.fromEntries(kept) as IDataObject } }),
		leftOut: given
			.filter(([part, value]) => isTooShort(value, part))
			.map(([part]) => `Address: ${fieldLabel(part)}`),
	};
}

function siftedMetadata(metadata: unknown): Sifted {
	const entries = (metadata as IDataObject | null | undefined)?.entry;
	if (!Array.isArray(entries)) return { kept: metadata as GenericValue, leftOut: [] };
	const rows = entries as Array<IDataObject | null>;
	const isLeftOut = (row: IDataObject | null) => isEmpty(row?.key) || isEmpty(row?.value);
	const leftOut = rows.flatMap((row, index) => {
		if (!isLeftOut(row)) return [];
		return [`Metadata: ${isEmpty(row?.key) ? `entry ${index + 1}` : String(row?.key)}`];
	});
	const kept = rows.filter((row) => !isLeftOut(row));
	// An untouched field is refused where it is read.
	const isGone = kept.length === 0 && leftOut.length > 0;
	return { ...(!isGone && { kept: { entry: kept } as IDataObject }), leftOut };
}

const TEXTS = ['discordId', 'fullName', 'username'];

function sifted(name: string, value: unknown): Sifted {
	if (name === 'address') return siftedAddress(value);
	if (name === 'metadata') return siftedMetadata(value);
	if (TEXTS.includes(name)) return siftedText(name, value);
	return { kept: value as GenericValue, leftOut: [] };
}

function withoutEmpty(all: IDataObject): OptionalFields {
	const fields = Object.entries(all).map(([name, value]) => ({ name, ...sifted(name, value) }));
	const kept = fields.filter((field) => 'kept' in field);
	return {
		fields: Object.fromEntries(kept.map((field) => [field.name, field.kept])),
		leftOut: fields.flatMap(({ leftOut }) => leftOut),
	};
}

/**
 * Reads a collection of optional fields; with the option "Ignore Empty Values", without those that
 * are empty or too short.
 *
 * @param name of the collection
 * @throws UserError if the option is neither true nor false
 */
export function readOptionalFields(context: ItemContext, name: string): OptionalFields {
	const fields = context.getNodeParameter(name, {}) as IDataObject;
	const options = context.getNodeParameter('options', {}) as IDataObject;
	const ignoresEmpty = ifAdded(options, 'ignoreEmptyValues', (value) =>
		checkBoolean(value, "'Ignore Empty Values'"),
	);
	return ignoresEmpty ? withoutEmpty(fields) : { fields, leftOut: [] };
}

/** What the output tells of the fields that were left out. */
export function leftOutOf({ leftOut }: OptionalFields): IDataObject {
	return leftOut.length > 0 ? { leftOut } : {};
}
