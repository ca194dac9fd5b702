import type { IDataObject, IDisplayOptions, INodeProperties } from 'n8n-workflow';
import { checkBoolean, checkChoice, checkWholeNumber } from '../checks/values';
import type { ItemContext } from '../execution/itemContext';
import { SORT_DIRECTIONS, type Sort } from '../lists/pages';
import { ifAdded } from './parameters';

/**
 * The fields for how many entries of a list come out.
 *
 * @param show the operation they belong to
 */
export function amountFields(show: NonNullable<IDisplayOptions['show']>): INodeProperties[] {
	return [
		{
			displayName: 'Return All',
			name: 'returnAll',
			type: 'boolean',
			default: false,
			displayOptions: { show },
			description: 'Whether to return all results or only up to a given limit',
		},
		{
			displayName: 'Limit',
			name: 'limit',
			type: 'number',
			typeOptions: { minValue: 1, numberPrecision: 0 },
			default: 50,
			displayOptions: { show: { ...show, returnAll: [false] } },
			description: 'Max number of results to return',
		},
	];
}

/**
 * Reads how many entries are to come out, undefined for all.
 *
 * @throws UserError if the limit is no whole number from 1 up
 */
export function readLimit(context: ItemContext): number | undefined {
	const returnAll = checkBoolean(context.getNodeParameter('returnAll', false), "'Return All'");
	if (returnAll) return undefined;
	return checkWholeNumber(context.getNodeParameter('limit', 50), "'Limit'", 1);
}

/**
 * Reads how a list is to be sorted: the newest first where nothing else is chosen.
 *
 * @param options the collection "Options"
 * @param columns those Lukittu can sort by; any other silently becomes the default there
 * @throws UserError if an option is none of its choices
 */
export function readSort(options: IDataObject, columns: readonly string[]): Sort {
	const column = ifAdded(options, 'sortColumn', (value) =>
		checkChoice(value, "'Sort By'", columns),
	);
	const direction = ifAdded(options, 'sortDirection', (value) =>
		checkChoice(value, "'Sort Direction'", SORT_DIRECTIONS),
	);
	return { sortColumn: column ?? 'createdAt', sortDirection: direction ?? 'desc' };
}
