import type { IDataObject, IN8nHttpFullResponse } from 'n8n-workflow';
import { isObject, objectFault } from '../checks/answers';
import { retryAfterMs } from '../checks/retryAfter';
import { fieldLabel } from '../labels';
import { shortened } from '../text';
import { placeInUse, type FieldsInUse } from '../fieldsInUse';
import type { Explanation, Finding, LukittuRequest, Refusal } from '../types';

/** How advice on the credential begins. */
export const CHECK_CREDENTIAL = 'Open the credential and check';

/** Most characters of the server's own words in a message, and of each of their parts. */
const LONGEST_DETAILS = 300;
const LONGEST_LIST = 1000;
const LONGEST_PART = 120;

/** What a server asks to wait, for the reader; undefined where it names no time or none to come. */
function waitText(milliseconds: number | undefined): string | undefined {
	const seconds = Math.ceil((milliseconds ?? 0) / 1000);
	if (seconds === 0) return undefined;
	return `${seconds} second${seconds === 1 ? '' : 's'}`;
}

/** What to do where a server asks to wait longer than the item may. */
const WAIT_OR_KEEP_TRYING = "run again after that, or raise 'Keep Trying For'";

function notFound(
	{ resource: { label, noun }, subject }: LukittuRequest,
	fields: FieldsInUse,
): Explanation {
	return {
		isAbsent: true,
		message: `Lukittu does not know ${subject}`,
		description: fields.has(noun)
			? `Check '${label}': the ${noun} may have been deleted, or belong to another team than the one of the credential.`
			: `Run again. If the same comes again: ${CHECK_CREDENTIAL} 'Team ID' and 'Base URL'.`,
	};
}

function unauthorized({ method }: LukittuRequest): Explanation {
	return {
		transient: { attemptsBeforeSuccess: method === 'GET' ? 2 : 1, isOutage: true },
		message: 'Lukittu did not accept the API key for this team',
		description: `${CHECK_CREDENTIAL} that 'API Key' and 'Team ID' are from the same team's settings in the Lukittu dashboard, and that the key still exists. Lukittu gives the same answer while its database is down: if both are right, try again in a few minutes.`,
	};
}

function tooMany({ retryAfterMs: asked }: Refusal): Explanation {
	const wait = waitText(asked);
	return {
		message: 'Lukittu received too many requests and refused this one',
		description: wait
			? `This item changed nothing. Lukittu asks to wait ${wait}: ${WAIT_OR_KEEP_TRYING}.`
			: 'This item changed nothing. Wait a minute and run again, or let fewer workflows use this team at the same time.',
		transient: { retryAfterMs: asked, isTooMany: true },
	};
}

/**
 * The field that a finding is about. Undefined where the item has none: an update also sends what is
 * there already, and counts the entries of both.
 */
function placeOf(
	{ method }: LukittuRequest,
	{ path: [field, part] }: Finding,
	fields: FieldsInUse,
): string | undefined {
	if (field === undefined) return undefined;
	if (method === 'POST') return `'${fieldLabel(String(field))}'`;
	return typeof part === 'number' ? undefined : placeInUse(String(field), fields);
}

/** Names the place of a finding as the node's user sees it. */
function findingText(request: LukittuRequest, finding: Finding, fields: FieldsInUse): string {
	const {
		message,
		path: [field, ...rest],
	} = finding;
	if (field === undefined) return message;
	const parts = rest.map((part) =>
		typeof part === 'number' ? ` entry ${part + 1}` : `, ${fieldLabel(part)}`,
	);
	const existing = `the ${request.resource.noun}'s ${fieldLabel(String(field))}`;
	const place = placeOf(request, finding, fields) ?? existing;
	return `${shortened(`${place}${parts.join('')}`, LONGEST_PART)}: ${message}`;
}

function toFinding(value: unknown): Finding {
	const { message, path } = isObject(value) ? value : {};
	const parts = (Array.isArray(path) ? path : []).filter((part) => typeof part !== 'object');
	return {
		message: typeof message === 'string' ? shortened(message, LONGEST_PART) : 'not accepted',
		path: parts as Array<string | number>,
	};
}

function invalidBody(request: LukittuRequest, data: unknown[], fields: FieldsInUse): Explanation {
	const { resource } = request;
	const findings = data.slice(0, LONGEST_LIST).map(toFinding);
	const texts = findings.map(
		(finding) => resource.wordFinding?.(finding, fields) ?? findingText(request, finding, fields),
	);
	const isOwn =
		request.method === 'POST' ||
		findings.every((finding) => placeOf(request, finding, fields) !== undefined);
	return {
		message: `Lukittu did not accept: ${shortened(texts.join('; '), LONGEST_LIST)}`,
		description: isOwn
			? 'This item changed nothing. Correct the fields named above and run again.'
			: `This item changed nothing. Lukittu looks at the whole ${resource.noun} each time: correct what is named above, in this item or in Lukittu, and run again.`,
	};
}

