import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { runNode, searchList } from '../engine/index.mts';
import { CUSTOMER, LICENSE, PARAMETERS } from './answers.mts';
import { ALL_OPERATIONS } from './fields.mts';
import {
	API_KEY,
	enveloped,
	startHostileServer,
	type Answerer,
	type HostileAnswer,
	type HostileServer,
} from './hostile-server.mts';
import { keepLog, textOf } from './logged.mts';

let server: HostileServer;
let other: HostileServer;
let logged: string[];

beforeAll(async () => {
	[server, other] = [await startHostileServer(), await startHostileServer()];
});

afterAll(async () => await Promise.all([server.close(), other.close()]));

beforeEach(() => {
	logged = keepLog();
});

afterEach(() => jest.restoreAllMocks());

const inBase64 = (text: string) => Buffer.from(text).toString('base64');

/** The middle of the key in Base64, for each of the three places where it may begin. */
const BASE64_MIDDLES = ['', ' ', '  '].map((before) =>
	inBase64(`${before}${API_KEY}`).slice(8, 40),
);

/** A message may cut a text: not even the half of the key may be left. */
const KEY_START = API_KEY.slice(0, 16);

function expectNoKey(...values: unknown[]): void {
	for (const text of values.flatMap((value) => [textOf(value), JSON.stringify(value)])) {
		for (const form of [KEY_START, encodeURIComponent(API_KEY), ...BASE64_MIDDLES]) {
			expect(text).not.toContain(form);
		}
	}
}

const entry = (resource: string, text: string) => ({
	...(resource === 'license' ? LICENSE : CUSTOMER),
	fullName: text,
	customers: [{ ...CUSTOMER, email: text, fullName: text }],
	products: [{ ...LICENSE.products[0], name: text }],
	metadata: [{ key: text, value: text, locked: false }],
	[text]: text,
});

const refusal = (details: string): HostileAnswer => ({
	status: 400,
	body: enveloped(null, details, false),
});

/** Ways of a server to send back what it got, `text` being the header with the key. */
const ANSWERS: Record<
	string,
	(resource: string, text: string, elsewhere: string) => ReturnType<Answerer>
> = {
	'in the details': (_, text) => refusal(text),
	'in the details, in JSON': (_, text) => refusal(JSON.stringify({ authorization: text })),
	'in the details, as in a URL': (_, text) => refusal(encodeURIComponent(text)),
	'in the details, in Base64': (_, text) =>
		refusal(['', ' ', '  '].map((before) => inBase64(`${before}${text}`)).join(' ')),
	'in the details of a fault': (_, text) => ({ status: 500, body: enveloped(null, text, false) }),
	'in what it did not accept': (_, text) => ({
		status: 400,
		body: enveloped([{ message: text, path: [text] }], 'x', false),
	}),
	'as a page': (_, text) => ({ status: 200, body: `<html>${text}` }),
	'as a page of a fault': (_, text) => ({
		status: 502,
		headers: { 'Content-Type': 'text/html' },
		body: `<html>${text}`,
	}),
	'as data of another type': (_, text) => ({ body: enveloped(text) }),
	'in a field of another type': (_, text) => ({ body: enveloped({ id: text }) }),
	'in what passes for a date': (resource, text) => ({
		body: enveloped({ ...entry(resource, 'x'), expirationDate: `2020-01-01 (${text})` }),
	}),
	'in a list of another kind, cut in the middle': (resource, text) => ({
		body: enveloped({ [`${resource}s`]: [`${'x'.repeat(30)} ${text}`], hasNextPage: false }),
	}),
	'in a list of entries with a wrong ID': (resource, text) => ({
		body: enveloped({ [`${resource}s`]: [{ id: text }], hasNextPage: false }),
	}),
	'in an entry': (resource, text) => ({ body: enveloped(entry(resource, text)) }),
	'in an entry, in Base64': (resource, text) => ({
		body: enveloped(entry(resource, inBase64(text))),
	}),
	'in a list': (resource, text) => ({
		body: enveloped({ [`${resource}s`]: [entry(resource, text)], hasNextPage: false }),
	}),
	'in a redirect': (_, text, elsewhere) => ({
		status: 307,
		headers: { Location: `${elsewhere}/${text.slice('Bearer '.length)}` },
		body: '',
	}),
	'in a redirect, as in a URL': (_, text, elsewhere) => ({
		status: 302,
		headers: { Location: `${elsewhere}/x/${encodeURIComponent(text)}` },
		body: '',
	}),
	'in headers': (_, text) => ({
		status: 429,
		headers: { 'Retry-After': text, 'Set-Cookie': text, 'WWW-Authenticate': text, 'X-Echo': text },
		body: '',
	}),
	'beside the status': (_, text) => ({ status: 500, statusText: text, body: '' }),
	'before it breaks off': (_, text) => ({ cut: 'within', body: `{"data":"${text}"` }),
	'never, for there is no answer': () => ({ cut: 'before', body: '' }),
};

describe.each(ALL_OPERATIONS)('%s %s', (resource, operation) => {
	test.each(Object.entries(ANSWERS))('keeps the key that comes back %s', async (_, answer) => {
		for (const onError of [undefined, 'continueRegularOutput'] as const) {
			logged.length = 0;
			other.answerWith(() => ({ body: '' }));
			server.answerWith(({ headers }) =>
				answer(resource, String(headers.authorization), other.url),
			);
			const parameters = {
				...PARAMETERS[`${resource} ${operation}`],
				resource,
				operation,
				options: { keepTryingFor: 0 },
			};
			const result = await runNode({
				credentials: server.credentials,
				parameters: parameters as INodeParameters,
				onError,
			});
			// Else the test would show nothing.
			expect(server.requests[0].headers.authorization).toBe(`Bearer ${API_KEY}`);
			expect(logged.join('\n')).toContain('Start executing node');
			expectNoKey(result, logged);
			expect(other.requests).toEqual([]);
		}
	});
});

test.each(['searchLicenses', 'searchCustomers', 'searchProducts'])(
	'%s keeps the key that comes back',
	async (method) => {
		let shown = 0;
		for (const answer of Object.values(ANSWERS)) {
			for (const resource of ['license', 'customer']) {
				server.answerWith(({ headers }) =>
					answer(resource, String(headers.authorization), other.url),
				);
				const search = searchList({ method, credentials: server.credentials });
				const [outcome] = await Promise.allSettled([search]);
				expect(server.requests[0].headers.authorization).toBe(`Bearer ${API_KEY}`);
				expectNoKey(outcome, logged);
				if (outcome.status === 'fulfilled') shown += outcome.value.results.length;
			}
		}
		expect(shown).toBeGreaterThan(0);
	},
	// Each answer that may pass is asked for again for some seconds.
	120_000,
);

test('a value of the user that holds the key is written back as it is, and comes out without it', async () => {
	const metadata = [{ key: 'note', value: `key ${API_KEY}`, locked: false }];
	server.answerWith(() => ({ body: enveloped({ ...LICENSE, metadata }) }));
	const { items } = await runNode({
		credentials: server.credentials,
		parameters: { ...PARAMETERS['license suspend'], resource: 'license', operation: 'suspend' },
	});
	const { body } = server.requests.find(({ method }) => method === 'PUT') as { body: IDataObject };
	expect(body.metadata).toContainEqual(metadata[0]);
	expect(items[0].json.metadata).toEqual([{ ...metadata[0], value: 'key …' }]);
});
