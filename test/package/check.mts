/**
 * Checks what would be published: `npm pack` lists only what belongs there, everything that
 * package.json names and every output schema is in it, and the package needs nothing but n8n.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

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
// What n8n shows of an output before the first run; without them it shows nothing, and says nothing.
const schemas = readdirSync('nodes', { recursive: true, encoding: 'utf8' })
	.map((file) => `dist/nodes/${file.replaceAll('\\', '/')}`)
	.filter((file) => file.includes('/__schema__/') && file.endsWith('.json'));
const needed = [...ROOT_FILES, ...credentials, ...nodes, ...schemas, 'dist/icons/lukittu.svg'];

const faults = [
	...paths
		.filter((path) => !path.startsWith('dist/') && !ROOT_FILES.includes(path))
		.map((path) => `must not be published: ${path}`),
	...(schemas.length > 0 ? [] : ['no output schema found below nodes/']),
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
