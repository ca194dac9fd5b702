/** What a value must not get into a header. */
export const INJECTED = 'x-injected';

/** 10 MB of text, with nothing in it that ends a pattern early. */
export const HUGE = 'a'.repeat(10 * 1024 * 1024);

/** Texts that try to be more than text, by what they try. */
export const HOSTILE_TEXTS: Record<string, string> = {
	'a path upwards': '../../../../other/licenses',
	'an encoded path upwards': '%2e%2e%2f%2e%2e%2fother',
	'a path behind an ID': '123e4567-e89b-42d3-a456-426614174000/../../customers',
	'a query behind an ID': '123e4567-e89b-42d3-a456-426614174000?x=1#y',
	'another address': '//evil.example.com/x',
	'a line break and a header': `x\r\n${INJECTED}: 1`,
	'a NUL character': 'x\0y',
	'Unicode line breaks': 'x\u2028y\u2029z\u0085',
	'letters that look like others': '\u0430\u0455\u0441ii-\uff0f\u2044\u2215',
	'an ID in full-width digits': '１２３e4567-e89b-42d3-a456-426614174000',
	'a key in Cyrillic': '\u0410\u0412\u0421D1-EFGH2-IJKL3-MNOP4-QRST5',
	'text from right to left': '\u202egpj.exe\u202c\u200b',
	'half a character': 'x\ud800',
	'a prototype key': '__proto__',
	'another prototype key': 'constructor.prototype.polluted',
	'an SQL wildcard': "%_' OR 1=1 --",
	'commas only': ',,,,',
	'many digits': '9'.repeat(400),
	'a date for ever': '9999999-99-99T99:99:99Z',
	'a template': '${process.env.HOME} {{ 1+1 }}',
};

/** Values that are no text, by what they are; as expressions and items give them. */
export const HOSTILE_THINGS: Record<string, unknown> = {
	'an object': { a: 1 },
	'an object with a prototype key': JSON.parse('{"__proto__": {"polluted": true}}'),
	'an object with toString': { toString: 'x', valueOf: 1, length: 1e9 },
	'an object in the place of rows': {
		customer: 'x',
		product: 1,
		entry: null,
		value: 7,
		mode: 'key',
	},
	'rows that are none': { customer: [null, 'x'], product: [7], entry: [null, 'x', []] },
	'an array': [[null], {}, 'x', 1e308],
	'an empty array': [],
	nothing: null,
	true: true,
	'a huge number': 1e308,
	'a negative number': -1,
	'a fraction': 0.1,
};

/**
 * Every so many of some values, others for each field: a run takes its time, and the fuzz test tries
 * what is left out.
 *
 * @param field which field, counted from 0
 */
export function share<T>(values: T[], field: number, of: number): T[] {
	return values.filter((_, index) => index % of === field % of);
}

/** An answer of Lukittu whose data holds lists in lists, written out: JSON of this depth cannot be made. */
export function deepAnswer(levels: number): string {
	return `{"data":${'['.repeat(levels)}${']'.repeat(levels)},"result":{"details":"ok","valid":true}}`;
}

/** A value nested so deep that a function that calls itself for each level breaks. */
export function nested(levels: number): unknown {
	let value: unknown = 'x';
	for (let level = 0; level < levels; level += 1) value = [value];
	return value;
}
