import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunction,
	ICredentialTestRequest,
	IDataObject,
	INode,
	INodeCredentialTestResult,
	INodeType,
} from 'n8n-workflow';

import { createAdditionalData } from './additional-data.mts';
import { CREDENTIAL_REFERENCE, CREDENTIAL_TYPE, InMemoryCredentials } from './credentials.mts';
import {
	createEmptyRunExecutionData,
	CredentialTestContext,
	ExecuteContext,
	NodeHelpers,
	RoutingNode,
	Workflow,
} from './n8n.mts';
import { createNodeTypes } from './node-types.mts';
import { loadPackage, type LoadedPackage } from './package.mts';
import { passThrough } from './stand-ins.mts';

/** A request to send, and the node whose `requestDefaults` it is sent with. */
interface TestRequest {
	request: ICredentialTestRequest;
	nodeType: INodeType;
}

/**
 * Tests a credential as n8n does when a user saves it: with the `test` request of the credential
 * type, else with what the node names in `testedBy`. Follows n8n's own `credentials-tester`.
 *
 * @param data what the user typed in
 * @returns what the credential's window shows
 */
export async function testCredential(
	data: ICredentialDataDecryptedObject,
): Promise<INodeCredentialTestResult> {
	const loaded = await loadPackage();
	const helper = new InMemoryCredentials(loaded.credentials, data);
	const additionalData = createAdditionalData(helper, {});
	const decrypt = helper.getDecrypted.bind(helper, additionalData, CREDENTIAL_REFERENCE);
	const credential: ICredentialsDecrypted = {
		...CREDENTIAL_REFERENCE,
		type: CREDENTIAL_TYPE,
		data: await decrypt(CREDENTIAL_TYPE, 'internal'),
	};

	const test = findTest(loaded);
	if (!test) return { status: 'Error', message: 'No testing function found for this credential.' };
	if (typeof test === 'function') {
		return await test.call(new CredentialTestContext(additionalData), credential);
	}
	return await runRequest(test, credential, helper);
}

function findTest(loaded: LoadedPackage): ICredentialTestFunction | TestRequest | undefined {
	const { test } = loaded.credentials[CREDENTIAL_TYPE];
	if (test) return { request: test, nodeType: passThrough() };

	for (const type of Object.values(loaded.nodes)) {
		const nodeType = NodeHelpers.getVersionedNodeType(type);
		const { credentials = [] } = nodeType.description;
		const testedBy = credentials.find(({ name }) => name === CREDENTIAL_TYPE)?.testedBy;
		if (typeof testedBy === 'string') return nodeType.methods?.credentialTest?.[testedBy];
		if (testedBy) return { request: testedBy, nodeType };
	}
	return undefined;
}

/** Sends the test request through a stand-in node and words the outcome as n8n does. */
async function runRequest(
	test: TestRequest,
	credential: ICredentialsDecrypted,
	helper: InMemoryCredentials,
): Promise<INodeCredentialTestResult> {
	let body: IDataObject | undefined;
	try {
		const output = await createRoutingNode(test, credential, helper).runNode();
		body = output?.[0]?.[0]?.json;
	} catch (error) {
		return { status: 'Error', message: explain(error as RequestFault, test.request) };
	}
	for (const rule of test.request.rules ?? []) {
		if (rule.type !== 'responseSuccessBody') continue;
		const { key, value, message } = rule.properties;
		if (getPath(body, key) === value) return { status: 'Error', message };
	}
	return { status: 'OK', message: 'Connection successful!' };
}

function createRoutingNode(
	{ nodeType, request }: TestRequest,
	credential: ICredentialsDecrypted,
	helper: InMemoryCredentials,
) {
	const tested: INodeType = {
		description: {
			...nodeType.description,
			credentials: [{ name: CREDENTIAL_TYPE, required: true }],
			properties: [
				{
					displayName: 'Temp',
					name: 'temp',
					type: 'string',
					routing: { request: request.request },
					default: '',
				},
			],
		},
	};
	const node: INode = {
		id: 'temp',
		name: 'Temp-Node',
		type: 'test.credential',
		typeVersion: [tested.description.version].flat().at(-1) ?? 1,
		position: [0, 0],
		parameters: {},
		credentials: { [CREDENTIAL_TYPE]: CREDENTIAL_REFERENCE },
	};
	const workflow = new Workflow({
		nodes: [node],
		connections: {},
		active: false,
		nodeTypes: createNodeTypes({ [node.type]: tested }),
	});
	const context = new ExecuteContext(
		workflow,
		node,
		createAdditionalData(helper, node.parameters),
		'internal',
		createEmptyRunExecutionData(),
		0,
		[],
		{ main: [[{ json: {} }]] },
		{ node, data: {}, source: null },
		[],
	);
	return new RoutingNode(context, tested, credential);
}

/** What the request of a test is refused with: the HTTP client's fault is its cause. */
interface RequestFault extends Error {
	cause?: { code?: string; response?: { status: number; statusText: string } };
}

function explain({ cause, message }: RequestFault, { rules }: ICredentialTestRequest): string {
	if (!cause?.response) return cause?.code ?? message;

	const { status, statusText } = cause.response;
	for (const rule of rules ?? []) {
		if (rule.type === 'responseCode' && rule.properties.value === status) {
			return rule.properties.message;
		}
	}
	return statusText || `Received HTTP status code: ${status}`;
}

function getPath(data: IDataObject | undefined, path: string): unknown {
	return path.split('.').reduce<unknown>((value, key) => (value as IDataObject)?.[key], data);
}
