/*
 * A small validator that words its findings as zod 3 does, since clients get to see zod's wording.
 * Like zod, it goes on after a value out of range, but runs the rules that span several fields
 * only where every field has the right type.
 */

type Path = Array<string | number>;

export interface Issue {
	message: string;
	path: Path;
}

/** Collects the findings of one validation. */
export interface Report {
	issues: Issue[];
	/** A value had the wrong type, so rules that span fields cannot be checked. */
	aborted: boolean;
}

export type Check = (value: unknown, path: Path, report: Report) => void;

interface StringRules {
	min?: number;
	max?: number;
	format?: { pattern: RegExp; message: string };
}

interface NumberRules {
	above?: number;
	max?: number;
}

/** Runs a check, then, if all types are right, the rules that span fields. */
export function validate<T>(
	check: Check,
	value: unknown,
	crossCheck: (value: T) => Issue[],
): { value: T } | { issues: Issue[] } {
	const report: Report = { issues: [], aborted: false };
	check(value, [], report);
	if (!report.aborted) report.issues.push(...crossCheck(value as T));
	return report.issues.length > 0 ? { issues: report.issues } : { value: value as T };
}

/** A string, within lengths and of a format. */
export function string(rules: StringRules = {}): Check {
	return (value, path, report) => {
		if (typeof value !== 'string') return wrongType('string', value, path, report);
		const { min, max, format } = rules;
		const say = (message: string) => report.issues.push({ message, path });
		if (min !== undefined && value.length < min)
			say(`String must contain at least ${min} character(s)`);
		if (max !== undefined && value.length > max)
			say(`String must contain at most ${max} character(s)`);
		if (format && !format.pattern.test(value)) say(format.message);
	};
}

/** A whole number within bounds. */
export function integer(rules: NumberRules = {}): Check {
	return (value, path, report) => {
		if (typeof value !== 'number') return wrongType('number', value, path, report);
		const { above, max } = rules;
		const say = (message: string) => report.issues.push({ message, path });
		if (!Number.isInteger(value)) say('Expected integer, received float');
		if (above !== undefined && value <= above) say(`Number must be greater than ${above}`);
		if (max !== undefined && value > max) say(`Number must be less than or equal to ${max}`);
	};
}

/** true or false. */
export function boolean(): Check {
	return (value, path, report) => {
		if (typeof value !== 'boolean') wrongType('boolean', value, path, report);
	};
}

/** One of some strings. */
export function oneOf(options: string[]): Check {
	const expected = options.map((option) => `'${option}'`).join(' | ');
	return (value, path, report) => {
		if (typeof value !== 'string') return wrongType(expected, value, path, report);
		if (options.includes(value)) return;
		report.aborted = true;
		report.issues.push({
			message: `Invalid enum value. Expected ${expected}, received '${value}'`,
			path,
		});
	};
}

/** null, or what the check allows. */
export function nullable(check: Check): Check {
	return (value, path, report) => {
		if (value !== null) check(value, path, report);
	};
}

/** Left out, or what the check allows. */
export function optional(check: Check): Check {
	return (value, path, report) => {
		if (value !== undefined) check(value, path, report);
	};
}

/** An array of what the check allows. */
export function array(check: Check, max: number): Check {
	return (value, path, report) => {
		if (!Array.isArray(value)) return wrongType('array', value, path, report);
		if (value.length > max)
			report.issues.push({ message: `Array must contain at most ${max} element(s)`, path });
		value.forEach((item, index) => check(item, [...path, index], report));
	};
}

/** An object of exactly these fields. */
export function strictObject(shape: Record<string, Check>): Check {
	return (value, path, report) => {
		if (!isRecord(value)) return wrongType('object', value, path, report);
		for (const [key, check] of Object.entries(shape)) check(value[key], [...path, key], report);
		const unknown = Object.keys(value).filter((key) => !Object.hasOwn(shape, key));
		if (unknown.length === 0) return;
		const list = unknown.map((key) => `'${key}'`).join(', ');
		report.issues.push({ message: `Unrecognized key(s) in object: ${list}`, path });
	};
}

function wrongType(expected: string, value: unknown, path: Path, report: Report): void {
	report.aborted = true;
	const message =
		value === undefined ? 'Required' : `Expected ${expected}, received ${typeName(value)}`;
	report.issues.push({ message, path });
}

function typeName(value: unknown): string {
	if (value === null) return 'null';
	return Array.isArray(value) ? 'array' : typeof value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeName(value) === 'object';
}
