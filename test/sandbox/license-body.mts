import { ApiError } from './answers.mts';
import { expiryIssues } from './expiry.mts';
import type { ExpiryBody } from './expiry.mts';
import { LICENSE_KEY, UUID } from './formats.mts';
import { metadataCheck } from './metadata.mts';
import { jsonBody } from './requests.mts';
import type { Context } from './requests.mts';
import type { MetadataEntry } from './types.mts';
import {
	aboveZero,
	array,
	atLeast,
	atMost,
	boolean,
	date,
	nullable,
	number,
	oneOf,
	strictObject,
	string,
	validate,
	whole,
} from './validation.mts';
import type { Check } from './validation.mts';

interface LicenseBody extends ExpiryBody {
	ipLimit: number | null;
	hwidLimit: number | null;
	suspended: boolean;
	productIds: string[];
	customerIds: string[];
	metadata: MetadataEntry[];
}

export interface CreateBody extends LicenseBody {
	sendEmailDelivery: boolean;
}

export interface UpdateBody extends LicenseBody {
	licenseKey: string;
}

const limit = nullable(number(atLeast(1), aboveZero, atMost(1000), whole));
const days = nullable(number(aboveZero, atLeast(1), atMost(1000), whole));
const ids = array(string({ format: { pattern: UUID, message: 'Invalid uuid' } }), 20);

/** All are required, null or not, though the documentation requires six. In the order of checks. */
const commonFields: Record<string, Check> = {
	expirationType: oneOf(['DATE', 'DURATION', 'NEVER']),
	expirationStart: nullable(oneOf(['CREATION', 'ACTIVATION'])),
	expirationDate: nullable(date()),
	expirationDays: days,
	suspended: boolean(),
	productIds: ids,
	customerIds: ids,
	hwidLimit: limit,
	ipLimit: limit,
	metadata: metadataCheck,
};

const createCheck = strictObject({ ...commonFields, sendEmailDelivery: boolean() });
const updateCheck = strictObject({
	...commonFields,
	licenseKey: string({ format: { pattern: LICENSE_KEY, message: 'Invalid' } }),
});

/** The body of a create, checked. */
export function createBody(context: Context): CreateBody {
	return checkedBody<CreateBody>(createCheck, context);
}

/** The body of an update, checked. */
export function updateBody(context: Context): UpdateBody {
	return checkedBody<UpdateBody>(updateCheck, context);
}

function checkedBody<T extends LicenseBody>(check: Check, context: Context): T {
	const result = validate<T>(check, jsonBody(context), (body) => expiryIssues(body, context.now));
	if ('issues' in result) throw new ApiError(400, 'Invalid request body', result.issues);
	return result.value;
}
