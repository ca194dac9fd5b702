import { fieldLabel } from '../../nodes/Lukittu/labels.ts';
import { licenseDescription } from '../../nodes/Lukittu/resources/license/index.ts';
import { checkBaseUrl } from '../../nodes/Lukittu/checks/connection.ts';
import { pageSizeFor } from '../../nodes/Lukittu/lists/pages.ts';

test.each([
	['https://app.lukittu.com', 'https://app.lukittu.com'],
	[' https://app.lukittu.com/ ', 'https://app.lukittu.com'],
	['https://app.lukittu.com//', 'https://app.lukittu.com'],
	['app.lukittu.com', 'https://app.lukittu.com'],
	['https://app.lukittu.com/api', 'https://app.lukittu.com'],
	['https://app.lukittu.com/api/v1/dev/teams/', 'https://app.lukittu.com'],
	['http://127.0.0.1:3000/api/', 'http://127.0.0.1:3000'],
	['https://api.example.com', 'https://api.example.com'],
	['https://example.com/lukittu/api/v1', 'https://example.com/lukittu'],
	['http://api', 'http://api'],
	['http://api/api/v1', 'http://api'],
	['https://example.com/lukittu/?a=b#c', 'https://example.com/lukittu'],
])('reads the base URL %s as %s', (value, expected) => {
	expect(checkBaseUrl(value)).toBe(expected);
});

test.each(['', '   ', undefined, 7, 'https://', 'ftp://example.com', 'https://key@example.com'])(
	'refuses the base URL %p',
	(value) => {
		expect(() => checkBaseUrl(value)).toThrow(
			/'Base URL' in the Lukittu credential is not a web address/,
		);
	},
);

test('asks for no page that Lukittu would change', () => {
	for (let limit = 1; limit <= 300; limit += 1) {
		const size = pageSizeFor(limit);
		expect([10, 25, 50, 100]).toContain(size);
		expect(size).toBeGreaterThanOrEqual(Math.min(limit, 100));
	}
});

test('every label in a message is a label in the node', () => {
	const text = JSON.stringify(licenseDescription);
	const fields =
		'customerIds expirationDate expirationDays expirationStart expirationType hwidLimit ipLimit key licenseKey locked metadata productIds sendEmailDelivery suspended value';
	for (const field of fields.split(' ')) {
		expect(text).toContain(`"displayName":"${fieldLabel(field)}"`);
	}
	expect(fieldLabel('somethingNew')).toBe('somethingNew');
});
