import type {
	ICredentialDataDecryptedObject,
	INodeListSearchResult,
	INodeParameters,
} from 'n8n-workflow';

import { createAdditionalData } from './additional-data.mts';
import { CREDENTIAL_REFERENCE, CREDENTIAL_TYPE, InMemoryCredentials } from './credentials.mts';
import { LoadOptionsContext, Workflow } from './n8n.mts';
import { createNodeTypes } from './node-types.mts';
import { loadPackage } from './package.mts';
import { latestVersion, LUKITTU_NODE } from './run-node.mts';

export interface SearchListOptions {
	/** Name of the method in the node's `methods.listSearch`. */
	method: string;
	/** The node's parameters at that moment; what has its default may be left out. */
	parameters?: INodeParameters;
	/** What the user typed into the list. */
	filter?: string;
	/** What the previous page answered with. */
	paginationToken?: string;
	credentials: ICredentialDataDecryptedObject;
	nodeType?: string;
}

/**
 * Fills the list of a resource locator as the editor does ("From List").
 *
 * @returns one page of the list; what the method throws is thrown
 */
export async function searchList(options: SearchListOptions): Promise<INodeListSearchResult> {
	const { method, credentials, filter, paginationToken, nodeType = LUKITTU_NODE } = options;
	const { nodes, credentials: credentialTypes } = await loadPackage();
	const nodeTypes = createNodeTypes(nodes);
	const workflow = new Workflow({
		nodes: [
			{
				id: 'node',
				name: 'Temp-Node',
				type: nodeType,
				typeVersion: await latestVersion(nodeType),
				position: [0, 0],
				parameters: { ...options.parameters },
				credentials: { [CREDENTIAL_TYPE]: CREDENTIAL_REFERENCE },
			},
		],
		connections: {},
		active: false,
		nodeTypes,
	});

	const node = workflow.nodes['Temp-Node'];
	const { methods, description } = nodeTypes.getByNameAndVersion(nodeType, node.typeVersion);
	const search = methods?.listSearch?.[method];
	if (!search) throw new Error(`${description.name} has no list search "${method}"`);

	const helper = new InMemoryCredentials(credentialTypes, credentials);
	const additionalData = createAdditionalData(helper, node.parameters);
	const context = new LoadOptionsContext(workflow, node, additionalData, '');
	return await search.call(context, filter, paginationToken);
}
