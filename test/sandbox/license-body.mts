import { ApiError } from './answers.mts';
import { expiryIssues } from './expiry.mts';
import type { ExpiryBody } from './expiry.mts';
import { LICENSE_KEY, UUID } from './formats.mts';
import { metadataCheck } from './metadata.mts';
import { jsonBody, refuseUnstorable } from './requests.mts';
import type { Context } from './requests.mts';
import type { MetadataEntry } from './types.mts';
import {
	array,
	boolean,
	integer,
	nullable,
	oneOf,
	strictObject,
	string,
	validate,
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

const upTo1000 = nullable(integer({ above: 0, max: 1000 }));
const ids = array(string({ format: { pattern: UUID, message: 'Invalid uuid' } }), 20);

/** All are required, null or not, though the documentation requires six. */
const commonFields: Record<string, Check> = {
	expirationType: oneOf(['NEVER', 'DATE', 'DURATION']),
	expirationStart: nullable(oneOf(['CREATION', 'ACTIVATION'])),
	// A plain string: that a date is incomplete shows only when it is stored.
	expirationDate: nullable(string()),
	expirationDays: upTo1000,
	ipLimit: upTo1000,
	hwidLimit: upTo1000,
	suspended: boolean(),
	productIds: ids,
	customerIds: ids,
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
	refuseUnstorable(result.value);
	return result.value;
}
