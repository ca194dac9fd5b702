import type { IDataObject } from 'n8n-workflow';
import type { AnswerCheck } from '../types';
import { isLicenseKey, isUuid, shown } from './ids';

type Test = (value: unknown) => boolean;

const isText: Test = (value) => typeof value === 'string';
const isDate: Test = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value));
const orNull =
	(test: Test): Test =>
	(value) =>
		value === null || test(value);
/** For what some servers leave out. */
const orMissing =
	(test: Test): Test =>
	(value) =>
		value === undefined || test(value);

/** Whether a value is an object, not a list or null. */
export function isObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Deeper than any answer of Lukittu: n8n cannot go through what is nested thousands of times. */
const MOST_LEVELS = 100;

/** Whether a value is nested too deep to be read. A loop is quick: lists have many thousands. */
export function isTooDeep(value: unknown, levels = MOST_LEVELS): boolean {
	if (typeof value !== 'object' || value === null) return false;
	if (levels === 0) return true;
	if (Array.isArray(value)) return value.some((inner) => isTooDeep(inner, levels - 1));
	for (const name in value) {
		if (isTooDeep((value as IDataObject)[name], levels - 1)) return true;
	}
	return false;
}

const listOf =
	(fields: Record<string, Test>): Test =>
	(value) =>
		Array.isArray(value) &&
		value.every((entry) => isObject(entry) && wrongField(entry, fields) === undefined);

/** The first field that is not as it must be; undefined where all are. */
function wrongField(value: IDataObject, fields: Record<string, Test>): string | undefined {
	for (const name in fields) if (!fields[name](value[name])) return name;
	return undefined;
}

/** An ID goes into paths and bodies. */
const isId: Test = (value) => typeof value === 'string' && isUuid(value);

/** What everything has that Lukittu stores: lists are put together and sorted by it. */
const ROW = { id: isId, createdAt: isDate, updatedAt: isDate };

const METADATA = orMissing(listOf({ key: isText, value: isText }));

/** A wrong date or time would leave a license out of an audit, and nobody would know. */
const LICENSE: Record<string, Test> = {
	...ROW,
	licenseKey: (value) => typeof value === 'string' && isLicenseKey(value),
	expirationType: isText,
	expirationDate: orMissing(orNull(isDate)),
	expirationDays: orMissing(orNull(Number.isInteger)),
	suspended: (value) => typeof value === 'boolean',
	lastActiveAt: orMissing(orNull(isDate)),
	metadata: METADATA,
	customers: orMissing(listOf({ id: isId })),
	products: orMissing(listOf({ id: isId })),
};

const CUSTOMER: Record<string, Test> = {
	...ROW,
	email: orMissing(orNull(isText)),
	address: orMissing(orNull(isObject)),
	metadata: METADATA,
};

const checkOf =
	(fields: Record<string, Test>): AnswerCheck =>
	(value) => {
		if (!isObject(value)) return `it is ${shown(value)}`;
		const wrong = wrongField(value, fields);
		if (wrong === undefined) return undefined;
		return wrong in value ? `'${wrong}' is ${shown(value[wrong])}` : `'${wrong}' is missing`;
	};

/**
 * Looks at a license of an answer: what the node goes on with must be what it seems. All else may
 * be missing or of any kind, since servers may be older or newer.
 */
export const licenseFault = checkOf(LICENSE);

/** Looks at a customer of an answer, in the same way. */
export const customerFault = checkOf(CUSTOMER);

/** Looks at an answer of which nothing is used. */
export const objectFault = checkOf({});
