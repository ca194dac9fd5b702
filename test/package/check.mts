/**
 * Checks what would be published: `npm pack` lists only what belongs there, everything that
 * package.json names is in it, and the package needs nothing but n8n.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

interface PackageJson {
	dependencies?: object;
	overrides?: object;
	peerDependencies: object;
	scripts: Record<string, string>;
	n8n: { credentials: string[]; nodes: string[] };
}

const ROOT_FILES = ['LICENSE', 'README.md', 'package.json'];
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare'];

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as PackageJson;
const output = execFileSync('npm', ['pack', '--dry-run', '--json'], { encoding: 'utf8' });
const [{ files, size }] = JSON.parse(output) as [{ files: Array<{ path: string }>; size: number }];
const paths = files.map(({ path }) => path);

const { credentials, nodes } = manifest.n8n;
const needed = [...ROOT_FILES, ...credentials, ...nodes, 'dist/icons/lukittu.svg'];

const faults = [
	...paths
		.filter((path) => !path.startsWith('dist/') && !ROOT_FILES.includes(path))
		.map((path) => `must not be published: ${path}`),
	...needed.filter((path) => !paths.includes(path)).map((path) => `is missing: ${path}`),
	...INSTALL_SCRIPTS.filter((name) => name in manifest.scripts).map(
		(name) => `runs on the user's machine: script "${name}"`,
	),
	...(['dependencies', 'overrides'] as const)
		.filter((key) => manifest[key] && Object.keys(manifest[key]).length > 0)
		.map((key) => `a verified node has none: "${key}"`),
	...(JSON.stringify(manifest.peerDependencies) === '{"n8n-workflow":"*"}'
		? []
		: ['"peerDependencies" must be exactly n8n-workflow "*"']),
];

for (const fault of faults) console.error(`Package check: ${fault}`);
if (faults.length > 0) process.exit(1);
console.log(`Package check: ${paths.length} files, ${Math.round(size / 1024)} kB, as they must be`);
