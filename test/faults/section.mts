/** Puts content between two markers of a text, in place of what stood there. */
export function replaceSection(text: string, begin: string, end: string, content: string): string {
	const [head] = text.split(begin);
	const [, tail] = text.split(end);
	return `${head}${begin}\n\n${content}\n\n${end}${tail}`;
}
