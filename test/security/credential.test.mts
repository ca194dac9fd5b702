import type { ICredentialDataDecryptedObject, INodeParameters } from 'n8n-workflow';

import { runNode, searchList, testCredential } from '../engine/index.mts';
import { PARAMETERS } from './answers.mts';
import { expectReadable } from './expectations.mts';
import { API_KEY, startHostileServer, TEAM_ID, type HostileServer } from './hostile-server.mts';
import { keepLog, textOf } from './logged.mts';

let server: HostileServer;
let other: HostileServer;
let logged: string[];

beforeAll(async () => {
	[server, other] = [await startHostileServer(), await startHostileServer()];
});

afterAll(async () => await Promise.all([server.close(), other.close()]));

beforeEach(() => {
	[server, other].forEach(({ answerWith }) => answerWith(() => ({ body: '' })));
	logged = keepLog();
});

afterEach(() => jest.restoreAllMocks());

const SECRET = 'pass-0123456789';
const KEY_MESSAGE = "'API Key' in the Lukittu credential has characters that no API key has";
const TEAM_MESSAGE = "'Team ID' in the Lukittu credential is not a team ID";
const ADDRESS_MESSAGE = "'Base URL' in the Lukittu credential is not a web address";

type Fields = (urls: { here: string; there: string }) => ICredentialDataDecryptedObject;

const REFUSED: Array<[name: string, fields: Fields, message: string]> = [
	['a key with a header behind it', () => ({ apiKey: `${API_KEY}\r\nX-Injected: 1` }), KEY_MESSAGE],
	['a key of two lines', () => ({ apiKey: `${API_KEY}\n${SECRET}` }), KEY_MESSAGE],
	['a key with a NUL character', () => ({ apiKey: `${API_KEY}\0` }), KEY_MESSAGE],
	['a key with letters that look like others', () => ({ apiKey: `${API_KEY}\u0430` }), KEY_MESSAGE],
	['a key with half a character', () => ({ apiKey: `${API_KEY}\ud800` }), KEY_MESSAGE],
	['a key with a blank', () => ({ apiKey: `Bearer ${API_KEY}` }), KEY_MESSAGE],
	['a team ID that goes upwards', () => ({ teamId: '../../other' }), TEAM_MESSAGE],
	['a team ID with a path behind it', () => ({ teamId: `${TEAM_ID}/../x` }), TEAM_MESSAGE],
	['a team ID with a query', () => ({ teamId: `${TEAM_ID}?x=1#` }), TEAM_MESSAGE],
	['a team ID of two lines', () => ({ teamId: `${TEAM_ID}\r\nX-Injected: 1` }), TEAM_MESSAGE],
	['the key in the place of the team ID', () => ({ teamId: API_KEY }), TEAM_MESSAGE],
	['10 MB of team ID', () => ({ teamId: 'a'.repeat(10_485_760) }), TEAM_MESSAGE],
	['a user in the address', ({ here }) => ({ baseUrl: withUser(here) }), ADDRESS_MESSAGE],
	[
		'another host behind the user',
		({ here, there }) => ({ baseUrl: `${here}@${there.replace('http://', '')}` }),
		ADDRESS_MESSAGE,
	],
	[
		'a backslash before another host',
		({ here, there }) => ({ baseUrl: `${here}\\@${there.replace('http://', '')}` }),
		ADDRESS_MESSAGE,
	],
	['a file', () => ({ baseUrl: 'file:///etc/passwd' }), ADDRESS_MESSAGE],
	['FTP', () => ({ baseUrl: 'ftp://127.0.0.1/' }), ADDRESS_MESSAGE],
	['data', () => ({ baseUrl: 'data:text/html,x' }), ADDRESS_MESSAGE],
	['JavaScript', () => ({ baseUrl: 'javascript:alert(1)' }), ADDRESS_MESSAGE],
	['no host', () => ({ baseUrl: '//' }), ADDRESS_MESSAGE],
	['a NUL character', ({ here }) => ({ baseUrl: `${here}\0/x` }), ADDRESS_MESSAGE],
	['an address of two lines', ({ here }) => ({ baseUrl: `${here}/\r\nx` }), ADDRESS_MESSAGE],
	['text from right to left', ({ here }) => ({ baseUrl: `${here}/\u202ex` }), ADDRESS_MESSAGE],
	['10 MB of slashes', ({ here }) => ({ baseUrl: `${here}${'/'.repeat(1e7)}x` }), ADDRESS_MESSAGE],
	['an object', () => ({ baseUrl: { toString: 'x' } as never }), ADDRESS_MESSAGE],
];

function withUser(url: string): string {
	return url.replace('http://', `http://user:${SECRET}@`);
}

test.each(REFUSED)('a credential with %s is refused', async (_, fieldsFor, message) => {
	const fields = fieldsFor({ here: server.url, there: other.url });
	const credentials = { ...server.credentials, ...fields };
	const result = await runNode({
		credentials,
		parameters: { ...PARAMETERS['license get'], resource: 'license', operation: 'get' },
	});
	const [search] = await Promise.allSettled([
		searchList({ method: 'searchLicenses', credentials }),
	]);

	expect(result.error?.message).toBe(message);
	expectReadable(message, (result.error as { description?: string }).description);
	expect((search as PromiseRejectedResult).reason).toMatchObject({ message });
	expect([...server.requests, ...other.requests]).toEqual([]);
	for (const text of [textOf(result), textOf(search), logged.join('\n')]) {
		expect(text).not.toContain(API_KEY);
		expect(text).not.toContain(SECRET);
	}
	expect(result.durationMs).toBeLessThan(2000);
});

test.each(REFUSED)("the credential's own test keeps %s to itself", async (_, fieldsFor) => {
	const fields = fieldsFor({ here: server.url, there: other.url });
	const { status, message } = await testCredential({ ...server.credentials, ...fields });

	expect(status).toBe('Error');
	expect(message).not.toContain(API_KEY);
	expect(message).not.toContain(SECRET);
	// An address with a user in it names the host behind it: that one may be asked, without the key.
	expect(textOf(other.requests)).not.toContain(API_KEY);
	expect(server.requests.filter(({ headers }) => 'x-injected' in headers)).toEqual([]);
	expect(logged.join('\n')).not.toContain(API_KEY);
});

const SAME_HOST: Array<[name: string, baseUrl: (url: string) => string]> = [
	['a path upwards', (url) => `${url}/../../x`],
	['the other host in the path', (url) => `${url}//${other.url}`],
	['the other host in a query', (url) => `${url}?url=${other.url}`],
	['the other host behind a #', (url) => `${url}#@${other.url}`],
	['capital letters', (url) => url.replace('http', 'HTTP')],
];

test.each(SAME_HOST)('the key goes to no other host with %s', async (_, baseUrlOf) => {
	const { error } = await runNode({
		credentials: { ...server.credentials, baseUrl: baseUrlOf(server.url) },
		parameters: {
			...PARAMETERS['license get'],
			resource: 'license',
			operation: 'get',
		} as INodeParameters,
	});

	expectReadable(error?.message, (error as { description?: string }).description);
	expect(server.requests).toHaveLength(1);
	expect(other.requests).toEqual([]);
});
