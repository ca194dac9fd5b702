import { existsSync } from 'node:fs';
import path from 'node:path';
import type { CodexData, ICredentialType, INodeType, IVersionedNodeType } from 'n8n-workflow';

import { PackageDirectoryLoader } from './n8n.mts';

/** The built package, as n8n holds it after loading. */
export interface LoadedPackage {
	/** Node types by their full name, such as `n8n-nodes-lukittu.lukittu`. */
	nodes: Record<string, INodeType | IVersionedNodeType>;
	/** Credential types by name. */
	credentials: Record<string, ICredentialType>;
	/** Codex (categories, aliases, links) by the full name of the node type. */
	codex: Record<string, CodexData | undefined>;
}

/**
 * Whether the action node runs through n8n's routing, without its `customOperations`: as where an AI
 * agent calls it as its tool, or in an n8n before 1.82.
 */
export const isThroughRouting = process.env.LUKITTU_THROUGH_ROUTING === 'true';

let loading: Promise<LoadedPackage> | undefined;

/**
 * Loads the built package in the working directory with n8n's own loader: class names from file
 * names, codex from `*.node.json`, icons resolved, "Request Options" added. Loads once.
 *
 * @returns the node types, credential types and codex of the package
 */
export async function loadPackage(): Promise<LoadedPackage> {
	loading ??= load(process.cwd());
	return await loading;
}

async function load(directory: string): Promise<LoadedPackage> {
	if (!existsSync(path.join(directory, 'dist'))) {
		throw new Error(`There is no dist folder in ${directory}: run "npm run build" first`);
	}
	const loader = new PackageDirectoryLoader(directory);
	await loader.loadAll();

	const loaded: LoadedPackage = { nodes: {}, credentials: {}, codex: {} };
	for (const [name, { type }] of Object.entries(loader.nodeTypes)) {
		if (isThroughRouting && 'customOperations' in type) delete type.customOperations;
		const fullName = `${loader.packageName}.${name}`;
		loaded.nodes[fullName] = type;
		loaded.codex[fullName] = type.description.codex;
	}
	for (const [name, { type }] of Object.entries(loader.credentialTypes)) {
		loaded.credentials[name] = type;
	}
	return loaded;
}
