import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { delivery, post } from './support.mts';

const CHILD = path.resolve('test/trigger/second-process.mts');
const EVENT = 'LICENSE_CREATED';

let folder: string;
let file: string;
let workflowId: string;
let children: ChildProcess[];

beforeEach(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'lukittu-trigger-'));
	file = path.join(folder, 'static-data.json');
	await writeFile(file, '{}');
	workflowId = randomUUID();
	children = [];
});

afterEach(async () => {
	await Promise.all(children.map(stop));
	await rm(folder, { recursive: true });
});

async function stop(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null) return;
	const ended = once(child, 'exit');
	child.disconnect();
	await ended;
}

/** Starts an n8n that runs the workflow, and tells its address. */
async function startProcess(): Promise<string> {
	const child = fork(CHILD, [file, workflowId], {
		execArgv: ['--import', 'tsx', '--no-warnings'],
		// Each needs a folder of its own for what n8n writes when it starts.
		env: { ...process.env, JEST_WORKER_ID: `trigger-${children.length}` },
	});
	children.push(child);
	const [url] = (await once(child, 'message')) as [string];
	return url;
}

async function send(url: string, id: string, event = EVENT): Promise<string> {
	return (await post(url, delivery(event, { id }))).body;
}

const STARTED = '{"message":"Workflow was started"}';
const REPEAT = '{"message":"This event was received before"}';

test('an event that one process started is a repeat in another, and after a restart', async () => {
	const [one, other] = await Promise.all([startProcess(), startProcess()]);
	expect(await send(one, 'a')).toBe(STARTED);
	expect(await send(other, 'a')).toBe(REPEAT);
	expect(await send(other, 'b')).toBe(STARTED);

	await Promise.all(children.map(stop));
	const restarted = await startProcess();
	expect(await send(restarted, 'a')).toBe(REPEAT);
	expect(await send(restarted, 'b')).toBe(REPEAT);
	expect(await send(restarted, 'c')).toBe(STARTED);
}, 120_000);

test('a request that one process had is refused in another under the name of another event', async () => {
	const [one, other] = await Promise.all([startProcess(), startProcess()]);
	const request = delivery(EVENT, { id: 'a' });
	const headers = { ...request.headers, 'X-Lukittu-Event': 'LICENSE_DELETED' };
	expect((await post(one, request)).status).toBe(200);
	expect((await post(other, { ...request, headers })).status).toBe(401);
}, 120_000);

test('what another process saved in between is not lost by what this one saves', async () => {
	const [one, other] = await Promise.all([startProcess(), startProcess()]);
	await send(one, 'a');
	await send(other, 'b');
	await send(one, 'c');

	await Promise.all(children.map(stop));
	const restarted = await startProcess();
	for (const id of ['a', 'b', 'c']) expect(await send(restarted, id)).toBe(REPEAT);
}, 120_000);

test('each of 20 events in one process is a repeat in another', async () => {
	const [one, other] = await Promise.all([startProcess(), startProcess()]);
	const ids = Array.from({ length: 20 }, (_, id) => String(id));
	for (const id of ids) expect(await send(one, id)).toBe(STARTED);
	for (const id of ids) expect(await send(other, id)).toBe(REPEAT);
}, 120_000);

test('two processes at the same moment: both may start the workflow, and no event is lost', async () => {
	const urls = await Promise.all([startProcess(), startProcess()]);
	for (let id = 0; id < 10; id += 1) {
		const answers = await Promise.all(urls.map((url) => send(url, String(id))));
		expect(answers).toContain(STARTED);
		expect([STARTED, REPEAT]).toEqual(expect.arrayContaining(answers));
		// Each process knows what it has received itself, whatever the other one saved last.
		for (const url of urls) expect(await send(url, String(id))).toBe(REPEAT);
	}
}, 120_000);
