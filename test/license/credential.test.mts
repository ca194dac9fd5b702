import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { testCredential } from '../engine/index.mts';
import type { Sandbox } from '../sandbox/server.mts';
import { runLicense, startShop } from './support.mts';

const SUCCESS = { status: 'OK', message: 'Connection successful!' };

const MALFORMED_TEAM =
	"The 'Team ID' is malformed. Copy it from your team's settings in the Lukittu dashboard: it looks like 123e4567-e89b-42d3-a456-426614174000.";
const WRONG_KEY =
	"Lukittu did not accept the 'API Key' for this team. Check that the key still exists and that 'Team ID' is the ID of the same team.";
const NOT_LUKITTU =
	"This address does not answer as Lukittu does. Check 'Base URL': it must be the address of a Lukittu server, such as https://app.lukittu.com, without anything behind it.";
const SERVER_TROUBLE =
	'Lukittu is there, but has trouble of its own right now. Try again in a few minutes.';
const TOO_MANY = 'Lukittu received too many requests. Try again in a minute.';

let sandbox: Sandbox;
let credentials: ICredentialDataDecryptedObject;

beforeEach(async () => {
	({ sandbox, credentials } = await startShop());
});

afterEach(async () => await sandbox.close());

/** What the credential's window shows, with some fields filled in otherwise. */
async function outcome(fields: ICredentialDataDecryptedObject = {}) {
	return await testCredential({ ...credentials, ...fields });
}

describe('a credential that works', () => {
	test.each([
		['other domains', { allowedHttpRequestDomains: 'domains', allowedDomains: 'example.com' }],
		['domains yet to be named', { allowedHttpRequestDomains: 'domains', allowedDomains: '' }],
		['no domain', { allowedHttpRequestDomains: 'none' }],
	])('and is allowed for %s in HTTP Request nodes works in its own node', async (_, allowed) => {
		const parameters = { returnAll: true };
		const { error } = await runLicense(sandbox, 'getAll', parameters, {
			credentials: { ...credentials, ...allowed },
		});
		expect(error).toBeUndefined();
		expect(sandbox.requests).toHaveLength(1);
	});

	it('is accepted, with one small request', async () => {
		expect(await outcome()).toEqual(SUCCESS);
		expect(sandbox.requests).toMatchObject([
			{
				method: 'GET',
				path: `/api/v1/dev/teams/${sandbox.teamId}/licenses`,
				query: { pageSize: '10' },
			},
		]);
	});

	it('may have the team ID in capital letters and with blanks', async () => {
		expect(await outcome({ teamId: ` ${sandbox.teamId.toUpperCase()} ` })).toEqual(SUCCESS);
	});

	test.each([
		['a trailing slash', '/'],
		['two trailing slashes', '//'],
		['/api', '/api'],
		['/api/', '/api/'],
		['/api/v1/dev', '/api/v1/dev'],
		['the address of a list', '/api/v1/dev/teams/123/licenses?page=1#top'],
		['blanks', '  '],
	])('may have a base URL with %s behind it', async (_, behind) => {
		expect(await outcome({ baseUrl: `${sandbox.url}${behind}` })).toEqual(SUCCESS);
	});
});

describe('a credential that does not work', () => {
	test.each([
		['a wrong key', () => ({ apiKey: 'wrong' }), WRONG_KEY],
		['no key', () => ({ apiKey: '' }), WRONG_KEY],
		["another team's key", () => ({ apiKey: sandbox.otherTeam.apiKey }), WRONG_KEY],
		["another team's ID", () => ({ teamId: sandbox.otherTeam.teamId }), WRONG_KEY],
		['a team ID that is a word', () => ({ teamId: 'my team' }), MALFORMED_TEAM],
		['a team ID that is too short', () => ({ teamId: '123e4567-e89b' }), MALFORMED_TEAM],
		['a team ID that is a path', () => ({ teamId: '../../x?' }), MALFORMED_TEAM],
		['no team ID', () => ({ teamId: '' }), MALFORMED_TEAM],
		['a team ID of blanks', () => ({ teamId: '  ' }), MALFORMED_TEAM],
		['a page of the dashboard', () => ({ baseUrl: `${sandbox.url}/wrong` }), NOT_LUKITTU],
	])('is reported with what to check: %s', async (_, fields, message) => {
		expect(await outcome(fields())).toEqual({ status: 'Error', message });
	});

	test.each([
		['redirects', { redirect: 'https://www.example.com/' }, NOT_LUKITTU],
		['redirects for good', { redirect: 'https://www.example.com/', status: 301 }, NOT_LUKITTU],
		['has no such page', { status: 404, html: true }, NOT_LUKITTU],
		['takes no such request', { status: 405, emptyBody: true }, NOT_LUKITTU],
		['answers with nothing', { status: 200, emptyBody: true }, NOT_LUKITTU],
		['answers with broken data', 'invalidJson', NOT_LUKITTU],
		['stumbles', { status: 500 }, SERVER_TROUBLE],
		['is behind a proxy that cannot reach it', { status: 502, html: true }, SERVER_TROUBLE],
		['is being restarted', { status: 503, html: true }, SERVER_TROUBLE],
		['takes too long for its proxy', { status: 504, html: true }, SERVER_TROUBLE],
		['wants a pause', { status: 429 }, TOO_MANY],
	] as const)('is reported with what the server does: it %s', async (_, kind, message) => {
		sandbox.addFault({ kind });

		expect(await outcome()).toEqual({ status: 'Error', message });
	});

	it('never shows the key', async () => {
		const results = [
			await outcome({ teamId: 'my team' }),
			await outcome({ teamId: sandbox.otherTeam.teamId }),
			await outcome({ baseUrl: `${sandbox.url}/wrong` }),
		];

		expect(JSON.stringify(results)).not.toContain(sandbox.apiKey);
	});

	it('does not pass where nothing answers', async () => {
		const { url } = sandbox;
		await sandbox.close();

		// n8n itself words this one: it shows the code of the fault.
		expect(await outcome({ baseUrl: url })).toEqual({ status: 'Error', message: 'ECONNREFUSED' });
	});
});

describe('an address that belongs to another server', () => {
	const PAGE = '<!DOCTYPE html><html><body>Welcome to our shop</body></html>';
	let server: Server;

	async function listen(listener: RequestListener): Promise<string> {
		server = createServer(listener);
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	}

	afterEach(async () => await new Promise((resolve) => server.close(resolve)));

	test.each([
		['a page', 200, 'text/html', PAGE],
		['a page it has not', 404, 'text/html', PAGE],
		['data of another kind', 200, 'application/json', '{"status":"ok"}'],
		['a list', 200, 'application/json', '[]'],
	])('is named as no Lukittu server: %s', async (_, status, type, body) => {
		const baseUrl = await listen((_request, response) => {
			response.writeHead(status, { 'content-type': type });
			response.end(body);
		});

		expect(await outcome({ baseUrl })).toEqual({ status: 'Error', message: NOT_LUKITTU });
	});

	it('does not get the key of another server through a redirect', async () => {
		const seen: string[] = [];
		const baseUrl = await listen((request, response) => {
			seen.push(request.url ?? '');
			response.end('{"data":{},"result":{"valid":true}}');
		});
		sandbox.addFault({ kind: { redirect: baseUrl } });

		expect(await outcome()).toEqual({ status: 'Error', message: NOT_LUKITTU });
		expect(seen).toEqual([]);
	});
});
