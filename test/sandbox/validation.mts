import { dateOf } from './formats.mts';

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

/** What is said of a number, unless it keeps to the rule. */
export interface NumberRule {
	isKept: (value: number) => boolean;
	message: string;
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

/** Like zod's `positive()`. */
export const aboveZero: NumberRule = {
	isKept: (value) => value > 0,
	message: 'Number must be greater than 0',
};

/** Like zod's `min()`. */
export function atLeast(min: number): NumberRule {
	const message = `Number must be greater than or equal to ${min}`;
	return { isKept: (value) => value >= min, message };
}

/** Like zod's `max()`. */
export function atMost(max: number): NumberRule {
	const message = `Number must be less than or equal to ${max}`;
	return { isKept: (value) => value <= max, message };
}

/** Like zod's `int()`. */
export const whole: NumberRule = {
	isKept: Number.isInteger,
	message: 'Expected integer, received float',
};

/** A number that keeps to the rules. Every rule that is broken is told, in the order given. */
export function number(...rules: NumberRule[]): Check {
	return (value, path, report) => {
		if (typeof value !== 'number') return wrongType('number', value, path, report);
		for (const { isKept, message } of rules)
			if (!isKept(value)) report.issues.push({ message, path });
	};
}

/** Whatever `new Date()` makes a moment of: texts, numbers, and true and false. */
export function date(): Check {
	return (value, path, report) => {
		if (!Number.isNaN(dateOf(value).getTime())) return;
		report.aborted = true;
		report.issues.push({ message: 'Invalid date', path });
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

/** An object of these fields, and of any others. */
export function object(shape: Record<string, Check>): Check {
	return (value, path, report) => {
		if (!isRecord(value)) return wrongType('object', value, path, report);
		for (const [key, check] of Object.entries(shape)) check(value[key], [...path, key], report);
	};
}

/** An object of exactly these fields. */
export function strictObject(shape: Record<string, Check>): Check {
	const checkFields = object(shape);
	return (value, path, report) => {
		checkFields(value, path, report);
		if (!isRecord(value)) return;
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
