import { ApiError } from './answers.mts';
import { DISCORD_ID, EMAIL } from './formats.mts';
import { metadataCheck } from './metadata.mts';
import { jsonBody, refuseNul } from './requests.mts';
import type { Context } from './requests.mts';
import type { Address, MetadataEntry } from './types.mts';
import { nullable, optional, strictObject, string, validate } from './validation.mts';
import type { Issue } from './validation.mts';

export interface CustomerBody {
	email: string | null;
	fullName: string | null;
	username: string | null;
	metadata: MetadataEntry[];
	address?: Address;
	discordId?: string | null;
}

const placeName = nullable(string({ min: 2, max: 100 }));

/** All six are required once an address is sent; the documented `street` is refused. */
const addressCheck = strictObject({
	line1: nullable(string({ min: 5, max: 255 })),
	line2: nullable(string({ max: 255 })),
	city: placeName,
	state: placeName,
	country: placeName,
	postalCode: nullable(string({ min: 3, max: 20 })),
});

const customerCheck = strictObject({
	email: nullable(string({ max: 255, format: { pattern: EMAIL, message: 'Invalid email' } })),
	fullName: nullable(string({ min: 3, max: 255 })),
	username: nullable(string({ min: 1, max: 255 })),
	metadata: metadataCheck,
	// Not nullable: leaving it out is the only way to have none.
	address: optional(addressCheck),
	discordId: optional(nullable(string({ format: { pattern: DISCORD_ID, message: 'Invalid' } }))),
});

/** The body of a create or an update, checked. Only the first finding is answered, without its place. */
export function customerBody(context: Context): CustomerBody {
	const result = validate<CustomerBody>(customerCheck, jsonBody(context), reachable);
	if ('issues' in result) throw new ApiError(400, result.issues[0].message);
	refuseNul(result.value);
	return result.value;
}

function reachable({ email, username }: CustomerBody): Issue[] {
	return email || username ? [] : [{ message: 'Invalid input', path: [] }];
}
