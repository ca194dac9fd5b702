import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ICredentialDataDecryptedObject, IDataObject, INodeProperties } from 'n8n-workflow';

import { loadPackage, LUKITTU_NODE, type NodeResult } from '../engine/index.mts';
import type { FaultKind, LicenseRow, Sandbox } from '../sandbox/server.mts';
import {
	byId,
	byKey,
	credentialsOf,
	customers,
	metadata,
	products,
	readable,
	runLicense,
	startShop,
	type Operation,
	type RunExtra,
} from './support.mts';

const UNKNOWN_ID = '123e4567-e89b-42d3-a456-426614174000';
/** Contains EPERM, the code of a system fault, whose messages n8n words itself. */
const UNKNOWN_KEY = 'EPERM-AAAAA-BBBBB-CCCCC-DDDDD';
const OUTCOME_UNKNOWN = 'It is not known whether';
const CHECK_BASE_URL = "Open the credential and check 'Base URL'";

/** Words that n8n asks nodes not to use: they scare and say nothing. */
const SCARE_WORDS = /\b(errors?|problems?|failures?|failed|mistakes?)\b/i;
/** A quoted name, such as 'Hardware ID Limit'; an apostrophe within a word opens none. */
const QUOTED_NAME = /(?<![\w])'([^']+)'/g;
/** What Node and the HTTP client call a fault; not a group of a license key. */
const FAULT_CODE = /(?<![\w-])(E[A-Z]{4,}|ERR_[A-Z_]+)(?![\w-])/;

let sandbox: Sandbox;
let license: LicenseRow;
let labels: Set<string>;

beforeAll(async () => {
	const { nodes, credentials } = await loadPackage();
	const node = nodes[LUKITTU_NODE].description as { properties?: INodeProperties[] };
	labels = new Set(
		labelsIn([...(node.properties ?? []), ...credentials.lukittuApi.properties] as Labelled[]),
	);
});

beforeEach(async () => {
	({ sandbox } = await startShop());
	license = sandbox.addLicense();
});

afterEach(async () => await sandbox.close());

/** A field, or a group of fields within one. */
interface Labelled {
	displayName?: string;
	options?: Labelled[];
	values?: Labelled[];
}

function labelsIn(fields: Labelled[]): string[] {
	return fields.flatMap(({ displayName, options = [], values = [] }) => [
		...(displayName ? [displayName] : []),
		...labelsIn([...options, ...values]),
	]);
}

/**
 * Runs what must end with a message, trying once, checks what holds for every message, and gives it
 * back.
 *
 * @param credential what is otherwise in the credential
 */
async function messageOf(
	operation: Operation,
	parameters: IDataObject,
	credential: ICredentialDataDecryptedObject = {},
	extra: RunExtra = {},
): Promise<string> {
	const credentials = { ...credentialsOf(sandbox), ...credential };
	const once = { options: { keepTryingFor: 0 }, ...parameters };
	const result = await runLicense(sandbox, operation, once, { credentials, ...extra });
	const text = readable(result.error);
	expect(result.items).toEqual([]);
	expectPlain(text);
	expectSecret(result, String(credentials.apiKey));
	return text;
}

