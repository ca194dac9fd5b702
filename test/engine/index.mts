/**
 * Runs the built package through n8n's real execution engine, with real HTTP.
 * `npm run build` has to come first: the nodes are taken from `dist/`, as n8n takes them.
 */
export { CREDENTIAL_REFERENCE, type ForeignCredential } from './credentials.mts';
export { isThroughRouting, loadPackage, type LoadedPackage } from './package.mts';
export { runNode, LUKITTU_NODE, type NodeResult, type RunNodeOptions } from './run-node.mts';
export {
	outputItems,
	runWorkflow,
	type RunWorkflowOptions,
	type WorkflowJson,
	type WorkflowResult,
} from './run-workflow.mts';
export { searchList, type SearchListOptions } from './search-list.mts';
export { passThrough, standIn, staticItems } from './stand-ins.mts';
export { testCredential } from './test-credential.mts';
