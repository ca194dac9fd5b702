import { fieldLabel } from '../../nodes/Lukittu/labels.ts';
import { licenseDescription } from '../../nodes/Lukittu/resources/license/index.ts';
import { checkBaseUrl } from '../../nodes/Lukittu/transport/connection.ts';
import { Ending } from '../../nodes/Lukittu/transport/abort.ts';
import { throughGate } from '../../nodes/Lukittu/transport/gate.ts';
import { inTurn } from '../../nodes/Lukittu/transport/lock.ts';
import { pageSizeFor } from '../../nodes/Lukittu/transport/pages.ts';

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

const after = async (milliseconds: number) =>
	await new Promise((resolve) => setTimeout(resolve, milliseconds));

const WAITER = { mostAtOnce: 10, goesAhead: false, ending: new Ending() };

test('the gate lets ten in, in order, and goes on after a task that threw', async () => {
	const started: number[] = [];
	let most = 0;
	let now = 0;
	const tasks = Array.from({ length: 35 }, (_, n) =>
		throughGate('a', WAITER, async () => {
			started.push(n);
			now += 1;
			most = Math.max(most, now);
			await after(2);
			now -= 1;
			if (n % 3 === 0) throw new Error('refused');
			return {};
		}),
	);
	const results = await Promise.allSettled(tasks);
	expect(most).toBe(10);
	expect(started).toEqual(started.map((_, n) => n));
	expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(12);
});

test('gates of different names do not wait for each other', async () => {
	const never = Array.from({ length: 10 }, () =>
		throughGate('full', WAITER, async () => {
			await after(300);
			return {};
		}),
	);
	const begun = Date.now();
	await throughGate('free', WAITER, async () => {
		await after(1);
		return {};
	});
	expect(Date.now() - begun).toBeLessThan(200);
	await Promise.all(never);
});

test('tasks of one name take turns, also after one that threw', async () => {
	const log: string[] = [];
	const task =
		(name: string, fails = false) =>
		async () => {
			log.push(`${name} begins`);
			await after(3);
			log.push(`${name} ends`);
			if (fails) throw new Error(name);
		};
	const results = await Promise.allSettled([
		inTurn('license', task('a')),
		inTurn('license', task('b', true)),
		inTurn('license', task('c')),
	]);
	expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
	expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});
