import { placeInUse, type FieldsInUse } from '../../fieldsInUse';
import type { Explanation, Finding, LukittuRequest, ResourceInfo } from '../../types';

/** Explains a refusal of the customers or products; an update also sends those the license has. */
function unknownLink(
	{ method, body }: LukittuRequest,
	noun: 'customer' | 'product',
	fields: FieldsInUse,
): Explanation {
	const ids = body?.[`${noun}Ids`] ?? [];
	const place = placeInUse(`${noun}Ids`, fields);
	const replacement = noun === 'customer' ? 'replaceCustomers' : 'replaceProducts';
	const isOwnOnly = method === 'POST' || fields.has(replacement);
	const others = `One of the license's ${noun}s${place ? `, or of those in ${place},` : ''} does not exist in this team`;
	return {
		message:
			place && isOwnOnly ? `${place} names a ${noun} that does not exist in this team` : others,
		description: `This item changed nothing. Check each ID in the Lukittu dashboard: ${[ids].flat().join(', ')}.`,
	};
}

/** The quota of e-mails lasts a day, and Lukittu names no time with it. */
function emailQuota({ body }: LukittuRequest): Explanation | undefined {
	if (body?.sendEmailDelivery !== true) return undefined;
	return {
		message: 'Lukittu received too many requests and refused this one',
		description:
			"Nothing was created. Lukittu takes at most 50 license e-mails in 24 hours for a team. The 24 hours begin with the first one, and those that were refused or could not be sent count too: if the team is at that number, wait until they are over, or switch off 'Send Email Delivery' and send the key with another node.",
	};
}

/**
 * Words what Lukittu finds of the expiration as a whole. It says "Invalid input" only, and names no
 * field, or the days where the start is missing.
 */
function wordFinding({ message, path }: Finding, fields: FieldsInUse): string | undefined {
	if (message !== 'Invalid input') return undefined;
	const [field = 'expirationType'] = path;
	const place = placeInUse(String(field), fields) ?? "the license's expiration";
	const words: Record<string, string> = {
		expirationType: 'a license that never expires has no date and no days',
		expirationDays: 'a license that lasts some days needs a number of days, and when they begin',
		expirationDate: 'it must be a date in the future',
	};
	return Object.hasOwn(words, field) ? `${place}: ${words[field]}` : undefined;
}

export const licenseResource: ResourceInfo = {
	noun: 'license',
	label: 'License',
	wordFinding,
	refusals: [
		{
			details: /^Max licenses reached$/,
			explain: () => ({
				message: 'The team has reached its license limit, so no license was created',
				description:
					'Lukittu answered "Max licenses reached". Delete licenses that are no longer needed, or raise the limit of the team\'s plan in the Lukittu dashboard.',
			}),
		},
		{
			details: /^Invalid customerIds$/,
			explain: (request, _, fields) => unknownLink(request, 'customer', fields),
		},
		{
			details: /^Invalid productIds$/,
			explain: (request, _, fields) => unknownLink(request, 'product', fields),
		},
		{
			details: /^License key already exists$/,
			explain: ({ body }, _, fields) => ({
				message: `The license key ${String(body?.licenseKey ?? '')} belongs to another license`,
				description: `This item changed nothing. ${fields.has('licenseKey') ? "Give another 'License Key'." : 'Run again.'}`,
			}),
		},
		{
			details: /^Failed to send email$/,
			explain: ({ body }) => ({
				message: 'Lukittu could not send the delivery e-mail, so no license was created',
				description: `Check the customer's e-mail address and the team's e-mail settings in the Lukittu dashboard${body?.sendEmailDelivery === true ? ", or switch off 'Send Email Delivery' and run again" : ''}.`,
			}),
		},
		{
			details: /^Too many requests$/,
			explain: (request, { retryAfterMs }) =>
				retryAfterMs === undefined ? emailQuota(request) : undefined,
		},
	],
};
