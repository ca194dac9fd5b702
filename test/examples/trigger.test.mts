import { readFile } from 'node:fs/promises';
import type { IDataObject, INodeType } from 'n8n-workflow';

import { outputItems, standIn, type WorkflowJson } from '../engine/index.mts';
import { startTrigger, type RunningTrigger } from '../engine/webhook.mts';
import { licenseView } from '../sandbox/license-view.mts';
import { startSandbox, type LicenseSeed, type Sandbox } from '../sandbox/server.mts';
import { delivery, post, SECRET } from '../trigger/support.mts';
import { filter, withParameters } from './support.mts';

const DAY_MS = 24 * 60 * 60 * 1000;

let sandbox: Sandbox;
let trigger: RunningTrigger;
/** What the node at the workflow's end was called with. */
let calls: IDataObject[];

beforeEach(async () => {
	sandbox = await startSandbox();
	calls = [];
});

afterEach(async () => {
	await trigger.close();
	await sandbox.close();
});

/** A node that needs an account elsewhere: keeps what it would send. */
function keeping(...fields: string[]): INodeType {
	const node = standIn(async function () {
		const items = this.getInputData();
		items.forEach((_, index) => {
			const values = fields.map((name) => [name, this.getNodeParameter(name, index)]);
			calls.push(Object.fromEntries(values) as IDataObject);
		});
		return [items];
	});
	return withParameters(
		node,
		fields.map((name) => ({ name })),
	);
}

async function start(file: string): Promise<void> {
	const url = new URL(`../../examples/${file}.json`, import.meta.url);
	trigger = await startTrigger({
		workflow: JSON.parse(await readFile(url, 'utf8')) as WorkflowJson,
		secret: { signingSecret: SECRET },
		nodeTypes: {
			'n8n-nodes-base.discord': keeping('content'),
			'n8n-nodes-base.filter': filter(),
			'n8n-nodes-base.httpRequest': keeping('method', 'url'),
		},
	});
	expect(await trigger.activate()).toBe(true);
}

/** Sends what Lukittu sends of a license, and waits for the workflow's end. */
async function send(event: string, fields: LicenseSeed = {}): Promise<string> {
	const license = sandbox.addLicense(fields);
	const request = delivery(event, licenseView(license, sandbox.state));
	expect((await post(trigger.url, request)).status).toBe(200);
	for (const { run } of trigger.executions) expect((await run)?.status).toBe('success');
	return license.licenseKey;
}

describe('Tell Discord about new licenses', () => {
	beforeEach(() => start('new-license-to-discord'));

	test.each<[string, LicenseSeed, string]>([
		['never expires', {}, 'never expires'],
		[
			'ends at a date',
			{ expirationType: 'DATE', expirationDate: new Date(Date.now() + 90.5 * DAY_MS) },
			'expires in 90 days',
		],
		[
			'begins with its first use',
			{ expirationType: 'DURATION', expirationStart: 'ACTIVATION', expirationDays: 365 },
			'365 days from its first use',
		],
	])('a license that %s is posted without its key', async (_, fields, expiry) => {
		const productIds = [sandbox.addProduct({ name: 'Orbit Editor' }).id];
		const key = await send('LICENSE_CREATED', { ...fields, productIds });

		expect(calls).toEqual([
			{ content: `New license for Orbit Editor: …${key.slice(-5)}, ${expiry}` },
		]);
	});

	test('a license without a product is posted, a changed one is not', async () => {
		const key = await send('LICENSE_CREATED');
		await send('LICENSE_UPDATED');

		expect(calls).toEqual([
			{ content: `New license for no product: …${key.slice(-5)}, never expires` },
		]);
	});
});

describe('When a license is deleted, free its seat elsewhere', () => {
	beforeEach(() => start('deleted-license-frees-seat'));

	const seat = (value: string) => ({ metadata: [{ key: 'seatId', value, locked: true }] });

	test('the seat in its metadata is freed', async () => {
		await send('LICENSE_DELETED', seat('a/17'));
		await send('LICENSE_CREATED', seat('a/18'));

		expect(calls).toEqual([{ method: 'DELETE', url: 'https://seats.example.com/seats/a%2F17' }]);
	});

	test('a license without a seat frees none', async () => {
		await send('LICENSE_DELETED', { metadata: [{ key: 'order', value: '1', locked: true }] });

		const run = await trigger.executions[0].run;
		expect(outputItems(run?.data.resultData.runData ?? {}, 'Lukittu Trigger')).toHaveLength(1);
		expect(calls).toEqual([]);
	});
});
