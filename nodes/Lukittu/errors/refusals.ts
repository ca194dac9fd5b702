import type { IDataObject, IN8nHttpFullResponse } from 'n8n-workflow';
import { isObject, objectFault } from '../checks/answers';
import { retryAfterMs } from '../checks/retryAfter';
import { fieldLabel } from '../labels';
import { shortened } from '../text';
import type { LukittuRequest } from '../types';
import { CHECK_CREDENTIAL, type Explanation } from './explanation';

/** Most characters of the server's own words in a message, and of each of their parts. */
const LONGEST_DETAILS = 300;
const LONGEST_LIST = 1000;
const LONGEST_PART = 120;

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

/** Explains refusals by Lukittu's own words, in `result.details`. */
const EXPLANATIONS: Record<string, (request: LukittuRequest) => Explanation> = {
	'Max licenses reached': () => ({
		message: 'The team has reached its license limit, so no license was created',
		description:
			'Lukittu answered "Max licenses reached". Delete licenses that are no longer needed, or raise the limit of the team\'s plan in the Lukittu dashboard.',
	}),
	'Customer limit reached': () => ({
		message: 'The team has reached its customer limit, so no customer was created',
		description:
			'Lukittu answered "Customer limit reached". Delete customers that are no longer needed, or raise the limit of the team\'s plan in the Lukittu dashboard.',
	}),
	'Invalid email': ({ body }) => ({
		message: `Lukittu does not accept the e-mail address ${String(body?.email ?? '')}`,
		description: "This item changed nothing. Check 'Email'.",
	}),
	'Invalid customerIds': ({ method, body }) => unknownLink(method, 'customer', body?.customerIds),
	'Invalid productIds': ({ method, body }) => unknownLink(method, 'product', body?.productIds),
	'License key already exists': ({ body }) => ({
		message: `The license key ${String(body?.licenseKey ?? '')} belongs to another license`,
		description: "This item changed nothing. Give another 'License Key'.",
	}),
	'Failed to send email': () => ({
		message: 'Lukittu could not send the delivery e-mail, so no license was created',
		description:
			"Check the customer's e-mail address and the team's e-mail settings in the Lukittu dashboard, or switch off 'Send Email Delivery' and run again.",
	}),
};

function isOnCustomers({ url }: LukittuRequest): boolean {
	return url.startsWith('/customers');
}

function notFound(request: LukittuRequest): Explanation {
	const [label, noun] = isOnCustomers(request) ? ['Customer', 'customer'] : ['License', 'license'];
	return {
		isAbsent: true,
		message: `Lukittu does not know ${request.subject}`,
		description: `Check '${label}': the ${noun} may have been deleted, or belong to another team than the one of the credential.`,
	};
}

function unauthorized({ method }: LukittuRequest): Explanation {
	return {
		...(method === 'GET' && { transient: { maxAttempts: 2 } }),
		message: 'Lukittu did not accept the API key for this team',
		description: `${CHECK_CREDENTIAL} that 'API Key' and 'Team ID' are from the same team's settings in the Lukittu dashboard, and that the key still exists. Lukittu gives the same answer while its database is down: if both are right, try again in a few minutes.`,
	};
}

/** What a server asks to wait, for the reader; undefined where it names no time or none to come. */
function waitText(milliseconds: number | undefined): string | undefined {
	const seconds = Math.ceil((milliseconds ?? 0) / 1000);
	if (seconds === 0) return undefined;
	return `${seconds} second${seconds === 1 ? '' : 's'}`;
}

/** What to do where a server asks for more patience than the item has. */
const WAIT_OR_KEEP_TRYING = "run again after that, or raise 'Keep Trying For'";

function tooMany(request: LukittuRequest, { headers }: IN8nHttpFullResponse): Explanation {
	const byEmail = request.body?.sendEmailDelivery === true;
	const asked = retryAfterMs(headers?.['retry-after']);
	const wait = waitText(asked);
	// The quota of e-mails lasts a day, and Lukittu names no time with it.
	const isQuota = byEmail && asked === undefined;
	return {
		message: 'Lukittu received too many requests and refused this one',
		description: byEmail
			? "Nothing was created. Lukittu sends at most 50 license e-mails in 24 hours for a team: if the team is at that number, wait, or switch off 'Send Email Delivery' and send the key with another node."
			: wait
				? `This item changed nothing. Lukittu asks to wait ${wait}: ${WAIT_OR_KEEP_TRYING}.`
				: 'This item changed nothing. Wait a minute and run again, or let fewer workflows use this team at the same time.',
		...(!isQuota && { transient: { retryAfterMs: asked, isTooMany: true } }),
	};
}

/** Names the place of a validation entry as the node's user sees it. */
function issueText(issue: unknown): string {
	const { message, path } = isObject(issue) ? issue : {};
	const words = typeof message === 'string' ? shortened(message, LONGEST_PART) : 'not accepted';
	const parts = (Array.isArray(path) ? path : []).filter((part) => typeof part !== 'object');
	const [field, ...rest] = parts as Array<string | number>;
	if (field === undefined) return words;
	const place = rest.map((part) =>
		typeof part === 'number' ? ` entry ${part + 1}` : `, ${fieldLabel(part)}`,
	);
	return `${shortened(`'${fieldLabel(String(field))}'${place.join('')}`, LONGEST_PART)}: ${words}`;
}

