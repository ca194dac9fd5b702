import {
	LUKITTU_NODE,
	loadPackage,
	outputItems,
	passThrough,
	runNode,
	runWorkflow,
	searchList,
	staticItems,
	testCredential,
} from './index.mts';
import { startSandbox, type Sandbox } from '../sandbox/server.mts';

const CREATE = { resource: 'license', operation: 'create', expirationType: 'NEVER' };
const GET_MANY = { resource: 'license', operation: 'getAll' };
/** An answer that no retry inside the node turns into a success. */
const REFUSAL = { status: 400, details: 'Refused by the test' };

let sandbox: Sandbox;
let credentials: { apiKey: string; teamId: string; baseUrl: string };

beforeEach(async () => {
	sandbox = await startSandbox();
	credentials = { apiKey: sandbox.apiKey, teamId: sandbox.teamId, baseUrl: sandbox.url };
});

afterEach(async () => await sandbox.close());

describe('loading the package', () => {
	it('finds the node, its codex and the credential type', async () => {
		const { nodes, credentials: credentialTypes, codex } = await loadPackage();

		expect(nodes[LUKITTU_NODE]?.description.displayName).toBe('Lukittu');
		expect(codex[LUKITTU_NODE]?.categories).toBeDefined();
		expect(credentialTypes.lukittuApi?.displayName).toBe('Lukittu API');
	});
});

describe('running the node', () => {
	it('sends real requests that carry the credential', async () => {
		sandbox.addLicense();

		const { items, error, status } = await runNode({ parameters: GET_MANY, credentials });

		expect({ error, status }).toEqual({ error: undefined, status: 'success' });
		expect(items).toHaveLength(1);
		expect(sandbox.requests[0]).toMatchObject({
			method: 'GET',
			path: `/api/v1/dev/teams/${sandbox.teamId}/licenses`,
			headers: { authorization: `Bearer ${sandbox.apiKey}` },
		});
	});

	it('resolves expressions in parameters for each item', async () => {
		const { items } = await runNode({
			parameters: { ...CREATE, additionalFields: { ipLimit: '={{ $json.seats + 1 }}' } },
			items: [{ seats: 1 }, { seats: 2 }, { seats: 3 }],
			credentials,
		});

		expect(items.map(({ json, pairedItem }) => ({ limit: json.ipLimit, pairedItem }))).toEqual([
			{ limit: 2, pairedItem: { item: 0 } },
			{ limit: 3, pairedItem: { item: 1 } },
			{ limit: 4, pairedItem: { item: 2 } },
		]);
	});

	it('resolves expressions in the credential', async () => {
		const withExpression = { ...credentials, apiKey: `={{ "${sandbox.apiKey}" }}` };

		const { status } = await runNode({ parameters: GET_MANY, credentials: withExpression });

		expect(status).toBe('success');
	});

	it('gives the workflow time zone to expressions', async () => {
		const { items } = await runNode({
			parameters: { ...CREATE, additionalFields: { ipLimit: '={{ $now.zoneName.length }}' } },
			settings: { timezone: 'Asia/Tokyo' },
			credentials,
		});

		expect(items[0]?.json.ipLimit).toBe('Asia/Tokyo'.length);
	});

	it('runs without a credential as n8n does: the node refuses', async () => {
		const { error } = await runNode({ parameters: GET_MANY });

		expect(error?.message).toBe('Node does not have any credentials set');
	});
});

describe('running a workflow', () => {
	it('runs the package among stand-ins for other nodes, and keeps pairs of items traceable', async () => {
		const node = { typeVersion: 1, position: [0, 0] as [number, number], parameters: {} };
		const to = (name: string) => ({ main: [[{ node: name, type: 'main' as const, index: 0 }]] });

		const { runData, status } = await runWorkflow({
			workflow: {
				nodes: [
					{ ...node, id: '1', name: 'Manual', type: 'n8n-nodes-base.manualTrigger' },
					{ ...node, id: '2', name: 'Orders', type: 'test.orders' },
					{ ...node, id: '3', name: 'Create', type: LUKITTU_NODE, parameters: CREATE },
					{ ...node, id: '4', name: 'After', type: 'test.after' },
				],
				connections: { Manual: to('Orders'), Orders: to('Create'), Create: to('After') },
			},
			nodeTypes: {
				'test.orders': staticItems([{ json: { order: 1 } }, { json: { order: 2 } }]),
				'test.after': passThrough(),
			},
			credentials,
		});

		expect(status).toBe('success');
		expect(
			outputItems(runData, 'Create')
				.map(({ json }) => json.id)
				.sort(),
		).toEqual([...sandbox.state.licenses.keys()].sort());
		expect(outputItems(runData, 'After').map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 1 },
		]);
	});

	it('names a node type that it has no stand-in for', async () => {
		const node = { id: '1', name: 'A', type: 'n8n-nodes-base.set', typeVersion: 1, parameters: {} };

		const run = runWorkflow({
			workflow: { nodes: [{ ...node, position: [0, 0] }], connections: {} },
		});

		await expect(run).rejects.toThrow('Unknown node type "n8n-nodes-base.set"');
	});
});

describe('when the node fails', () => {
	beforeEach(() => sandbox.addFault({ method: 'POST', kind: REFUSAL }));

	it('records the error and ends the execution', async () => {
		const { items, error, status } = await runNode({ parameters: CREATE, credentials });

		expect(items).toEqual([]);
		expect(error?.message).toContain('Refused by the test');
		expect(status).toBe('error');
	});

	it('puts error items into the main output with "Continue"', async () => {
		const { items, error, status } = await runNode({
			parameters: CREATE,
			items: [{}, {}],
			onError: 'continueRegularOutput',
			credentials,
		});

		expect(error).toBeUndefined();
		expect(status).toBe('success');
		expect(items.filter(({ json }) => 'error' in json)).toHaveLength(1);
		expect(items).toHaveLength(2);
	});

	it('puts error items into the error output with "Continue (using error output)"', async () => {
		const { items, errorItems } = await runNode({
			parameters: CREATE,
			items: [{}, {}],
			onError: 'continueErrorOutput',
			credentials,
		});

		expect(items).toHaveLength(1);
		expect(errorItems).toHaveLength(1);
		expect(errorItems[0]?.json.error).toContain('Refused by the test');
	});

	it('runs it again with "Retry On Fail"', async () => {
		const { items, status } = await runNode({
			parameters: CREATE,
			retryOnFail: true,
			waitBetweenTries: 1,
			credentials,
		});

		expect(status).toBe('success');
		expect(items).toHaveLength(1);
		expect(sandbox.requests.map((request) => request.status)).toEqual([400, 200]);
	});
});

describe('cancelling', () => {
	it('aborts a request in flight', async () => {
		sandbox.addFault({ kind: 'hang', times: 100 });
		const arrived = new Promise<void>((resolve) => {
			sandbox.onRequest = () => resolve();
		});

		const { items, status } = await runNode({
			parameters: GET_MANY,
			cancelAfter: arrived,
			credentials,
		});

		expect(status).toBe('canceled');
		expect(items).toEqual([]);
	});
});

describe('in the editor', () => {
	it('fills lists', async () => {
		const license = sandbox.addLicense();

		const { results } = await searchList({ method: 'searchLicenses', credentials });

		expect(results.map(({ value }) => value)).toEqual([license.id]);
	});

	it('tests the credential', async () => {
		const wrong = { ...credentials, apiKey: 'wrong' };

		expect(await testCredential(credentials)).toMatchObject({ status: 'OK' });
		expect(await testCredential(wrong)).toMatchObject({ status: 'Error' });
	});
});
