import { readdirSync, readFileSync } from 'node:fs';

import type { INode } from 'n8n-workflow';

import type { WorkflowJson } from '../engine/index.mts';
import { startShop } from '../license/support.mts';
import { PLACEHOLDER, PRODUCT, runExample } from './support.mts';

type Example = WorkflowJson & {
	name: string;
	pinData: Record<string, Array<{ json: Record<string, unknown> }>>;
};

const FOLDER = new URL('../../examples/', import.meta.url);
const FILES = readdirSync(FOLDER).map((file) => file.replace('.json', ''));
const textOf = (file: string) => readFileSync(new URL(`${file}.json`, FOLDER), 'utf8');
const read = (file: string) => JSON.parse(textOf(file)) as Example;
const isTrigger = ({ type }: INode) => type.endsWith('Trigger');
const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

describe.each(FILES)('examples/%s.json', (file) => {
	const example = read(file);
	const names = example.nodes.map(({ name }) => name);

	test('has a sample for each trigger, and samples for its own nodes only', () => {
		const triggers = example.nodes.filter(isTrigger).map(({ name }) => name);
		expect(triggers.length).toBeGreaterThan(0);
		for (const name of triggers) expect(example.pinData[name]).toHaveLength(1);
		expect(names).toEqual(expect.arrayContaining(Object.keys(example.pinData)));
	});

	test('connects all nodes but its notes, by their names', () => {
		const targets = Object.values(example.connections).flatMap(({ main }) =>
			main.flatMap((outputs) => (outputs ?? []).map(({ node }) => node)),
		);
		const reached = example.nodes
			.filter((node) => !isTrigger(node) && !node.type.endsWith('stickyNote'))
			.map(({ name }) => name);
		expect([...new Set(targets)].sort()).toEqual(reached.sort());
		expect(names).toEqual(expect.arrayContaining(Object.keys(example.connections)));
		expect(new Set(names).size).toBe(names.length);
		expect(new Set(example.nodes.map(({ id }) => id)).size).toBe(names.length);
	});

	test('names nodes in its expressions that are there', () => {
		const named = [...textOf(file).matchAll(/\$\('([^']+)'\)/g)].map(([, name]) => name);
		expect(names).toEqual(expect.arrayContaining(named));
	});

	test('has no ID that could be of a real product or customer', () => {
		const parameters = JSON.stringify(example.nodes.map((node) => node.parameters.products));
		expect(parameters).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
	});

	test('is in the README, with its name', () => {
		expect(README).toContain(`[${example.name}](examples/${file}.json)`);
	});
});

test.each(FILES.filter((file) => read(file).nodes.some(({ type }) => /stripe/.test(type))))(
	'%s runs with its samples, once a product is put in',
	async (file) => {
		const { sandbox } = await startShop();
		sandbox.addProduct({ id: PRODUCT, name: 'Orbit Editor' });
		const [{ json }] = read(file).pinData.Stripe;
		const { result } = await runExample(sandbox, file, json as never);
		await sandbox.close();

		expect(result.error).toBeUndefined();
		expect(result.status).toBe('success');
	},
);

test('the sheet of the import has a placeholder for the product, too', () => {
	const rows = read('import-from-sheet').pinData.Rows;
	expect(rows.map(({ json }) => json.product)).toEqual(rows.map(() => PLACEHOLDER));
});
