import {
	checkAddress,
	checkDiscordId,
	checkEmail,
	checkName,
	checkSearch,
} from '../../nodes/Lukittu/checks/customer.ts';
import { checkIdRows, checkLicenseKey, checkUuid } from '../../nodes/Lukittu/checks/ids.ts';
import { checkMetadataText } from '../../nodes/Lukittu/checks/metadata.ts';
import {
	checkBoolean,
	checkChoice,
	checkDate,
	checkWholeNumber,
} from '../../nodes/Lukittu/checks/values.ts';
import { readOutput } from '../../nodes/Lukittu/resources/output.ts';
import { licenseResource } from '../../nodes/Lukittu/resources/license/resource.ts';
import { checkIdempotencyKey } from '../../nodes/Lukittu/checks/idempotencyKey.ts';
import { wasRenewedWith } from '../../nodes/Lukittu/resources/license/renewal.ts';
import { checkBaseUrl } from '../../nodes/Lukittu/checks/connection.ts';
import { explainRefusal } from '../../nodes/Lukittu/errors/refusals.ts';
import { retryAfterMs } from '../../nodes/Lukittu/checks/retryAfter.ts';
import { withoutKey } from '../../nodes/Lukittu/transport/secrets.ts';
import { LICENSE } from './answers.mts';

/** Looks at each character take milliseconds, looks at each pair of them half a minute. */
const LENGTH = 200 * 1024;
const LONGEST_MS = 2000;

const filled = (unit: string) => unit.repeat(Math.ceil(LENGTH / unit.length)).slice(0, LENGTH);
const uuid = (number: number) => `123e4567-e89b-42d3-a456-${String(number).padStart(12, '0')}`;

/** Long texts that keep a careless pattern busy. */
const LONG_TEXTS: Array<[string, string]> = [
	['letters', filled('a')],
	['digits, then a letter', `${filled('9')}x`],
	['blanks', filled(' ')],
	['a digit, blanks, a letter', `1${filled(' ')}x`],
	['slashes, then a letter', `https://example.com${filled('/')}x`],
	['paths to an API', `https://example.com${filled('/api/x')}\u2028`],
	['question marks and line breaks', filled('?\n')],
	['at signs', filled('@')],
	['dots behind an at sign', `a@${filled('.')}`],
	['letters and dots behind an at sign', `a@${filled('a.')}`],
	['dots between at signs', `a@${filled('.')}@`],
	['letters and dots between at signs', `a@${filled('a.')}@`],
	['quotes', filled('"')],
	['invisible characters', filled('\u200b')],
	['commas', filled(',')],
	['IDs', Array.from({ length: 100_000 }, (_, index) => uuid(index)).join(',')],
	['groups of a license key', filled('ABCD1-')],
	['a date, then digits', `2030-01-01T${filled('0')}`],
	['a date, then a time zone', `2030-01-01T00:00:00${filled('/a')}`],
	['control characters', filled('\u0007')],
	['marks of renewals', filled(`${'a'.repeat(43)},`)],
	['half characters', filled('\ud800')],
];

const refused = (text: string, headers: Record<string, string> = {}, status = 400) =>
	explainRefusal(
		{
			method: 'PUT',
			url: '/licenses',
			body: {},
			resource: licenseResource,
			subject: 'x',
		},
		{
			statusCode: status,
			headers,
			body: { data: [{ message: text, path: [text, text] }], result: { details: text } },
		},
		'https://example.com',
		new Set(),
	);

/** Everything that looks at texts of users or servers. */
const LOOKS: Array<[string, (text: string) => unknown]> = [
	['an address', (text) => checkAddress({ line1: text })],
	['a Discord ID', (text) => checkDiscordId(text, '')],
	['an e-mail address', (text) => checkEmail(text, '')],
	['a name', (text) => checkName(text, 'fullName', '')],
	['a search', checkSearch],
	['IDs', (text) => checkIdRows([text], '', 'customer')],
	['a license key', (text) => checkLicenseKey(text, '')],
	['an ID', (text) => checkUuid(text, '', 'license')],
	['metadata', (text) => checkMetadataText(text, '')],
	['a yes or no', (text) => checkBoolean(text, '')],
	['a choice', (text) => checkChoice(text, '', ['A', 'B'])],
	['a date', (text) => checkDate(text, '', 'Europe/Berlin')],
	['a number', (text) => checkWholeNumber(text, '', 1)],
	['output fields', (text) => readOutput({ outputFields: text })],
	['an idempotency key', checkIdempotencyKey],
	[
		'renewals',
		(text) =>
			wasRenewedWith(
				{ ...LICENSE, metadata: [{ key: 'n8nRenewals', value: text, locked: true }] } as never,
				'x',
			),
	],
	['a base URL', checkBaseUrl],
	['a refusal', refused],
	['a redirect', (text) => refused('', { location: text }, 307)],
	['a header', retryAfterMs],
	['an API key', (text) => withoutKey({ text, lukittu_0123456789: text }, 'lukittu_0123456789')],
];

test.each(LOOKS)('a look at a long text as %s does not take long', (_, look) => {
	for (const [name, text] of LONG_TEXTS) {
		const startedAt = performance.now();
		try {
			look(text);
		} catch (error) {
			expect((error as Error).constructor.name).toBe('UserError');
			expect((error as Error).message.length).toBeLessThan(400);
		}
		const tookMs = Math.round(performance.now() - startedAt);
		expect([name, tookMs < LONGEST_MS || tookMs]).toEqual([name, true]);
	}
});