/** Statuses of a server that is down, busy or being restarted; from 520 on they are Cloudflare's. */
const TRANSIENT = [500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526];
/** Those where the server may still be working on the request. */
const TIMED_OUT = [504, 524];
/** Those where a proxy did not get through to the server. */
const NOT_REACHED = [521, 522, 523, 525, 526];

function serverFault({ status, details, retryAfterMs: asked }: Refusal): Explanation {
	const wait = waitText(asked);
	return {
		message: `Lukittu could not process the request (status ${status}${details && `: ${details}`})`,
		description: wait
			? `The server has trouble of its own and asks to wait ${wait}: ${WAIT_OR_KEEP_TRYING}.`
			: 'The server has trouble of its own. Try again in a few minutes.',
		// With this header, a server tells that it did not take the request.
		mayHaveActed: !NOT_REACHED.includes(status) && !(status === 503 && asked !== undefined),
		...(TRANSIENT.includes(status) && {
			transient: {
				retryAfterMs: asked,
				isTooMany: status === 503,
				isOutage: true,
				mayStillRun: TIMED_OUT.includes(status),
			},
		}),
	};
}

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

/** The server takes some 16,000 characters of address and headers. Only a filter can be that long. */
function tooLong(
	{ qs = {}, subject }: LukittuRequest,
	status: number,
	fields: FieldsInUse,
): Explanation {
	const [[name] = ['']] = Object.entries(qs).sort(
		([, a], [, b]) => String(b).length - String(a).length,
	);
	const filter = fields.has('filters') ? placeInUse(name, fields) : undefined;
	if (filter === undefined) {
		return {
			message: `The request for ${subject} is too long for the server (status ${status})`,
			description:
				'Perhaps a firewall or proxy in front of Lukittu takes only short addresses or headers: let more through there. This item changed nothing.',
		};
	}
	return {
		message: `The filter ${filter} is too long for the server (status ${status})`,
		description:
			'Give fewer or shorter values: use one input item for each part of them, and combine what comes out.',
	};
}

/** What comes from a firewall or proxy on the way, by status. */
const ON_THE_WAY: Record<number, Explanation> = {
	403: {
		message: 'Something in front of Lukittu refuses access (status 403)',
		description: 'Perhaps a firewall or proxy: let n8n through there. This item changed nothing.',
	},
	407: {
		message: 'A proxy between n8n and Lukittu wants other credentials (status 407)',
		description:
			"Check username and password in 'Proxy', under 'Request Options', as in http://username:password@proxy.example.com:3128; or those of the proxy that n8n itself is set to. This item changed nothing.",
	},
};

/** The statuses for an address and for headers that are too long. */
const TOO_LONG = [414, 431];

function withoutData(
	{ faultOf = objectFault }: LukittuRequest,
	data: unknown,
	{ status, details }: Refusal,
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

function otherRefusal(
	{ body, resource, subject }: LukittuRequest,
	{ status, details }: Refusal,
): Explanation {
	const advice = body && resource.adviceOnRefusal ? ` ${resource.adviceOnRefusal}` : '';
	return {
		message: `Lukittu refused the request: ${details || `status ${status}`}`,
		description: `It concerned ${subject}. This item changed nothing.${advice}`,
	};
}

function ownExplanation(
	request: LukittuRequest,
	refusal: Refusal,
	fields: FieldsInUse,
): Explanation | undefined {
	const known = request.resource.refusals.find(({ details }) => details.test(refusal.details));
	return known?.explain(request, refusal, fields);
}

/**
 * Explains an answer that is not a good one: a refusal, or no Lukittu answer at all.
 *
 * @param baseUrl the server's address, for the message
 * @param fields those that the item uses: the message names no others
 */
export function explainRefusal(
	request: LukittuRequest,
	response: IN8nHttpFullResponse,
	baseUrl: string,
	fields: FieldsInUse,
): Explanation {
	const { statusCode: status } = response;
	const { data, result } = (isObject(response.body) ? response.body : {}) as IDataObject;
	const words = isObject(result) ? result.details : undefined;
	const refusal: Refusal = {
		status,
		details: typeof words === 'string' ? shortened(words, LONGEST_DETAILS) : '',
		retryAfterMs: retryAfterMs(response.headers?.['retry-after']),
	};
	const own = ownExplanation(request, refusal, fields);
	if (own) return own;
	if (status === 429) return tooMany(refusal);
	if (status >= 500) return serverFault(refusal);
	if (TOO_LONG.includes(status)) return tooLong(request, status, fields);
	if (!result) return ON_THE_WAY[status] ?? notLukittu(baseUrl, response);
	if (status < 300) return withoutData(request, data, refusal);
	if (status === 401) return unauthorized(request);
	if (status === 404) return notFound(request, fields);
	if (Array.isArray(data) && data.length > 0) return invalidBody(request, data, fields);
	return otherRefusal(request, refusal);
}
