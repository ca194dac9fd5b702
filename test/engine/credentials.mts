import type {
	ICredentialDataDecryptedObject,
	ICredentials,
	ICredentialsExpressionResolveValues,
	ICredentialType,
	IExecuteData,
	IHttpRequestOptions,
	INode,
	INodeCredentialsDetails,
	INodeParameters,
	INodeProperties,
	IRequestOptionsSimplified,
	IWorkflowDataProxyAdditionalKeys,
	IWorkflowExecuteAdditionalData,
	Workflow as WorkflowType,
	WorkflowExecuteMode,
} from 'n8n-workflow';

import { createNodeTypes } from './node-types.mts';
import {
	getAdditionalKeys,
	ICredentialsHelper,
	isExpression,
	NodeHelpers,
	Workflow,
} from './n8n.mts';
import { passThrough } from './stand-ins.mts';

/** The credential type of the package. */
export const CREDENTIAL_TYPE = 'lukittuApi';

/** What a node holds of its credential: the stored one is found by this. */
export const CREDENTIAL_REFERENCE = { id: 'test-credential', name: 'Lukittu account' };

/** A credential that is not the package's, for a node that is not either. */
export interface ForeignCredential {
	type: ICredentialType;
	data: ICredentialDataDecryptedObject;
}

/**
 * The credential of a test, kept in memory. What n8n does between the stored data and the request
 * (defaults, expressions in the data, `authenticate`) follows its own `credentials-helper`.
 */
export class InMemoryCredentials extends ICredentialsHelper {
	private readonly types: Record<string, ICredentialType>;

	/** What the user typed in, by credential type. */
	private readonly stored = new Map<string, ICredentialDataDecryptedObject>();

	/**
	 * @param types the credential types of the package
	 * @param data what the user typed in; without it, nodes that ask for the credential fail
	 * @param foreign credentials of other packages
	 */
	constructor(
		types: Record<string, ICredentialType>,
		data: ICredentialDataDecryptedObject | undefined,
		foreign: ForeignCredential[] = [],
	) {
		super();
		const others = foreign.map(({ type }) => [type.name, type] as const);
		this.types = { ...types, ...Object.fromEntries(others) };
		if (data) this.stored.set(CREDENTIAL_TYPE, data);
		for (const { type, data: typed } of foreign) this.stored.set(type.name, typed);
	}

	getParentTypes(): string[] {
		return [];
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	getCredentialsProperties(type: string): INodeProperties[] {
		return this.getType(type).properties;
	}

	async getDecrypted(
		additionalData: IWorkflowExecuteAdditionalData,
		_nodeCredentials: INodeCredentialsDetails,
		type: string,
		mode: WorkflowExecuteMode,
		executeData?: IExecuteData,
		raw?: boolean,
		resolveWith?: ICredentialsExpressionResolveValues,
	): Promise<ICredentialDataDecryptedObject> {
		const stored = this.stored.get(type);
		if (!stored) throw new Error(`The test gives no "${type}"`);
		if (raw) return stored;

		const data = this.applyDefaults(type, stored);
		const keys = getAdditionalKeys(additionalData, mode, null, { isCredential: true });
		const resolved = resolveWith
			? resolveInRun(data, resolveWith, mode, keys, executeData)
			: resolveAlone(data, mode, keys);
		return resolved as ICredentialDataDecryptedObject;
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		typeName: string,
		incoming: IHttpRequestOptions | IRequestOptionsSimplified,
		workflow: WorkflowType,
		node: INode,
	): Promise<IHttpRequestOptions> {
		const options = incoming as IHttpRequestOptions;
		const { authenticate } = this.getType(typeName);
		if (typeof authenticate === 'function') return await authenticate(credentials, options);
		if (authenticate?.type !== 'generic') return options;

		const resolve = (value: unknown) => resolveValue(value, credentials, workflow, node);
		const target = options as unknown as Record<string, Record<string, unknown>>;
		target.headers ??= {};
		for (const [place, values] of Object.entries(authenticate.properties)) {
			target[place] ??= {};
			for (const [key, value] of Object.entries(values as Record<string, unknown>)) {
				target[place][String(resolve(key))] = resolve(value);
			}
		}
		return options;
	}

	async preAuthentication(
		_helpers: unknown,
		_credentials: ICredentialDataDecryptedObject,
		typeName: string,
	): Promise<undefined> {
		if (this.getType(typeName).preAuthentication) {
			throw new Error('The harness has no preAuthentication: no credential of the package uses it');
		}
	}

	async runPreAuthentication(): Promise<undefined> {
		return undefined;
	}

	async getCredentials(): Promise<ICredentials> {
		throw new Error('The harness keeps no encrypted credentials');
	}

	async updateCredentials(): Promise<void> {
		throw new Error('The harness keeps no encrypted credentials');
	}

	async updateCredentialsOauthTokenData(): Promise<void> {
		throw new Error('The harness keeps no encrypted credentials');
	}

	private applyDefaults(type: string, data: ICredentialDataDecryptedObject): INodeParameters {
		const properties = this.getCredentialsProperties(type);
		const parameters = data as INodeParameters;
		return NodeHelpers.getNodeParameters(properties, parameters, true, false, null, null) ?? {};
	}

	private getType(name: string): ICredentialType {
		const type = this.types[name];
		if (!type) throw new Error(`The package has no credential type "${name}"`);
		return type;
	}
}

function resolveValue(
	value: unknown,
	credentials: ICredentialDataDecryptedObject,
	workflow: WorkflowType,
	node: INode,
): unknown {
	if (!isExpression(value)) return value;
	const keys = { $credentials: credentials };
	const resolve = workflow.expression.getSimpleParameterValue.bind(workflow.expression);
	const resolved = resolve(node, value as string, 'internal', keys, undefined, '');
	return resolved ? resolved.toString() : '';
}

/** Resolves expressions in credential data where a run is under way: they may name its items. */
function resolveInRun(
	data: INodeParameters,
	run: ICredentialsExpressionResolveValues,
	mode: WorkflowExecuteMode,
	keys: IWorkflowDataProxyAdditionalKeys,
	executeData: IExecuteData | undefined,
) {
	return run.workflow.expression.getParameterValue(
		data,
		run.runExecutionData,
		run.runIndex,
		run.itemIndex,
		run.node.name,
		run.connectionInputData,
		mode,
		keys,
		executeData,
		false,
		data,
	);
}

/** Resolves expressions in credential data where there is no run, as in the editor. */
function resolveAlone(
	data: INodeParameters,
	mode: WorkflowExecuteMode,
	keys: IWorkflowDataProxyAdditionalKeys,
) {
	const node: INode = {
		id: '',
		name: '',
		type: 'placeholder',
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
	};
	const { expression } = new Workflow({
		nodes: [node],
		connections: {},
		active: false,
		nodeTypes: createNodeTypes({ [node.type]: passThrough() }),
	});
	return expression.getComplexParameterValue(node, data, mode, keys, undefined, undefined, data);
}
