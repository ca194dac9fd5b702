import type {
	ICredentialsHelper,
	INodeParameters,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';

import { ExternalSecretsProxy } from './n8n.mts';

const baseUrl = 'http://n8n.test';

async function notInHarness(): Promise<never> {
	throw new Error('The harness runs single workflows: no sub-workflows, agents or task runners');
}

/**
 * Makes what n8n hands to every execution beside the workflow: credentials and its own addresses.
 *
 * @param credentialsHelper where nodes get their credentials
 * @param currentNodeParameters the parameters of the node being edited, for list searches
 */
export function createAdditionalData(
	credentialsHelper: ICredentialsHelper,
	currentNodeParameters?: INodeParameters,
): IWorkflowExecuteAdditionalData {
	return {
		credentialsHelper,
		currentNodeParameters,
		currentNodeExecutionIndex: 0,
		externalSecretsProxy: new ExternalSecretsProxy(),
		executionId: 'test-execution',
		instanceBaseUrl: `${baseUrl}/`,
		restApiUrl: `${baseUrl}/rest`,
		formBaseUrl: `${baseUrl}/form`,
		formTestBaseUrl: `${baseUrl}/form-test`,
		formWaitingBaseUrl: `${baseUrl}/form-waiting`,
		mcpBaseUrl: `${baseUrl}/mcp`,
		mcpTestBaseUrl: `${baseUrl}/mcp-test`,
		webhookBaseUrl: `${baseUrl}/webhook`,
		webhookTestBaseUrl: `${baseUrl}/webhook-test`,
		webhookWaitingBaseUrl: `${baseUrl}/webhook-waiting`,
		variables: {},
		logAiEvent: () => {},
		executeWorkflow: notInHarness,
		startRunnerTask: notInHarness,
		getRunExecutionData: async () => undefined,
		getRuntimeCredential: async () => undefined,
	};
}