function invalidBody(issues: unknown[]): Explanation {
	const list = issues.slice(0, LONGEST_LIST).map(issueText).join('; ');
	return {
		message: `Lukittu did not accept: ${shortened(list, LONGEST_LIST)}`,
		description: 'This item changed nothing. Correct the fields named above and run again.',
	};
}

function serverTrouble(
	{ statusCode: status, headers }: IN8nHttpFullResponse,
	details: string,
): Explanation {
	const asked = retryAfterMs(headers?.['retry-after']);
	const wait = waitText(asked);
	const isTransient = [502, 503, 504].includes(status);
	return {
		message: `Lukittu could not process the request (status ${status}${details && `: ${details}`})`,
		description: wait
			? `The server has trouble of its own and asks to wait ${wait}: ${WAIT_OR_KEEP_TRYING}.`
			: 'The server has trouble of its own. Try again in a few minutes.',
		// With this header, a server tells that it did not take the request.
		mayHaveActed: !(status === 503 && asked !== undefined),
		...(isTransient && {
			transient: { retryAfterMs: asked, isTooMany: status === 503, mayStillRun: status === 504 },
		}),
	};
}

const PROXY_REFUSAL = 407;
const REQUEST_TIMEOUT = 408;

function notLukittu(baseUrl: string, { statusCode, headers }: IN8nHttpFullResponse): Explanation {
	const address = shortened(String(headers?.location ?? '').replace(/\?.*/s, ''), LONGEST_PART);
	const target = address && `, to ${address}`;
	const answered =
		statusCode >= 300 && statusCode < 400
			? `it redirects (status ${statusCode}${target})`
			: `the answer is no Lukittu data (status ${statusCode})`;
	return {
		message: `The server at ${baseUrl} does not answer as Lukittu does: ${answered}`,
		description: `${CHECK_CREDENTIAL} 'Base URL': it must be the address of a Lukittu server, such as https://app.lukittu.com, without anything behind it.`,
		mayHaveActed: statusCode < 300 || statusCode === REQUEST_TIMEOUT,
	};
}

function refusedOnTheWay(): Explanation {
	return {
		message: 'Something in front of Lukittu refuses access (status 403)',
		description: 'Perhaps a firewall or proxy: let n8n through there. This item changed nothing.',
	};
}

function refusedByProxy(): Explanation {
	return {
		message: 'A proxy between n8n and Lukittu wants other credentials (status 407)',
		description:
			"Check username and password in 'Proxy', under 'Request Options', as in http://username:password@proxy.example.com:3128; or those of the proxy that n8n itself is set to. This item changed nothing.",
	};
}

function withoutData(
	{ faultOf = objectFault }: LukittuRequest,
	data: unknown,
	status: number,
	details: string,
): Explanation {
	const fault = data === null ? undefined : faultOf(data);
	return {
		message:
			fault === undefined
				? `Lukittu answered without data (status ${status}${details && `: ${details}`})`
				: `Lukittu answered with what the node cannot read: ${fault}`,
		description: 'Your Lukittu server may be older or newer than the node expects.',
		mayHaveActed: true,
	};
}

/**
 * Explains an answer that is not a good one: a refusal, or no Lukittu answer at all.
 *
 * @param baseUrl the server's address, for the message
 */
export function explainRefusal(
	request: LukittuRequest,
	response: IN8nHttpFullResponse,
	baseUrl: string,
): Explanation {
	const { statusCode: status } = response;
	const body = response.body as IDataObject | string | null;
	const result = typeof body === 'object' ? (body?.result as IDataObject | undefined) : undefined;
	const details =
		typeof result?.details === 'string' ? shortened(result.details, LONGEST_DETAILS) : '';

	if (status === 429) return tooMany(request, response);
	if (Object.hasOwn(EXPLANATIONS, details)) return EXPLANATIONS[details](request);
	if (status >= 500) return serverTrouble(response, details);
	if (!result && status === 403) return refusedOnTheWay();
	if (!result && status === PROXY_REFUSAL) return refusedByProxy();
	if (!result) return notLukittu(baseUrl, response);
	const { data } = body as IDataObject;
	if (status < 300) return withoutData(request, data, status, details);
	if (status === 401) return unauthorized(request);
	if (status === 404) return notFound(request);
	if (Array.isArray(data) && data.length > 0) return invalidBody(data);
	const advice =
		isOnCustomers(request) && request.body
			? ' Lukittu does not tell which field it means: check those of this item, and those that the customer has already.'
			: '';
	return {
		message: `Lukittu refused the request: ${details || `status ${status}`}`,
		description: `It concerned ${request.subject}. This item changed nothing.${advice}`,
	};
}
