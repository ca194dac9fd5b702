import type { IDataObject, INodeType } from 'n8n-workflow';

import { outputItems, standIn } from '../engine/index.mts';
import { startTrigger, type RunningTrigger } from '../engine/webhook.mts';
import { licensePayload } from '../sandbox/license-view.mts';
import { startSandbox, type LicenseSeed, type Sandbox } from '../sandbox/server.mts';
import type { LicenseRow } from '../sandbox/types.mts';
import { delivery, post, SECRET } from '../trigger/support.mts';
import { nodesOfExamples, readExample, runExample, withParameters } from './support.mts';

const DAY_MS = 24 * 60 * 60 * 1000;

let sandbox: Sandbox;
let trigger: RunningTrigger;
/** What the node at the workflow's end was called with. */
let calls: IDataObject[];
/** The data table. */
let table: IDataObject[];

beforeEach(async () => {
	sandbox = await startSandbox();
	calls = [];
	table = [];
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
	trigger = await startTrigger({
		workflow: await readExample(file),
		secret: { signingSecret: SECRET },
		nodeTypes: {
			...nodesOfExamples([], { table }),
			'n8n-nodes-base.discord': keeping('content'),
			'n8n-nodes-base.httpRequest': keeping('method', 'url'),
		},
	});
	expect(await trigger.activate()).toBe(true);
}

/** Sends what Lukittu sends of a new license, and waits for the workflow's end. */
async function send(event: string, fields: LicenseSeed = {}): Promise<string> {
	return await tell(event, sandbox.addLicense(fields));
}

/** Sends what Lukittu sends of a license, and waits for the workflow's end. */
async function tell(event: string, license: LicenseRow): Promise<string> {
	const request = delivery(event, licensePayload(license, sandbox.state));
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
		const [{ json }] = outputItems(run?.data.resultData.runData ?? {}, 'Nothing to Do');
		expect(json.why).toContain('no metadata entry seatId');
		expect(calls).toEqual([]);
	});
});

describe('What did Lukittu not tell us: daily comparison', () => {
	const FILE = 'daily-comparison';

	beforeEach(() => start(FILE));

	const morning = async () => {
		const run = await runExample(sandbox, FILE, {}, { startNode: 'Every Morning', table });
		expect(run.result.error).toBeUndefined();
		return run;
	};
	const change = (license: LicenseRow, changes: Partial<LicenseRow>, after = 1000) => {
		const updatedAt = new Date(license.updatedAt.getTime() + after);
		Object.assign(license, changes, { updatedAt });
	};
	const reported = (text: string) =>
		text.split('\n').filter((line) => /^\w+: [A-Z0-9]{5}-/.test(line));

	test('says that all was told where it was', async () => {
		const [created, updated, deleted] = [1, 2, 3].map(() => sandbox.addLicense());
		for (const license of [created, updated, deleted]) await tell('LICENSE_CREATED', license);
		change(updated, { suspended: true });
		await tell('LICENSE_UPDATED', updated);
		sandbox.state.licenses.delete(deleted.id);
		await tell('LICENSE_DELETED', deleted);
		// Using a license is no change of it.
		change(created, { lastActiveAt: new Date() });
		const { mails, outputOf } = await morning();

		expect(mails).toEqual([]);
		expect(outputOf('Nothing to Do')[0].why).toBe('All 2 licenses are as the events said');
	});

	test('tells what was created, changed and deleted without an event, once', async () => {
		const [untold, changed, deleted, told] = [1, 2, 3, 4].map(() => sandbox.addLicense());
		for (const license of [changed, deleted, told]) await tell('LICENSE_CREATED', license);
		change(changed, { hwidLimit: 7 });
		sandbox.state.licenses.delete(deleted.id);
		const { mails } = await morning();

		expect(mails).toHaveLength(1);
		expect(mails[0].subject).toBe('What Lukittu did not tell us: 3');
		const lines = reported(mails[0].text);
		expect(lines.map((line) => line.replace(/ \(.*/, '')).sort()).toEqual([
			`created: ${untold.licenseKey}`,
			`deleted: ${deleted.licenseKey}`,
			`updated: ${changed.licenseKey}`,
		]);
		expect((await morning()).mails).toEqual([]);
	});

	test.each<[string, Partial<LicenseRow>]>([
		['suspension', { suspended: true }],
		['key', { licenseKey: 'AAAA1-BBBB2-CCCC3-DDDD4-EEEE5' }],
		['IP address limit', { ipLimit: 3 }],
		['expiry', { expirationType: 'DATE', expirationDate: new Date('2099-01-01') }],
	])('sees a change of the %s', async (_, changes) => {
		const license = sandbox.addLicense();
		await tell('LICENSE_CREATED', license);
		change(license, changes);

		expect((await morning()).mails).toHaveLength(1);
	});

	test('events that come late, in another order or twice make no difference', async () => {
		const license = sandbox.addLicense();
		const before = { ...license };
		change(license, { suspended: true });
		const deleted = sandbox.addLicense();
		sandbox.state.licenses.delete(deleted.id);
		await tell('LICENSE_UPDATED', license);
		await tell('LICENSE_CREATED', before);
		await tell('LICENSE_DELETED', deleted);
		await tell('LICENSE_CREATED', deleted);

		expect((await morning()).mails).toEqual([]);
	});

	test('what was missed and comes later is not told again', async () => {
		const license = sandbox.addLicense();
		expect((await morning()).mails).toHaveLength(1);
		await tell('LICENSE_CREATED', license);
		sandbox.state.licenses.delete(license.id);
		expect((await morning()).mails).toHaveLength(1);
		await tell('LICENSE_DELETED', license);

		expect((await morning()).mails).toEqual([]);
	});

	test('a team without licenses has nothing to compare', async () => {
		const { outputOf } = await morning();

		expect(outputOf('Nothing to Do')[0].why).toBe('All 0 licenses are as the events said');
	});
});
