import { ApiError } from './answers.mts';
import { DISCORD_ID, EMAIL } from './formats.mts';
import { metadataCheck } from './metadata.mts';
import { jsonBody } from './requests.mts';
import type { Context } from './requests.mts';
import type { Address, MetadataEntry } from './types.mts';
import { nullable, object, optional, strictObject, string, validate } from './validation.mts';
import type { Check, Issue } from './validation.mts';

export interface CustomerBody {
	email: string | null;
	fullName: string | null;
	username: string | null;
	metadata: MetadataEntry[];
	address?: Address;
	discordId?: string | null;
}

/** The greatest number that the server's column for Discord IDs can hold. */
const MAX_DISCORD_ID = 2n ** 63n - 1n;

const placeName = nullable(string({ min: 2, max: 100 }));

const addressFields: Record<keyof Address, Check> = {
	line1: nullable(string({ min: 5, max: 255 })),
	line2: nullable(string({ max: 255 })),
	city: placeName,
	state: placeName,
	country: placeName,
	postalCode: nullable(string({ min: 3, max: 20 })),
};

const digits = string({ format: { pattern: DISCORD_ID, message: 'Invalid' } });

const discordId: Check = (value, path, report) => {
	digits(value, path, report);
	const isTooGreat = DISCORD_ID.test(String(value)) && BigInt(String(value)) > MAX_DISCORD_ID;
	if (isTooGreat) report.issues.push({ message: 'Invalid input', path });
};

/** In the order of checks. */
const customerCheck = strictObject({
	username: nullable(string({ min: 1, max: 255 })),
	email: nullable(string({ format: { pattern: EMAIL, message: 'Invalid email' } })),
	fullName: nullable(string({ min: 3, max: 255 })),
	discordId: optional(nullable(discordId)),
	// Not nullable: leaving it out is the only way to have none.
	address: optional(object(addressFields)),
	metadata: metadataCheck,
});

/** The body of a create or an update, checked. Only the first finding is answered, without its place. */
export function customerBody(context: Context): CustomerBody {
	const result = validate<CustomerBody>(customerCheck, jsonBody(context), reachable);
	if ('issues' in result) throw new ApiError(400, result.issues[0].message);
	const { address, ...fields } = result.value;
	return address === undefined ? fields : { ...fields, address: knownFields(address) };
}

/** The six fields are required; whatever else is sent is dropped. */
function knownFields({ line1, line2, city, state, country, postalCode }: Address): Address {
	return { line1, line2, city, state, country, postalCode };
}

function reachable({ email, username }: CustomerBody): Issue[] {
	return email || username ? [] : [{ message: 'Invalid input', path: [] }];
}
