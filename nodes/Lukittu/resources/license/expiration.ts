import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { checkChoice, checkExpiryDate, checkFuture, checkWholeNumber } from '../../checks/values';
import type { Expiration } from '../../types';

const EXPIRATION_TYPES = ['NEVER', 'DATE', 'DURATION'] as const;
const EXPIRATION_STARTS = ['CREATION', 'ACTIVATION'] as const;
const KEEP = 'KEEP';

export const expirationTypeField: INodeProperties = {
	displayName: 'Expiration Type',
	name: 'expirationType',
	type: 'options',
	options: [
		{ name: 'Date', value: 'DATE', description: 'It expires at a fixed date and time' },
		{
			name: 'Duration',
			value: 'DURATION',
			description: 'It expires a number of days after its start',
		},
		{ name: 'Never', value: 'NEVER', description: 'It does not expire' },
	],
	default: 'NEVER',
	description: 'When the license expires',
};

/** For Update, where no type may stand for a choice that nobody made. */
export const expirationTypeChangeField: INodeProperties = {
	...expirationTypeField,
	default: '',
};

export const expirationDateField: INodeProperties = {
	displayName: 'Expiration Date',
	name: 'expirationDate',
	type: 'dateTime',
	// Not "required": where the type comes from an expression, n8n would insist on date and days.
	default: '',
	description:
		"When the license expires, in the workflow's time zone unless the value names another. Must be in the future. A date without a time means the end of that day; a Unix timestamp works too.",
};

export const expirationDaysField: INodeProperties = {
	displayName: 'Days',
	name: 'expirationDays',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 1000, numberPrecision: 0 },
	// No usual number: a forgotten field must not hand out days that nobody chose.
	default: 0,
	description: 'For how many days the license is valid, from 1 to 1000',
};

const startOptions = [
	{
		name: 'Activation',
		value: 'ACTIVATION',
		description: 'The days begin when the license is first used',
	},
	{
		name: 'Creation',
		value: 'CREATION',
		description: 'The days begin when the license is created',
	},
];

export const expirationStartField: INodeProperties = {
	displayName: 'Days Count From',
	name: 'expirationStart',
	type: 'options',
	options: startOptions,
	default: 'CREATION',
	description: 'When the days begin to count',
};

/** For Update, where leaving the start alone must be possible. */
export const expirationStartChangeField: INodeProperties = {
	...expirationStartField,
	options: [
		{
			name: 'Activation',
			value: 'ACTIVATION',
			description:
				'The days begin when the license is first used; an expiry that is running already stays',
		},
		{
			name: 'Creation',
			value: 'CREATION',
			description: 'The days run already; without an expiry so far, they count from now',
		},
		{
			name: 'Keep as It Is',
			value: KEEP,
			description: 'A license without a duration, or without an expiry, counts from now',
		},
	],
	default: KEEP,
};

const DATE_PLACE = "'Expiration Date'";

/**
 * Makes sure that an expiration that is going to be written is not over.
 *
 * @throws UserError if it is a date that has passed
 */
export function checkNotOver({ expirationDate }: Expiration): void {
	if (expirationDate !== null) checkFuture(expirationDate, DATE_PLACE);
}

/**
 * Reads the four expiration fields, taking only those that apply to the chosen type: Lukittu
 * refuses NEVER with anything else, and takes the days instead of the date where both are sent.
 *
 * @param values the fields by their names
 * @param timezone the workflow's, for dates that name none
 * @param canKeepStart whether the start may be left as it is, which gives null
 * @throws UserError on an unknown type, a missing date, or days outside 1 to 1000
 */
export function checkExpiration(
	values: IDataObject,
	timezone: string,
	canKeepStart = false,
): Expiration {
	const expirationType = checkChoice(values.expirationType, "'Expiration Type'", EXPIRATION_TYPES);
	const none = { expirationStart: null, expirationDate: null, expirationDays: null };
	if (expirationType === 'NEVER') return { ...none, expirationType };
	if (expirationType === 'DATE') {
		const expirationDate = checkExpiryDate(values.expirationDate, DATE_PLACE, timezone);
		return { ...none, expirationType, expirationDate };
	}
	const keepsStart = canKeepStart && (values.expirationStart ?? KEEP) === KEEP;
	return {
		...none,
		expirationType,
		expirationDays: checkWholeNumber(values.expirationDays, "'Days'", 1, 1000),
		expirationStart: keepsStart
			? null
			: checkChoice(values.expirationStart, "'Days Count From'", EXPIRATION_STARTS),
	};
}