function expectPlain(text: string): void {
	const [message, description] = text.split('\n');
	expect(message).not.toBe('');
	expect(description).not.toBe('');
	expect(text).not.toMatch(SCARE_WORDS);
	expect(text).not.toMatch(FAULT_CODE);
	expect(text).not.toMatch(/undefined|\[object/);
	for (const [, name] of text.matchAll(QUOTED_NAME)) expect(labels).toContain(name);
}

/** Neither the message nor anything else that n8n keeps of the run may hold the API key. */
function expectSecret({ error, run }: NodeResult, apiKey: string): void {
	expect(readable(error)).not.toContain(apiKey);
	expect(JSON.stringify(run)).not.toContain(apiKey);
}

/** An address on which nothing listens. */
async function closedAddress(): Promise<string> {
	const other = await startShop();
	await other.sandbox.close();
	return other.credentials.baseUrl as string;
}

describe('what is refused before anything is sent', () => {
	const inDays = (count: number) => new Date(Date.now() + count * 86_400_000).toISOString();
	const manyEntries = metadata(
		...Array.from({ length: 21 }, (_, index) => ({ key: `key${index}`, value: 'v' })),
	);
	const date = (expirationDate: string) => ({ expirationType: 'DATE', expirationDate });
	const days = (expirationDays: number | string) => ({
		expirationType: 'DURATION',
		expirationDays,
	});
	const updating = (updateFields: IDataObject) => ({ license: byId(UNKNOWN_ID), updateFields });

	test.each<[string, Operation, IDataObject, string[]]>([
		[
			'a malformed license ID',
			'get',
			{ license: byId('={{ "AB-1001" }}') },
			['\'License\' is "AB-1001"', 'not a license ID', 'such as 123e4567-e89b-42d3-'],
		],
		[
			'a malformed license ID',
			'delete',
			{ license: byId('={{ "AB-1001" }}') },
			['\'License\' is "AB-1001"', 'not a license ID', 'such as 123e4567-e89b-42d3-'],
		],
		[
			'a malformed license ID',
			'update',
			{ license: byId('={{ "AB-1001" }}'), updateFields: { suspended: true } },
			['\'License\' is "AB-1001"', 'not a license ID', 'such as 123e4567-e89b-42d3-'],
		],
		[
			'a malformed license key',
			'get',
			{ license: byKey('={{ "ABCDE-12345" }}') },
			['\'License\' is "ABCDE-12345"', 'not a license key', 'such as ABCD1-EFGH2-'],
		],
		[
			'a key where an ID is wanted',
			'get',
			{ license: byId(`={{ "${UNKNOWN_KEY}" }}`) },
			[`'License' is "${UNKNOWN_KEY}"`, 'This is a license key. Choose "By Key"'],
		],
		[
			'a malformed customer ID',
			'create',
			{ customers: customers('={{ "Alma" }}') },
			['\'Customers\' is "Alma"', 'not a customer ID', 'You find it in the Lukittu dashboard'],
		],
		[
			'a malformed product ID',
			'create',
			{ products: products('={{ "Orbit" }}') },
			['\'Products\' is "Orbit"', 'not a product ID', 'You find it in the Lukittu dashboard'],
		],
		[
			'a malformed customer ID in a filter',
			'getAll',
			{ filters: { customers: customers('={{ "Alma" }}') } },
			['\'Customers\' is "Alma"', 'not a customer ID'],
		],
		[
			'a limit of 1001 devices',
			'create',
			{ additionalFields: { hwidLimit: 1001 } },
			["'Hardware ID Limit' is 1001", 'Give a whole number from 0 to 1000'],
		],
		[
			'a limit of 1001 addresses',
			'create',
			{ additionalFields: { ipLimit: 1001 } },
			["'IP Address Limit' is 1001", 'Give a whole number from 0 to 1000'],
		],
		[
			'a limit of 1001 addresses',
			'update',
			updating({ ipLimit: 1001 }),
			["'IP Address Limit' is 1001", 'Give a whole number from 0 to 1000'],
		],
		[
			'a past date',
			'create',
			date(inDays(-1)),
			["'Expiration Date' is in the past", 'Choose a later one'],
		],
		[
			'a past date',
			'update',
			updating({ expiration: { value: date(inDays(-1)) } }),
			["'Expiration Date' is in the past", 'Choose a later one'],
		],
		[
			'what is no date',
			'create',
			date('={{ "next year" }}'),
			['\'Expiration Date\' is "next year"', 'not a date', 'such as 2030-12-31'],
		],
		[
			'a date that an expression could not read',
			'create',
			date('={{ DateTime.fromISO("next year") }}'),
			["'Expiration Date' is", 'not a date', 'such as 2030-12-31'],
		],
		[
			'a date after the year 9999 in UTC',
			'create',
			date('9999-12-31T23:59:59-05:00'),
			["'Expiration Date' is", 'such as 2030-12-31'],
		],
		[
			'DATE without date',
			'create',
			date('={{ $json.missing }}'),
			["'Expiration Date' is empty", 'check that the expression has a value for this item'],
		],
		[
			'DURATION without days',
			'create',
			{ expirationType: 'DURATION' },
			["'Days' is 0", 'Give a whole number from 1 to 1000'],
		],
		[
			'DURATION with days missing from the item',
			'create',
			days('={{ $json.missing }}'),
			["'Days' is empty", 'Give a whole number from 1 to 1000', 'check that the expression'],
		],
		[
			'DURATION of 1001 days',
			'create',
			days(1001),
			["'Days' is 1001", 'Give a whole number from 1 to 1000'],
		],
		[
			'a start that Lukittu does not have',
			'create',
			{ ...days(30), expirationStart: '={{ "LATER" }}' },
			['\'Days Count From\' is "LATER"', 'CREATION, ACTIVATION'],
		],
		[
			'a type that Lukittu does not have',
			'create',
			{ expirationType: '={{ "SOON" }}', expirationDate: inDays(1) },
			['\'Expiration Type\' is "SOON"', 'NEVER, DATE, DURATION'],
		],
		[
			'21 metadata entries',
			'create',
			{ additionalFields: { metadata: manyEntries } },
			["'Metadata' comes to 21 entries", 'at most 20 metadata entries. Remove 1'],
		],
		[
			'a lock that is neither on nor off',
			'create',
			{ additionalFields: { metadata: metadata({ key: 'k', value: 'v', locked: '={{ 5 }}' }) } },
			["'Metadata'", "'Locked'", 'give true or false'],
		],
	])('%s (%s)', async (_, operation, parameters, phrases) => {
		const text = await messageOf(operation, parameters);

		for (const phrase of phrases) expect(text).toContain(phrase);
		expect(sandbox.requests).toEqual([]);
		expect([...sandbox.state.licenses.keys()]).toEqual([license.id]);
	});
});

// Values that are typed in, not taken from an expression, n8n itself may check before the node runs.
describe('what is typed in and refused before anything is sent', () => {
	test.each<[string, Operation, IDataObject, RegExp]>([
		[
			'a malformed license ID',
			'get',
			{ license: byId('AB-1001') },
			/'License' is "AB-1001", which is not a license ID/,
		],
		[
			'a malformed license key',
			'get',
			{ license: byKey('ABCDE') },
			/'License' is "ABCDE", which is not a license key/,
		],
		['no license', 'delete', { license: byId('') }, /License/],
		[
			'DATE without date',
			'create',
			{ expirationType: 'DATE' },
			/Expiration Date.*(required|empty)/,
		],
		['a malformed customer ID', 'create', { customers: customers('Alma') }, /customer/i],
		['a malformed product ID', 'create', { products: products('Orbit') }, /product/i],
	])('%s (%s): the field is named', async (_, operation, parameters, phrase) => {
		const message = await runLicense(sandbox, operation, parameters).then(
			({ error }) => error?.message,
			(reason: Error) => reason.message,
		);

		expect(message).toMatch(phrase);
		expect(sandbox.requests).toEqual([]);
	});
});

describe('what Lukittu refuses', () => {
	test.each<[string, Operation, () => IDataObject, string[]]>([
		[
			'an unknown license ID',
			'get',
			() => ({ license: byId(UNKNOWN_ID) }),
			[`does not know the license with the ID ${UNKNOWN_ID}`, 'the license may have been deleted'],
		],
		[
			'an unknown license key',
			'get',
			() => ({ license: byKey(UNKNOWN_KEY) }),
			[
				`does not know the license with the key ${UNKNOWN_KEY}`,
				'the license may have been deleted',
			],
		],
		[
			'an unknown license ID',
			'delete',
			() => ({ license: byId(UNKNOWN_ID) }),
			[`does not know the license with the ID ${UNKNOWN_ID}`, 'belong to another team'],
		],
		[
			'an unknown license key',
			'update',
			() => ({ license: byKey(UNKNOWN_KEY), updateFields: { suspended: true } }),
			[`does not know the license with the key ${UNKNOWN_KEY}`, 'belong to another team'],
		],
		[
			'an unknown customer',
			'create',
			() => ({ customers: customers(UNKNOWN_ID) }),
			["'Customers' names a customer that does not exist", 'This item changed nothing', UNKNOWN_ID],
		],
		[
			'an unknown product',
			'create',
			() => ({ products: products(UNKNOWN_ID) }),
			["'Products' names a product that does not exist", 'This item changed nothing', UNKNOWN_ID],
		],
		[
			'a customer that the user adds to a license',
			'update',
			() => ({
				license: byId(license.id),
				updateFields: { addCustomers: customers(UNKNOWN_ID) },
			}),
			['Customers', 'does not exist in this team', 'This item changed nothing', UNKNOWN_ID],
		],
		[
			'a license key that is taken',
			'update',
			() => {
				const { licenseKey } = sandbox.addLicense({ licenseKey: UNKNOWN_KEY });
				return { license: byId(license.id), updateFields: { licenseKey } };
			},
			[UNKNOWN_KEY, 'belongs to another license', "Give another 'License Key'"],
		],
	])('%s (%s)', async (_, operation, parameters, phrases) => {
		const given = parameters();
		const before = JSON.stringify([...sandbox.state.licenses]);

		const text = await messageOf(operation, given);

		for (const phrase of phrases) expect(text).toContain(phrase);
		expect(text).not.toContain(OUTCOME_UNKNOWN);
		expect(JSON.stringify([...sandbox.state.licenses])).toBe(before);
	});

	it('a body: each entry of the answer is shown, with the label of its field', async () => {
		sandbox.addFault({
			method: 'POST',
			kind: {
				status: 400,
				details: 'Invalid request body',
				data: [
					{ message: 'Number must be greater than 0', path: ['hwidLimit'] },
					{ message: 'Number must be less than 100', path: ['ipLimit'] },
					{ message: 'Too short', path: ['metadata', 0, 'key'] },
					{ message: 'Too long', path: ['metadata', 11, 'value'] },
					{ message: 'Expected boolean', path: ['metadata', 1, 'locked'] },
					{ message: 'Invalid uuid', path: ['customerIds', 3] },
					{ message: 'Must be in the future', path: ['expirationDate'] },
					{ message: 'Must be a whole number', path: ['expirationDays'] },
					{ message: 'Not now', path: ['expirationStart'] },
					{ message: 'Not this type', path: ['expirationType'] },
					{ message: 'Not allowed', path: ['sendEmailDelivery'] },
					{ message: 'Not yet', path: ['suspended'] },
					{ message: 'Unrecognized key(s) in object', path: [] },
				],
			},
		});

		const text = await messageOf('create', {});

		expect(text).toContain("'Hardware ID Limit': Number must be greater than 0");
		expect(text).toContain("'IP Address Limit': Number must be less than 100");
		expect(text).toContain("'Metadata' entry 1, Key: Too short");
		expect(text).toContain("'Metadata' entry 12, Value: Too long");
		expect(text).toContain("'Metadata' entry 2, Locked: Expected boolean");
		expect(text).toContain("'Customers' entry 4: Invalid uuid");
		expect(text).toContain("'Expiration Date': Must be in the future");
		expect(text).toContain("'Days': Must be a whole number");
		expect(text).toContain("'Days Count From': Not now");
		expect(text).toContain("'Expiration Type': Not this type");
		expect(text).toContain("'Send Email Delivery': Not allowed");
		expect(text).toContain("'Suspended': Not yet");
		expect(text).toContain('Unrecognized key(s) in object');
		expect(text).toContain('This item changed nothing. Correct the fields named above');
	});

	it('a body that it says nothing of', async () => {
		sandbox.addFault({ kind: { status: 400, details: 'Invalid request body', data: [] } });

		expect(await messageOf('create', {})).toContain('Invalid request body');
	});

	test.each<[string, FaultKind, string[]]>([
		[
			'one license more than the plan has',
			{ status: 403, details: 'Max licenses reached' },
			['reached its license limit', 'no license was created', 'Delete licenses', 'plan'],
		],
		[
			'for reasons of its own',
			{ status: 403, details: 'The team is frozen' },
			['The team is frozen', 'This item changed nothing'],
		],
		[
			'more requests',
			{ status: 429, details: 'Too many requests' },
			['too many requests', 'This item changed nothing', 'Wait a minute and run again'],
		],
		[
			'more requests, with the page of a proxy',
			{ status: 429, html: true },
			['too many requests', 'Wait a minute and run again'],
		],
	])('%s', async (_, kind, phrases) => {
		sandbox.addFault({ kind });

		const text = await messageOf('create', {});

		for (const phrase of phrases) expect(text).toContain(phrase);
		expect(text).not.toContain(OUTCOME_UNKNOWN);
		expect(sandbox.state.licenses.size).toBe(1);
	});

	it('the 51st license e-mail of a day', async () => {
		const { id } = sandbox.addCustomer();
		sandbox.useEmails(50);
		const additionalFields = { sendEmailDelivery: true };

		const text = await messageOf('create', { customers: customers(id), additionalFields });

		expect(text).toContain('Nothing was created');
		expect(text).toContain('at most 50 license e-mails in 24 hours');
		expect(text).toContain("switch off 'Send Email Delivery'");
		expect(sandbox.state.licenses.size).toBe(1);
	});

	it('a license whose e-mail cannot be sent', async () => {
		const { id } = sandbox.addCustomer();
		sandbox.addFault({ kind: { status: 500, details: 'Failed to send email' } });
		const additionalFields = { sendEmailDelivery: true };

		const text = await messageOf('create', { customers: customers(id), additionalFields });

		expect(text).toContain('could not send the delivery e-mail, so no license was created');
		expect(text).toContain("switch off 'Send Email Delivery'");
		expect(text).not.toContain(OUTCOME_UNKNOWN);
	});
});

describe('a credential that does not fit', () => {
	const GET = () => ({ license: byId(license.id) });

	test.each<[string, () => ICredentialDataDecryptedObject]>([
		['a wrong key', () => ({ apiKey: 'lukittu_no_such_key' })],
		["another team's key", () => ({ apiKey: sandbox.otherTeam.apiKey })],
		["another team's ID", () => ({ teamId: sandbox.otherTeam.teamId })],
	])('%s: says what to check, and changes nothing', async (_, credential) => {
		const text = await messageOf('create', {}, credential());

		expect(text).toContain('did not accept the API key for this team');
		expect(text).toContain("'API Key' and 'Team ID' are from the same team's settings");
		expect(text).not.toContain(OUTCOME_UNKNOWN);
		expect([...sandbox.state.licenses.keys()]).toEqual([license.id]);
		expect(sandbox.otherTeam.licenses.size).toBe(0);
	});

	test.each([
		['a malformed team ID', 'my team'],
		['a team ID that is a path', '../../x'],
		['a team ID that is too short', '123e4567-e89b'],
	])('%s: refused before anything is sent', async (_, teamId) => {
		const text = await messageOf('get', GET(), { teamId });

		expect(text).toContain("'Team ID'");
		// A key may stand in the wrong field.
		expect(text).not.toContain(`"${teamId}"`);
		expect(text).toMatch(/credential/);
		expect(sandbox.requests).toEqual([]);
	});

	it('no team ID: refused before anything is sent, with where to put it', async () => {
		const text = await messageOf('get', GET(), { teamId: '' });

		expect(text).toContain("'Team ID'");
		expect(text).toMatch(/credential/);
		expect(text).not.toContain('from the list');
		expect(sandbox.requests).toEqual([]);
	});

	test.each<[string, (url: string) => string]>([
		['no base URL', () => ''],
		['a base URL of two words', () => 'my server'],
		['a base URL of two words behind https://', () => 'https://my server'],
		['a base URL for files', () => 'ftp://example.org'],
		['a base URL with a port that does not exist', () => 'http://127.0.0.1:99999'],
		['a base URL with a password', (url) => url.replace('//', '//user:secret@')],
	])('%s: refused before anything is sent', async (_, baseUrl) => {
		const text = await messageOf('create', {}, { baseUrl: baseUrl(sandbox.url) });

		expect(text).toContain("'Base URL'");
		expect(text).toContain('such as https://app.lukittu.com');
		expect(text).not.toContain('secret');
		expect(text).not.toContain(OUTCOME_UNKNOWN);
		expect(sandbox.requests).toEqual([]);
	});

	test.each([
		['a trailing slash', '/'],
		['/api', '/api'],
		['/api/v1/dev', '/api/v1/dev'],
		['the address of a list', '/api/v1/dev/teams/123/licenses?page=2#top'],
		['blanks', '  '],
	])('a base URL with %s behind it is put right', async (_, behind) => {
		const baseUrl = `${sandbox.url}${behind}`;
		const credentials = { ...credentialsOf(sandbox), baseUrl };

		const { items, error } = await runLicense(sandbox, 'get', GET(), { credentials });

		expect(error).toBeUndefined();
		expect(items[0].json.id).toBe(license.id);
	});

	it('a base URL without https:// is put right: the server is asked over HTTPS', async () => {
		const baseUrl = sandbox.url.replace('http://', '');

		const text = await messageOf('create', {}, { baseUrl });

		expect(text).toContain(`https://${baseUrl}`);
		expect(text).toContain(CHECK_BASE_URL);
		// The sandbox speaks HTTP only: no connection, so nothing can have been written.
		expect(text).not.toContain(OUTCOME_UNKNOWN);
	});
});

describe('an address that is not Lukittu', () => {
	it('a page of the dashboard: shows the address and where it leads', async () => {
		const baseUrl = `${sandbox.url}/wrong`;

		const text = await messageOf('create', {}, { baseUrl });

		expect(text).toContain(`The server at ${baseUrl} does not answer as Lukittu does`);
		expect(text).toContain('redirects (status 307, to /auth/login)');
		expect(text).toContain(CHECK_BASE_URL);
		expect(sandbox.requests).toHaveLength(1);
	});

	test.each([
		['HTML', 200, 'text/html', '<!DOCTYPE html><html><body>Welcome</body></html>'],
		['HTML that calls itself JSON', 200, 'application/json', '<!DOCTYPE html><html></html>'],
		['other data', 200, 'application/json', '{"status":"ok"}'],
		['no such page', 404, 'text/html', '<html><body>Not here</body></html>'],
		['nothing', 405, 'text/plain', ''],
	])('a server that answers with %s', async (_, status, type, body) => {
		const server = createServer((_request, response) => {
			response.writeHead(status, { 'content-type': type });
			response.end(body);
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

		const text = await messageOf('get', { license: byId(license.id) }, { baseUrl });
		await new Promise((resolve) => server.close(resolve));

		expect(text).toContain(`The server at ${baseUrl} does not answer as Lukittu does`);
		expect(text).toContain(`status ${status}`);
		expect(text).toContain(CHECK_BASE_URL);
		expect(text).not.toContain(OUTCOME_UNKNOWN);
	});

	it('a redirect to another server: the key does not go there', async () => {
		const elsewhere = await startShop();
		const target = `${elsewhere.sandbox.url}/x`;
		sandbox.addFault({ kind: { redirect: target, status: 308 } });

		const text = await messageOf('create', {});
		await elsewhere.sandbox.close();

		expect(text).toContain(`to ${target}`);
		expect(elsewhere.sandbox.requests).toEqual([]);
	});
});

describe('a server in trouble', () => {
	const GET = () => ({ license: byId(license.id) });

	it('that is down: says so, and that nothing was sent to it', async () => {
		const baseUrl = await closedAddress();

		const text = await messageOf('create', {}, { baseUrl });

		expect(text).toContain(`Could not get an answer from ${baseUrl}: nothing answers there`);
		expect(text).toContain(CHECK_BASE_URL);
		expect(text).not.toContain(OUTCOME_UNKNOWN);
	});

	// Looking up a name can take long where there is no network.
	it('whose name does not exist', async () => {
		const text = await messageOf('create', {}, { baseUrl: 'https://lukittu.invalid' });

		expect(text).toMatch(/no server of that name|could not be looked up/);
		expect(text).not.toContain(OUTCOME_UNKNOWN);
	}, 20_000);

	const troubles: Array<[string, FaultKind]> = [
		['that stumbles', { status: 500, details: 'Something broke' }],
		['whose proxy cannot reach it', { status: 502, html: true }],
		['whose proxy gave up waiting', { status: 504, html: true }],
		['whose proxy stumbles without a word', { status: 500, emptyBody: true }],
		['that closes the connection first', 'resetBefore'],
		['that closes the connection afterwards', 'resetAfter'],
		['whose answer breaks off', 'truncate'],
		['whose answer is broken', 'invalidJson'],
	];

	test.each(troubles)('%s: a create may have been carried out', async (_, kind) => {
		sandbox.addFault({ kind });

		const text = await messageOf('create', {});

		expect(text).toContain(`${OUTCOME_UNKNOWN} the new license was`);
		expect(text).toContain('look it up in Lukittu before you repeat this');
		expect(sandbox.requests).toHaveLength(1);
	});

	test.each(troubles)('%s: an update may have been carried out', async (_, kind) => {
		sandbox.addFault({ method: 'PUT', kind });
		const parameters = { license: byKey(license.licenseKey), updateFields: { suspended: true } };

		const text = await messageOf('update', parameters);

		expect(text).toContain(`${OUTCOME_UNKNOWN} the license with the key ${license.licenseKey} was`);
	});

	test.each(troubles)('%s: a delete may have been carried out', async (_, kind) => {
		sandbox.addFault({ kind });

		const text = await messageOf('delete', GET());

		expect(text).toContain(OUTCOME_UNKNOWN);
	});

	test.each(troubles)('%s: a look-up changes nothing, so there is no warning', async (_, kind) => {
		sandbox.addFault({ kind });

		const text = await messageOf('get', GET());

		expect(text).not.toContain(OUTCOME_UNKNOWN);
	});

	test.each([
		['500', { status: 500, details: 'Something broke' }, 'status 500: Something broke'],
		['502 with a page', { status: 502, html: true }, '(status 502)'],
		['503', { status: 503, details: 'Maintenance' }, 'status 503: Maintenance'],
	])(
		'that answers %s: the message has the status and says to try again',
		async (_, kind, shown) => {
			sandbox.addFault({ kind });

			const text = await messageOf('get', GET());

			expect(text).toContain(shown);
			expect(text).toContain('Try again in a few minutes');
		},
	);

	it('that may have deleted a license: the message speaks of deleting', async () => {
		sandbox.addFault({ kind: 'resetAfter' });

		const text = await messageOf('delete', GET());

		expect(text).toMatch(/not known whether .* was deleted/);
	});

	it('that made the license and closed the connection: the license is there', async () => {
		sandbox.addFault({ kind: 'resetAfter' });

		const text = await messageOf('create', {});

		expect(text).toContain('the connection was closed before the answer came');
		expect(sandbox.state.licenses.size).toBe(2);
	});

	it('that does not answer within the timeout set in the node', async () => {
		sandbox.addFault({ kind: 'hang' });

		const text = await messageOf('create', { requestOptions: { timeout: 200 } });

		expect(text).toContain('the answer took too long');
		expect(text).toContain(OUTCOME_UNKNOWN);
	});
});

// n8n replaces a message that has the code of a system fault in it by words of its own.
describe('a value that contains the code of a system fault stays in the message', () => {
	test.each<[string, Operation, IDataObject]>([
		['an unknown key', 'get', { license: byKey(UNKNOWN_KEY) }],
		['an unknown key', 'delete', { license: byKey(UNKNOWN_KEY) }],
		['a key in place of an ID', 'get', { license: byId(`={{ "${UNKNOWN_KEY}" }}`) }],
		['a malformed key', 'get', { license: byKey(`={{ "${UNKNOWN_KEY}-EPERM" }}`) }],
	])('%s (%s)', async (_, operation, parameters) => {
		const { error } = await runLicense(sandbox, operation, parameters);

		expect(error?.message).toContain(UNKNOWN_KEY);
		expect(error?.message).toMatch(/does not know|is not a license/);
	});

	it('in the item that "Continue" puts out', async () => {
		const parameters = { license: byKey(UNKNOWN_KEY) };

		const { items } = await runLicense(sandbox, 'get', parameters, {
			onError: 'continueRegularOutput',
		});

		expect(items[0].json.error).toContain(`does not know the license with the key ${UNKNOWN_KEY}`);
	});

	it("in Lukittu's own words", async () => {
		const details = 'Not allowed for plan EACCES-ENOENT';
		sandbox.addFault({ kind: { status: 400, details } });

		const { error } = await runLicense(sandbox, 'create', {});

		expect(error?.message).toContain(details);
	});
});

describe('the item', () => {
	test.each([
		['a value that is refused', { license: byId('={{ $json.bad ? "x" : $json.id }}') }],
		['an unknown license', { license: byId(`={{ $json.bad ? "${UNKNOWN_ID}" : $json.id }}`) }],
	])('is explained that has %s', async (_, parameters) => {
		const items = [{ id: license.id }, { id: license.id, bad: true }];

		const { error } = await runLicense(sandbox, 'get', parameters, { items });

		expect(error?.context).toMatchObject({ itemIndex: 1 });
	});
});

describe('the API key', () => {
	it('is in nothing that n8n keeps of a run that goes on with "Continue"', async () => {
		sandbox.addFault({ kind: 'resetAfter' });
		sandbox.addFault({ kind: { status: 500 }, skip: 1 });

		const result = await runLicense(
			sandbox,
			'create',
			{},
			{
				items: [{}, {}, {}],
				onError: 'continueRegularOutput',
			},
		);

		expect(result.items.filter(({ json }) => 'error' in json)).toHaveLength(2);
		expectSecret(result, sandbox.apiKey);
	});
});
