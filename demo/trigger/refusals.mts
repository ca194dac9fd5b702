import { strict as assert } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';

import { check } from '../check.mts';
import { step } from '../progress.mts';
import type { N8nRest } from '../rest.mts';
import { genuine, post, withBytes, without, type Post } from './post.mts';
import type { Row } from './report.mts';
import { listen, type Credentials } from './workflows.mts';

const MINUTE_MS = 60_000;
const MEGABYTE = 1024 * 1024;
/** Time enough for an execution that should not be. */
const SETTLE_MS = 1_000;
const EVENT = 'LICENSE_CREATED';

interface Case {
	sent: string;
	request: Post;
	answers: number[];
}

/** What is not Lukittu's, or not asked for, starts nothing; what is started once is not again. */
export async function runRefusals(rest: N8nRest, credentials: Credentials): Promise<Row[]> {
	const workflow = await listen(rest, credentials, 'Licenses created', [EVENT]);
	const entity = { id: 'd3300000-3000-4000-8000-000000000001', note: 'Grüße ✓' };
	const accepted = genuine(EVENT, entity);
	const [status] = await post(workflow.url, accepted);
	check('a genuine delivery starts one execution', () => assert.equal(status, 200));
	await rest.ended(workflow.id, 1);

	const rows: Row[] = [];
	await step('Sending what must start nothing', async () => {
		for (const { sent, request, answers } of casesOf(accepted, entity)) {
			const [answer, text] = await post(workflow.url, request);
			assert.ok(answers.includes(answer), `${sent}: answered ${answer} ${text}`);
			// Whoever is refused learns nothing of the secret or the reason.
			if (answer === 401) assert.equal(text, '{"message":"Unauthorized"}', sent);
			rows.push({ sent, answered: String(answer), started: '0' });
		}
		await sleep(SETTLE_MS);
	});
	const executions = await rest.executions(workflow.id);
	check(`none of ${rows.length} such requests started anything`, () => {
		assert.equal(executions.length, 1);
	});
	const again = genuine(EVENT, { ...entity, note: 'another' });
	const [another] = await post(workflow.url, again);
	const after = await rest.ended(workflow.id, 2);
	check('and the next genuine delivery still starts one', () => {
		assert.deepEqual([another, after.length], [200, 2]);
	});
	return rows;
}

function casesOf(accepted: Post, entity: object): Case[] {
	const fresh = (changes: object = {}, timestamp?: number) =>
		genuine(EVENT, { ...entity, changes }, timestamp);
	const withHeader = (header: string, value: string): Post => {
		const { headers, body } = fresh();
		return { headers: { ...headers, [header]: value }, body };
	};
	const large = fresh({ text: 'x'.repeat(MEGABYTE) });
	const old = (ms: number) => fresh({}, Date.now() + ms);
	return [
		{ sent: 'Replay: the same request once more', request: accepted, answers: [200, 401] },
		{
			sent: "Lukittu's repeat: the same body with a new timestamp",
			request: genuine(EVENT, entity),
			answers: [200],
		},
		{
			sent: 'An event that is not chosen',
			request: genuine('LICENSE_DELETED', { ...entity, deleted: true }),
			answers: [200],
		},
		{
			sent: 'Signed with another secret',
			request: genuine(EVENT, { ...entity, changes: {} }, Date.now(), 'another secret'),
			answers: [401],
		},
		{
			sent: 'The signature cut short',
			request: withHeader('X-Lukittu-Signature', fresh().headers['X-Lukittu-Signature'].slice(1)),
			answers: [401],
		},
		{ sent: 'Signed 6 minutes ago', request: old(-6 * MINUTE_MS), answers: [401] },
		{ sent: 'Signed for in 6 minutes', request: old(6 * MINUTE_MS), answers: [401] },
		{
			sent: 'The timestamp altered',
			request: withHeader('X-Lukittu-Timestamp', String(Date.now() + 1)),
			answers: [401],
		},
		{
			sent: 'The body altered',
			request: { ...fresh(), body: JSON.stringify({ ...entity, changes: { price: 0 } }) },
			answers: [401],
		},
		...['X-Lukittu-Signature', 'X-Lukittu-Timestamp', 'X-Lukittu-Event'].map((header) => ({
			sent: `Without \`${header}\``,
			request: without(header, fresh()),
			answers: [401],
		})),
		{ sent: 'A body over 1 MB, signed', request: large, answers: [413] },
		{
			sent: 'A body over 1 MB, signed, its length not told',
			request: { ...large, inPieces: true },
			answers: [413],
		},
		{ sent: 'No JSON, signed', request: genuine(EVENT, '{"id":'), answers: [400] },
		{ sent: 'Empty, signed', request: genuine(EVENT, ''), answers: [400] },
		{
			sent: 'Bytes that are no text, signed',
			request: withBytes(Uint8Array.of(0x7b, 0xff, 0x7d), fresh()),
			answers: [400],
		},
	];
}
