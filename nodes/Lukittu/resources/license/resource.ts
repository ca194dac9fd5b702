import type { Explanation, Finding, LukittuRequest, ResourceInfo } from '../../types';

/** Explains a refusal of the customers or products; an update also sends those the license has. */
function unknownLink(method: string, noun: 'customer' | 'product', ids: unknown): Explanation {
	const label = noun === 'customer' ? 'Customers' : 'Products';
	return {
		message:
			method === 'PUT'
				? `One of the license's ${noun}s, or of those in 'Add ${label}' or 'Replace ${label}', does not exist in this team`
				: `'${label}' names a ${noun} that does not exist in this team`,
		description: `This item changed nothing. Check each ID in the Lukittu dashboard: ${[ids ?? []].flat().join(', ')}.`,
	};
}

/** The quota of e-mails lasts a day, and Lukittu names no time with it. */
function emailQuota({ body }: LukittuRequest): Explanation | undefined {
	if (body?.sendEmailDelivery !== true) return undefined;
	return {
		message: 'Lukittu received too many requests and refused this one',
		description:
			"Nothing was created. Lukittu sends at most 50 license e-mails in 24 hours for a team, counted from the first one, those that could not be sent included: if the team is at that number, wait, or switch off 'Send Email Delivery' and send the key with another node.",
	};
}

/**
 * Words what Lukittu finds of the expiration as a whole. It says "Invalid input" only, and names no
 * field, or the days where the start is missing.
 */
function wordFinding({ message, path }: Finding): string | undefined {
	if (message !== 'Invalid input') return undefined;
	const [field] = path;
	if (field === undefined) {
		return "'Expiration Type': a license that never expires has no 'Expiration Date', 'Days' or 'Days Count From'";
	}
	if (field === 'expirationDays') {
		return "'Days' and 'Days Count From': a license that lasts some days needs both";
	}
	if (field === 'expirationDate') {
		return "'Expiration Date': it must be a date in the future";
	}
	return undefined;
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
			explain: ({ method, body }) => unknownLink(method, 'customer', body?.customerIds),
		},
		{
			details: /^Invalid productIds$/,
			explain: ({ method, body }) => unknownLink(method, 'product', body?.productIds),
		},
		{
			details: /^License key already exists$/,
			explain: ({ body }) => ({
				message: `The license key ${String(body?.licenseKey ?? '')} belongs to another license`,
				description: "This item changed nothing. Give another 'License Key'.",
			}),
		},
		{
			details: /^Failed to send email$/,
			explain: () => ({
				message: 'Lukittu could not send the delivery e-mail, so no license was created',
				description:
					"Check the customer's e-mail address and the team's e-mail settings in the Lukittu dashboard, or switch off 'Send Email Delivery' and run again.",
			}),
		},
		{
			details: /^Too many requests$/,
			explain: (request, { retryAfterMs }) =>
				retryAfterMs === undefined ? emailQuota(request) : undefined,
		},
	],
};
