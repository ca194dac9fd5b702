/**
 * n8n's own packages, prepared for a run outside of n8n.
 *
 * They are taken with `createRequire`, not with `import`, for two reasons: the environment has to be
 * set before n8n-core reads it, and n8n-workflow ships an ESM and a CommonJS build whose classes
 * differ. The built node and n8n-core use the CommonJS one, so the harness has to as well.
 */
import { createRequire } from 'node:module';
import path from 'node:path';

// One folder for each jest worker, used again by the next run: n8n-core writes its key there, and
// under jest nothing would remove a temporary folder (no `exit` event reaches a test file).
const worker = process.env.JEST_WORKER_ID ?? 'main';
process.env.N8N_USER_FOLDER = path.resolve('node_modules/.cache/n8n-engine', worker);
process.env.N8N_ENCRYPTION_KEY = 'only-for-tests';
process.env.N8N_LOG_LEVEL = 'silent';

const requireFromRoot = createRequire(path.resolve('package.json'));

// n8n's dependency injection reads decorator metadata, so this one comes before n8n-core.
requireFromRoot('reflect-metadata');

export const {
	CredentialTestContext,
	ExecuteContext,
	ExecutionLifecycleHooks,
	ExternalSecretsProxy,
	HookContext,
	LoadOptionsContext,
	PackageDirectoryLoader,
	RoutingNode,
	WebhookContext,
	WorkflowExecute,
	getAdditionalKeys,
	resolveOutputSchemaPath,
} = requireFromRoot('n8n-core') as typeof import('n8n-core');

export const {
	ICredentialsHelper,
	NodeHelpers,
	Workflow,
	createEmptyRunExecutionData,
	createRunExecutionData,
	deepCopy,
	isExpression,
} = requireFromRoot('n8n-workflow') as typeof import('n8n-workflow');

export const { parseIncomingMessage } = requireFromRoot(
	'@n8n/backend-network',
) as typeof import('@n8n/backend-network');
