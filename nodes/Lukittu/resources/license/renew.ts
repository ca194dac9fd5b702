import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { checkIdempotencyKey } from '../../checks/idempotencyKey';
import {
	checkBoolean,
	checkChoice,
	checkExpiryDate,
	checkFuture,
	checkWholeNumber,
} from '../../checks/values';
import type { ItemContext } from '../../execution/itemContext';
import type { Prepare } from '../../execution/operation';
import type { License } from '../../types';
import { withMetadata } from '../metadata';
import { ifAdded, licenseReference } from '../parameters';
import { licenseBody, type LicenseUpdateBody } from './body';
import { updateLicense } from './updateLicense';
import { licenseOutput } from './output';
import {
	RENEWALS_ENTRY,
	renewalsWith,
	renewedExpiration,
	wasRenewedWith,
	type Renewal,
} from './renewal';

const showOnlyForLicenseRenew = {
	resource: ['license'],
	operation: ['renew'],
};

const RENEW_UNTIL = "'Renew Until'";
const RENEW_BY = ['date', 'days'] as const;

export const licenseRenewDescription: INodeProperties[] = [
	{
		displayName: 'Renew By',
		name: 'renewBy',
		type: 'options',
		options: [
			{
				name: 'Date',
				value: 'date',
				description: 'Until a date. Repeating it does nothing more.',
			},
			{
				name: 'Days',
				value: 'days',
				description:
					"By a number of days. Repeating it adds them again, unless an 'Idempotency Key' is added.",
			},
		],
		default: 'date',
		displayOptions: { show: showOnlyForLicenseRenew },
		description: 'How the new expiry is given. It is never earlier than the one before.',
	},
	{
		displayName: 'Renew Until',
		name: 'renewUntil',
		type: 'dateTime',
		default: '',
		displayOptions: { show: { ...showOnlyForLicenseRenew, renewBy: ['date'] } },
		description:
			"When the license expires from now on, in the workflow's time zone unless the value names another. A date without a time means the end of that day; a Unix timestamp works too. A license that lasts longer already stays as it is, even where the date has passed; otherwise it must be in the future.",
	},
	{
		displayName: 'Days',
		name: 'days',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 1000, numberPrecision: 0 },
		// No usual number: a forgotten field must not hand out days that nobody chose.
		default: 0,
		displayOptions: { show: { ...showOnlyForLicenseRenew, renewBy: ['days'] } },
		description:
			'How many days to add, from 1 to 1000: to the present expiry, or to now if the license has expired',
	},
	{
		displayName: 'Additional Fields',
		name: 'renewFields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		displayOptions: { show: showOnlyForLicenseRenew },
		options: [
			{
				displayName: 'Idempotency Key',
				name: 'idempotencyKey',
				type: 'string',
				default: '',
				placeholder: 'e.g. {{ $json.invoice }}',
				description:
					'What stands for this one renewal, such as the ID of its invoice. A license that was renewed with the same key before is left as it is; it remembers its last 5 keys. 1 to 255 characters, compared exactly.',
			},
			{
				displayName: 'Lift Suspension',
				name: 'liftSuspension',
				type: 'boolean',
				default: false,
				description: 'Whether a suspended license becomes valid again with the renewal',
			},
		],
	},
];

/** What the user asks for. */
interface Request {
	renewal: Renewal;
	key: string | undefined;
	liftsSuspension: boolean;
}

function readRenewal(context: ItemContext): Renewal {
	const renewBy = checkChoice(context.getNodeParameter('renewBy', 'date'), "'Renew By'", RENEW_BY);
	if (renewBy === 'days') {
		return { days: checkWholeNumber(context.getNodeParameter('days', 0), "'Days'", 1, 1000) };
	}
	const until = context.getNodeParameter('renewUntil', '');
	return { until: checkExpiryDate(until, RENEW_UNTIL, context.getTimezone()) };
}

function readRequest(context: ItemContext): Request {
	const additional = context.getNodeParameter('renewFields', {}) as IDataObject;
	const lifts = ifAdded(additional, 'liftSuspension', (value) =>
		checkBoolean(value, "'Lift Suspension'"),
	);
	return {
		renewal: readRenewal(context),
		key: ifAdded(additional, 'idempotencyKey', checkIdempotencyKey),
		liftsSuspension: lifts ?? false,
	};
}

/** The fields that a renewal replaces; none where there is nothing to change. */
function replacedBy(
	current: License,
	{ renewal, key, liftsSuspension }: Request,
): Partial<LicenseUpdateBody> {
	if (key !== undefined && wasRenewedWith(current, key)) return {};
	const expiration = renewedExpiration(current, renewal, Date.now());
	if (expiration && 'until' in renewal) checkFuture(renewal.until, RENEW_UNTIL);
	const replaced: Partial<LicenseUpdateBody> = {
		...expiration,
		...(liftsSuspension && current.suspended && { suspended: false }),
	};
	if (key === undefined) return replaced;
	const entry = { key: RENEWALS_ENTRY, value: renewalsWith(current, key), locked: true };
	const place = "The license with the entry for the 'Idempotency Key'";
	return { ...replaced, metadata: withMetadata(current.metadata ?? [], [entry], place) };
}

/** Renew: reads the license, moves its expiry, and writes it back as a whole. */
export const prepareLicenseRenew: Prepare = (context) => {
	const reference = licenseReference(context);
	const request = readRequest(context);
	const output = licenseOutput(context);
	const isRepeatable = 'until' in request.renewal || request.key !== undefined;
	return async (client) => {
		let renewed = false;
		const bodyFor = (current: License) => {
			const replaced = replacedBy(current, request);
			renewed = 'expirationDate' in replaced || 'expirationDays' in replaced;
			return Object.keys(replaced).length > 0 ? licenseBody(current, replaced) : undefined;
		};
		const { license, outcome } = await updateLicense(client, reference, bodyFor, isRepeatable);
		return [output(license, { renewed, ...outcome })];
	};
};
