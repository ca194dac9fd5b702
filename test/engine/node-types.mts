import type {
	IExecuteFunctions,
	INodeType,
	INodeTypes,
	IVersionedNodeType,
	NodeOutput,
} from 'n8n-workflow';

import { NodeHelpers, RoutingNode } from './n8n.mts';

/** Node types by their full name. */
export type NodeTypesByName = Record<string, INodeType | IVersionedNodeType>;

/**
 * Makes the registry of node types that a workflow resolves its nodes with.
 *
 * @param types the node types by full name
 * @returns the registry; asking it for a type that it does not have throws
 */
export function createNodeTypes(types: NodeTypesByName): INodeTypes {
	const getByName = (name: string) => {
		const type = types[name];
		if (!type) throw new Error(`Unknown node type "${name}": pass a stand-in in "nodeTypes"`);
		return type;
	};
	return {
		getByName,
		getByNameAndVersion: (name, version) =>
			withExecute(NodeHelpers.getVersionedNodeType(getByName(name), version)),
		getKnownTypes: () => ({}),
	};
}

/**
 * Gives a declarative node its execute method, by the rules of n8n's own registry (`node-types` of
 * the n8n package): a node that has methods but no `requestDefaults` gets none.
 */
function withExecute(type: INodeType): INodeType {
	const isDeclarative = type.description.requestDefaults !== undefined;
	const hasOwnWay = type.execute ?? type.supplyData ?? type.poll ?? type.trigger;
	if (hasOwnWay || (!isDeclarative && (type.webhook ?? type.methods))) return type;

	type.execute = async function (this: IExecuteFunctions): Promise<NodeOutput> {
		// n8n-core types the context more narrowly than n8n calls it.
		const context = this as ConstructorParameters<typeof RoutingNode>[0];
		return (await new RoutingNode(context, type).runNode()) ?? [];
	};
	return type;
}
