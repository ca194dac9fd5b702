import { ApiError } from './answers.mts';
import { UUID } from './formats.mts';
import type { MetadataEntry, ReleaseStatus } from './types.mts';
import {
	array,
	boolean,
	nullable,
	oneOf,
	optional,
	strictObject,
	string,
	validate,
} from './validation.mts';
import type { Check } from './validation.mts';

export interface ReleaseBody {
	version: string;
	productId: string;
	status: ReleaseStatus;
	setAsLatest: boolean;
	branchId: string | null;
	metadata: MetadataEntry[];
	licenseIds: string[];
}

export interface ReleaseUpdateBody extends ReleaseBody {
	keepExistingFile: boolean;
}

type Sent<T extends ReleaseBody> = Partial<Omit<T, 'metadata'>> & {
	metadata?: Array<Omit<MetadataEntry, 'locked'> & { locked?: boolean }>;
};

export const RELEASE_STATUSES: ReleaseStatus[] = ['PUBLISHED', 'DRAFT', 'DEPRECATED', 'ARCHIVED'];

const NO_SPACES = /^\S+$/;

const id = string({ format: { pattern: UUID, message: 'Invalid uuid' } });
const version = string({ min: 3, max: 255, format: { pattern: NO_SPACES, message: 'Invalid' } });
const status = oneOf(RELEASE_STATUSES);
const branchId = nullable(id);
const licenseIds = array(id, 30);

/** Unlike that of licenses and customers, it may leave `locked` out. */
const metadata = array(
	strictObject({
		key: string({ min: 1, max: 255 }),
		value: string({ min: 1, max: 255 }),
		locked: optional(boolean()),
	}),
	20,
);

const createCheck = strictObject({
	version,
	productId: id,
	status,
	setAsLatest: optional(boolean()),
	branchId: optional(branchId),
	metadata: optional(metadata),
	licenseIds: optional(licenseIds),
});

const updateCheck = strictObject({
	version,
	productId: id,
	status,
	setAsLatest: boolean(),
	keepExistingFile: boolean(),
	branchId,
	metadata,
	licenseIds,
});

/** The data of a create, checked, with what was left out at its default. */
export function releaseCreateBody(data: unknown): ReleaseBody {
	return checkedBody<ReleaseBody>(createCheck, data);
}

/** The data of an update, checked: a full replacement, so nothing may be left out. */
export function releaseUpdateBody(data: unknown): ReleaseUpdateBody {
	return checkedBody<ReleaseUpdateBody>(updateCheck, data);
}

function checkedBody<T extends ReleaseBody>(check: Check, data: unknown): T {
	const result = validate<Sent<T>>(check, data, () => []);
	if ('issues' in result) throw new ApiError(400, 'Invalid request body', result.issues);
	const { metadata: entries = [], ...fields } = result.value;
	return {
		setAsLatest: false,
		branchId: null,
		licenseIds: [],
		...fields,
		metadata: entries.map(({ key, value, locked = false }) => ({ key, value, locked })),
	} as unknown as T;
}
