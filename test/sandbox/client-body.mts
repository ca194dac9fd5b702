import { badRequest } from './client-refusal.mts';
import { LICENSE_KEY, UUID } from './formats.mts';

/** What verify and heartbeat are sent. */
export interface VerificationBody {
	licenseKey: string;
	customerId?: string;
	productId?: string;
	challenge?: string;
	version?: string;
	branch?: string;
	hardwareIdentifier?: string;
}

/** What the class loader is sent, in the query. */
export interface ClassloaderQuery extends VerificationBody {
	productId: string;
	sessionKey: string;
	hardwareIdentifier: string;
}

interface Field {
	/** What the server calls it. */
	label: string;
	min?: number;
	max?: number;
	format: { pattern: RegExp; rule: string };
}

type FieldName = keyof ClassloaderQuery;

const uuid = { pattern: UUID, rule: 'be a valid UUID' };
const noSpaces = { pattern: /^\S+$/, rule: 'not contain spaces' };

const fields: Record<FieldName, Field> = {
	licenseKey: {
		label: 'License key',
		format: {
			pattern: LICENSE_KEY,
			rule: 'be in the format of XXXXX-XXXXX-XXXXX-XXXXX-XXXXX',
		},
	},
	customerId: { label: 'Customer UUID', format: uuid },
	productId: { label: 'Product UUID', format: uuid },
	challenge: { label: 'Challenge', min: 10, max: 1000, format: noSpaces },
	version: { label: 'Version', min: 3, max: 255, format: noSpaces },
	branch: {
		label: 'Branch name',
		min: 2,
		max: 255,
		format: {
			// Takes blanks too, and no 2 characters, whatever the wording says.
			pattern: /^[a-zA-Z0-9\s\-_]{3,255}$/,
			rule: 'contain only letters, numbers, dashes, and underscores',
		},
	},
	hardwareIdentifier: { label: 'Hardware identifier', min: 10, max: 1000, format: noSpaces },
	sessionKey: { label: 'Session key', min: 10, max: 1000, format: noSpaces },
};

/** In the order in which they are checked; only the first finding is told. */
const VERIFY_FIELDS: FieldName[] = [
	'licenseKey',
	'customerId',
	'productId',
	'challenge',
	'version',
	'branch',
	'hardwareIdentifier',
];
const HEARTBEAT_FIELDS: FieldName[] = [
	'licenseKey',
	'hardwareIdentifier',
	'customerId',
	'productId',
	'challenge',
	'version',
	'branch',
];
const CLASSLOADER_FIELDS: FieldName[] = [
	'licenseKey',
	'productId',
	'sessionKey',
	'hardwareIdentifier',
	'version',
	'branch',
	'customerId',
];

/** Checks the body of a verify request. */
export function verifyBody(body: object): VerificationBody {
	return checkedBody(body, VERIFY_FIELDS, ['licenseKey']);
}

/** Checks the body of a heartbeat, which needs a hardware identifier. */
export function heartbeatBody(body: object): VerificationBody {
	return checkedBody(body, HEARTBEAT_FIELDS, ['licenseKey', 'hardwareIdentifier']);
}

/** Checks the query of a class-loader download; empty parameters count as missing. */
export function classloaderQuery(query: URLSearchParams): ClassloaderQuery {
	const values: Record<string, unknown> = {};
	for (const name of CLASSLOADER_FIELDS) values[name] = query.get(name) || undefined;
	const deviceIdentifier = query.get('deviceIdentifier');
	if (deviceIdentifier) values.hardwareIdentifier = deviceIdentifier;
	const required: FieldName[] = ['licenseKey', 'productId', 'sessionKey', 'hardwareIdentifier'];
	checkFields(values, CLASSLOADER_FIELDS, required);
	return values as unknown as ClassloaderQuery;
}

function checkedBody(body: object, names: FieldName[], required: FieldName[]): VerificationBody {
	const { deviceIdentifier, ...values } = body as Record<string, unknown>;
	// The old name counts only where the new one has no value.
	values.hardwareIdentifier = values.hardwareIdentifier || deviceIdentifier;
	checkFields(values, names, required);
	if (Object.keys(values).some((name) => !names.includes(name as FieldName)))
		throw badRequest('Invalid payload');
	return values as unknown as VerificationBody;
}

function checkFields(
	values: Record<string, unknown>,
	names: FieldName[],
	required: FieldName[],
): void {
	for (const name of names)
		if (values[name] !== undefined || required.includes(name))
			checkField(values[name], fields[name]);
}

function checkField(value: unknown, { label, min, max, format }: Field): void {
	if (typeof value !== 'string') throw badRequest(`${label} must be a string`);
	if (min !== undefined && value.length < min)
		throw badRequest(`${label} must be at least ${min} characters`);
	if (max !== undefined && value.length > max)
		throw badRequest(`${label} must be less than ${max} characters`);
	if (!format.pattern.test(value)) throw badRequest(`${label} must ${format.rule}`);
}
