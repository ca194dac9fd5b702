import { networkInterfaces } from 'node:os';
import type { IDataObject } from 'n8n-workflow';

import { isThroughRouting } from '../engine/index.mts';
import {
	byId,
	credentialsOf,
	numbered,
	readable,
	runLicense,
	startShop,
} from '../license/support.mts';
import type { Sandbox } from '../sandbox/types.mts';
import { startProxy, startTls, type Proxy } from './proxies.mts';

let sandbox: Sandbox;
const open: Array<Pick<Proxy, 'close'>> = [];

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => {
	await sandbox.close();
	await Promise.all(open.splice(0).map(async (server) => await server.close()));
});

async function proxyOn(host?: string, refusal?: number): Promise<Proxy> {
	const proxy = await startProxy(host, refusal);
	open.push(proxy);
	return proxy;
}

/** Creates licenses with n8n's "Request Options" set, and tries each request once. */
const create = async (requestOptions: IDataObject, extra = {}) =>
	await runLicense(
		sandbox,
		'create',
		{ requestOptions, options: { keepTryingFor: 0 } },
		{ items: numbered(3), ...extra },
	);

const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString('base64')}`;

describe("'Proxy'", () => {
	test('gets every request, also the look-up before a change', async () => {
		const proxy = await proxyOn();
		const license = sandbox.addLicense();

		const { error, items } = await runLicense(sandbox, 'suspend', {
			license: byId(license.id),
			requestOptions: { proxy: `http://127.0.0.1:${proxy.port}` },
		});

		expect(error).toBeUndefined();
		expect(items[0].json.suspended).toBe(true);
		expect(proxy.passages.map(({ target }) => target)).toEqual(
			sandbox.requests.map(({ path }) => `${sandbox.url}${path}`),
		);
		expect(proxy.passages.length).toBeGreaterThan(1);
		expect(proxy.passages[0].authorization).toBeUndefined();
	});

	test.each([
		['alma:secret', 'alma:secret'],
		['alma', 'alma:'],
		['al%40ma:p%3A%2F%25ss', 'al@ma:p:/%ss'],
		['alma:50%2541', 'alma:50%41'],
	])('with %s it gets these credentials', async (written, meant) => {
		const proxy = await proxyOn();
		const { error } = await create({ proxy: `http://${written}@127.0.0.1:${proxy.port}` });
		expect(error).toBeUndefined();
		expect(proxy.passages.map(({ authorization }) => authorization)).toEqual(
			Array(3).fill(basic(meant)),
		);
		expect(sandbox.state.licenses.size).toBe(3);
	});

	const hasIpv6 = Object.values(networkInterfaces())
		.flat()
		.some((own) => own?.address === '::1');
	(hasIpv6 ? test : test.skip)('may be an IPv6 address', async () => {
		const proxy = await proxyOn('::1');
		const { error } = await create({ proxy: `http://[::1]:${proxy.port}` });
		expect(error).toBeUndefined();
		expect(proxy.passages).toHaveLength(3);
	});

	test('may be another one for each item', async () => {
		const proxies = [await proxyOn(), await proxyOn(), await proxyOn()];
		const { error } = await create(
			{ proxy: '=http://127.0.0.1:{{ $json.port }}' },
			{ items: proxies.map(({ port }) => ({ port })) },
		);
		expect(error).toBeUndefined();
		expect(proxies.map(({ passages }) => passages.length)).toEqual([1, 1, 1]);
	});

	test('lets HTTPS through without reading it', async () => {
		const proxy = await proxyOn();
		const tls = await startTls(sandbox);
		open.push(tls);
		const { error } = await create(
			{ proxy: `http://127.0.0.1:${proxy.port}`, allowUnauthorizedCerts: true },
			{ credentials: { ...credentialsOf(sandbox), baseUrl: `https://localhost:${tls.port}` } },
		);
		expect(error).toBeUndefined();
		expect(new Set(proxy.passages.map(({ target }) => target))).toEqual(
			new Set([`localhost:${tls.port}`]),
		);
		expect(sandbox.state.licenses.size).toBe(3);
	});

	test('is named where nothing answers there', async () => {
		const { error } = await create({ proxy: 'http://127.0.0.1:1' });
		expect(readable(error)).toMatch(
			/^Could not get an answer from .*: nothing answers there\nThe request goes through the proxy that 'Request Options' names\. Check 'Proxy' there[^]*None of the 3 items/,
		);
	});

	test('is named where it does not accept the credentials', async () => {
		const proxy = await proxyOn(undefined, 407);
		const { error } = await create({ proxy: `http://127.0.0.1:${proxy.port}` });
		expect(readable(error)).toMatch(
			/^A proxy between n8n .* wants other credentials \(status 407\)/,
		);
		expect(readable(error)).toMatch(/Check username and password in 'Proxy'/);
		expect(sandbox.requests).toHaveLength(0);
	});
});

const NO_ADDRESS = "'Proxy' is not the address of a proxy";
const REFUSED: Array<[string, string]> = [['ftp://x:1', NO_ADDRESS]];
// n8n's routing refuses these as well, in words of its own.
const REFUSED_HERE: Array<[string, string]> = [
	['localhost:3128', NO_ADDRESS],
	['proxy.example.com', NO_ADDRESS],
	['http://', NO_ADDRESS],
	['http://x:99999', NO_ADDRESS],
	['http://alma:50%@x:1', "'Proxy' has a percent sign in its username or password"],
];

describe.each(isThroughRouting ? REFUSED : [...REFUSED, ...REFUSED_HERE])(
	"%s as 'Proxy'",
	(proxy, message) => {
		test('is refused before anything is sent', async () => {
			const { error } = await create({ proxy });
			expect(readable(error)).toMatch(
				new RegExp(
					`^${message}\nOpen 'Request Options' and [^]*None of the 3 items was carried out`,
				),
			);
			expect(sandbox.requests).toHaveLength(0);
		});

		test('with "continue" is refused for each item', async () => {
			const { items } = await create({ proxy }, { onError: 'continueRegularOutput' });
			expect(items.map(({ json, pairedItem }) => [json.error, pairedItem])).toEqual(
				numbered(3).map(({ n }) => [message, { item: n }]),
			);
			expect(sandbox.requests).toHaveLength(0);
		});
	},
);

describe('a server whose certificate nobody trusts', () => {
	const behindTls = async (requestOptions: IDataObject) => {
		const tls = await startTls(sandbox);
		open.push(tls);
		const baseUrl = `https://localhost:${tls.port}`;
		const credentials = { ...credentialsOf(sandbox), baseUrl };
		return await create(requestOptions, { credentials });
	};

	test('is not sent anything', async () => {
		const { error } = await behindTls({});
		expect(readable(error)).toMatch(
			/^Could not get an answer from https:\/\/localhost:\d+: its certificate is not trusted\n[^]*None of the 3 items was carried out/,
		);
		expect(sandbox.requests).toHaveLength(0);
	});

	test("is sent all with 'Ignore SSL Issues'", async () => {
		const { error, items } = await behindTls({ allowUnauthorizedCerts: true });
		expect(error).toBeUndefined();
		expect(items).toHaveLength(3);
		expect(sandbox.state.licenses.size).toBe(3);
	});
});
