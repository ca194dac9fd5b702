import { UserError } from 'n8n-workflow';
import { shown } from './ids';
import { checkMetadataText } from './metadata';
import { refuseEmpty } from './values';

const PLACE = "'Idempotency Key'";

/** What programs, databases and spreadsheets write where there is no value, in any case. */
const NO_KEYS = ['undefined', 'null', 'nan', 'infinity', 'true', 'false', 'none', 'nil', '#n/a'];
/** What JavaScript writes into a text where there is no value. */
const NO_PARTS = ['undefined', 'null', 'NaN', 'Infinity'];
/** What may stand between the parts of a key. Not "@": names in e-mail addresses can be anything. */
const BETWEEN_PARTS = /[\s\p{Pd}_:/.#|,;+=&~()[\]]+/u;

/** What a key ends in where its last part is missing. "C++" and "MTAwMQ==" are complete. */
const ENDS_OPEN = /[\p{Pd}_:/.#|,;&~@]$|(?<!=)=$/u;
/** Order numbers begin with "#", paths with "/", user names with "@". */
const BEGINS_OPEN = /^[\p{Pd}_:.|,;&~=]/u;
/** An order number may follow a separator: "shop/#1001". */
const MISSING_BETWEEN = /[\p{Pd}_:/.#|,;&~=][\p{Pd}_:/.|,;&~]|\(\)|\[\]/u;
const BLANKS_AROUND = /\s*([\p{Pd}_:/.#|,;&~=()[\]])\s*/gu;

/** IDs of some shops are in base64, which may begin with or repeat any of its characters. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4}){3,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)$/;

/** Tells what is missing in a text, as it stands behind the text; undefined where nothing is. */
function faultOf(text: string): string | undefined {
	if (/\{\{|\$json\b/.test(text)) return 'in which an expression was not evaluated';
	if (/\[object \w+\]/.test(text)) return 'in which an object stands for a value';
	if (NO_KEYS.includes(text.toLowerCase())) return 'which names nothing';
	if (BASE64.test(text)) return undefined;
	const hasNoPart = text.split(BETWEEN_PARTS).some((part) => NO_PARTS.includes(part));
	if (hasNoPart) return 'in which a part has no value';
	// As JavaScript and spreadsheets write numbers of many digits.
	if (/\de\+\d/i.test(text)) return 'in which a number has lost its last digits';
	const joined = text.replace(BLANKS_AROUND, '$1').replace('://', ':');
	if (ENDS_OPEN.test(joined)) return 'in which the last part is missing';
	if (BEGINS_OPEN.test(joined)) return 'in which the first part is missing';
	return MISSING_BETWEEN.test(joined) ? 'in which a part is missing' : undefined;
}

/**
 * Checks an idempotency key and returns it without the blanks around it. What an expression gives
 * where a value is missing is refused: a key with it would stand for more than one sale, and the
 * second would get the license of the first.
 *
 * @throws UserError if it is not 1 to 255 characters, or no identity
 */
export function checkIdempotencyKey(value: unknown): string {
	refuseEmpty(value, PLACE, 'Give 1 to 255 characters, or remove the field.');
	const text = checkMetadataText(typeof value === 'string' ? value.trim() : value, PLACE);
	const fault = faultOf(text.replace(/\p{Cf}/gu, '').trim());
	if (fault === undefined) return text;
	throw new UserError(`${PLACE} is ${shown(value)}, ${fault}`, {
		description:
			'It would stand for more than one sale or renewal. Check that each expression in it has a value for this item. A key must not begin or end with a separator such as - _ : / . or have two in a row; if your IDs do, give them as {{ $json.id.base64Encode() }}.',
	});
}
