import { strict as assert } from 'node:assert';

import type { LicenseRow, Sandbox } from '../test/sandbox/types.mts';

import { check } from './check.mts';
import { CommandFailed, DemoError, lastLines } from './errors.mts';
import { WORKFLOWS } from './import.mts';
import { n8n, type Instance } from './n8n.mts';
import { step } from './progress.mts';

const SOON_DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1000;

type Json = Record<string, unknown>;
/** How each node of a workflow ran, as n8n prints it: its first run, its first output. */
type RunData = Record<string, [{ data: { main: [Array<{ json: Json }>] } }]>;
/** What each node of a workflow put out, by the node's name. */
type Outputs = Record<string, Json[]>;

/** Runs both example workflows in n8n without a browser and checks what they did. */
export async function runExamples(instance: Instance, sandbox: Sandbox): Promise<void> {
	await runCreate(instance, sandbox);
	await runExpiring(instance, sandbox);
}

async function runCreate(instance: Instance, sandbox: Sandbox): Promise<void> {
	const before = new Set(sandbox.state.licenses.keys());
	const outputs = await execute(
		instance,
		WORKFLOWS.create.id,
		'Running "Create a license for a paid order"',
	);
	const [order] = outputs['Paid Order'];
	show(outputs['Create License']);

	const made = [...sandbox.state.licenses.values()].filter(({ id }) => !before.has(id));
	check('exactly one license was made, the one put out', () => {
		assert.deepEqual(
			outputs['Create License'].map(({ id }) => id),
			made.map(({ id }) => id),
		);
		assert.equal(made.length, 1);
	});
	const [license] = made;
	check("it belongs to the order's customer and product", () => {
		assert.deepEqual(license.customerIds, [order.customerId]);
		assert.deepEqual(license.productIds, [order.productId]);
	});
	check('it lasts 365 days from its activation', () => {
		assert.equal(license.expirationType, 'DURATION');
		assert.equal(license.expirationStart, 'ACTIVATION');
		assert.equal(license.expirationDays, 365);
		assert.equal(license.expirationDate, null);
	});
	check('it has the device limit and the order number', () => {
		assert.equal(license.hwidLimit, order.devices);
		assert.deepEqual(
			license.metadata.map(({ key, value, locked }) => ({ key, value, locked })),
			[{ key: 'order', value: order.orderNumber, locked: true }],
		);
	});
}

async function runExpiring(instance: Instance, sandbox: Sandbox): Promise<void> {
	const outputs = await execute(
		instance,
		WORKFLOWS.expiring.id,
		'Running "List licenses that expire soon"',
	);
	const listed = outputs['Renewal List'];
	show(listed);

	const all = [...sandbox.state.licenses.values()];
	const expected = all.filter((license) => expiresSoon(license, new Date()));
	check(`all ${all.length} licenses were read`, () => {
		assert.deepEqual(keys(outputs['Get All Licenses']), keys(all));
	});
	check(`the ${expected.length} that expire within ${SOON_DAYS} days are listed, no other`, () => {
		assert.ok(expected.length > 0);
		assert.deepEqual(keys(listed), keys(expected));
	});
}

async function execute(instance: Instance, id: string, title: string): Promise<Outputs> {
	const printed = await step(title, () =>
		n8n(instance, 'execute', `--id=${id}`, '--rawOutput').catch(tellWhyItStopped),
	);
	// Messages come before and after the result.
	const [json] = /^\{$[^]*?^\}$/m.exec(printed) ?? [];
	if (!json) throw new DemoError(`n8n printed no result:\n\n${printed}`);
	const result = JSON.parse(json) as { data: { resultData: { runData: RunData } } };
	return Object.fromEntries(
		Object.entries(result.data.resultData.runData).map(([node, [run]]) => [
			node,
			run.data.main[0].map((item) => item.json),
		]),
	);
}

/** n8n prints the whole execution, and then what went wrong. */
function tellWhyItStopped(error: unknown): never {
	if (!(error instanceof CommandFailed)) throw error;
	const [, reason = lastLines(error.output)] = /^=+\n(.*)$/m.exec(error.output) ?? [];
	throw new DemoError(
		`The workflow did not run to its end: ${reason}`,
		`The whole log: ${error.logFile}`,
	);
}

function expiresSoon({ expirationDate, suspended }: LicenseRow, now: Date): boolean {
	if (!expirationDate || suspended) return false;
	const left = expirationDate.getTime() - now.getTime();
	return left > 0 && left <= SOON_DAYS * DAY_MS;
}

function keys(licenses: Iterable<{ licenseKey?: unknown }>): unknown[] {
	return Array.from(licenses, ({ licenseKey }) => licenseKey).sort();
}

function show(items: Json[]): void {
	for (const item of items) console.log(`      ${JSON.stringify(item)}`);
}
