import { isObject } from '../checks/answers';

/** A shorter text is no key of Lukittu's, and would stand in other words. */
const SHORTEST_KEY = 8;

/**
 * How a text stands inside a longer one in Base64: there are three ways, by where it begins. The
 * letters that also depend on what is around it are left out.
 */
function inBase64(text: string): string[] {
	return [0, 1, 2].map((before) => {
		const bytes = Buffer.from(`${' '.repeat(before)}${text}`);
		const whole = bytes.subarray(0, bytes.length - (bytes.length % 3)).toString('base64');
		return whole.slice(before === 0 ? 0 : 4);
	});
}

/** Every way in which a key may stand in a text; none where it is too short to be one. */
function shapesOf(apiKey: unknown): string[] {
	const key = typeof apiKey === 'string' ? apiKey.trim() : '';
	if (key.length < SHORTEST_KEY) return [];
	const inJson = JSON.stringify(key).slice(1, -1);
	return [...new Set([key, inJson, encodeURIComponent(key), ...inBase64(key)])];
}

/**
 * Whether the API key may be in the text of an answer. It nearly never is, and a look through the
 * text is quicker than one through each license.
 */
export function mayHoldKey(text: string, apiKey: unknown): boolean {
	// JSON may write any character as an escape.
	return text.includes('\\') || shapesOf(apiKey).some((shape) => text.includes(shape));
}

/**
 * Takes the API key out of all texts of a value, for a server may send back what it was sent.
 *
 * @param value plain data
 * @returns the value itself where the key is not in it
 */
export function withoutKey<T>(value: T, apiKey: unknown): T {
	const shapes = shapesOf(apiKey);
	if (shapes.length === 0) return value;
	const inText = (text: string) =>
		shapes.reduce((rest, shape) => rest.replaceAll(shape, '…'), text).replaceAll('Bearer …', '…');
	const clean = (part: unknown): unknown => {
		if (typeof part === 'string') return inText(part);
		if (Array.isArray(part)) return part.map(clean);
		if (!isObject(part)) return part;
		return Object.fromEntries(
			Object.entries(part).map(([name, inner]) => [inText(name), clean(inner)]),
		);
	};
	// Nearly always it is not there, and nothing is to be copied.
	const text = JSON.stringify(value) ?? '';
	return shapes.some((shape) => text.includes(shape)) ? (clean(value) as T) : value;
}
