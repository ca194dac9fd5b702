/** (c): many creates, on a quick server and on one that allows 20 a second. */
import {
	axiosClient,
	bareCreate,
	HELPER,
	helperNode,
	httpRequestNode,
	lukittuNode,
	undiciClient,
} from './contenders.mts';
import { createBody, httpCreate, lukittuCreate, orders } from './creates.mts';
import type { LukittuServer } from './lukittu.mts';
import { inTurns, measured, median, medianOf } from './measure.mts';
import { ms, ofHelper, ratio, type Part } from './report.mts';

const NODE = 'Lukittu';
const HTTP = 'HTTP Request';
const CREATES = 500;
const LATENCY_MS = 20;
const EXPRESSIONS = 2;
const PER_SECOND = 20;

/** Compares ways to create 500 licenses. */
export async function compareCreates(server: LukittuServer, repeats: number): Promise<Part> {
	const report = await server.tell({ licenses: 0, latencyMs: LATENCY_MS });
	const items = orders(CREATES, report);
	const bodies = items.map(createBody);
	const contenders = [
		{
			name: NODE,
			run: async () => await lukittuNode(report, lukittuCreate(EXPRESSIONS, report), items),
		},
		{
			name: HTTP,
			run: async () => await httpRequestNode(report, httpCreate(EXPRESSIONS, report), items),
		},
		{ name: HELPER, run: async () => await helperNode(report, bodies) },
		{ name: 'axios', run: async () => await bareCreate(axiosClient, report, bodies) },
		{ name: 'undici', run: async () => await bareCreate(undiciClient, report, bodies) },
	];
	const spans: Array<{ first: number; last: number }> = [];
	const inFlight: Record<string, number> = {};
	const expected = Object.fromEntries(contenders.map(({ name }) => [name, CREATES]));
	const samples = await inTurns(contenders, expected, repeats, async (name) => {
		const { firstRequestAt = 0, lastRequestAt = 0, maxInFlight } = await server.tell();
		if (name === NODE) spans.push({ first: firstRequestAt, last: lastRequestAt });
		inFlight[name] = maxInFlight;
		await server.tell({ licenses: 0, latencyMs: LATENCY_MS });
	});
	const wall = (name: string) => medianOf(samples[name], 'wallMs');
	// The first turn warmed up.
	const waits = spans.slice(1).map(({ first }, index) => first - samples[NODE][index].startedAt);
	const sending = spans.slice(1).map(({ first, last }) => last - first);
	return {
		title: `(c) ${CREATES} creates at ${LATENCY_MS} ms, ${EXPRESSIONS} expressions`,
		head: ['', 'Time', 'CPU of the client', 'Most in flight', 'Lukittu takes of it'],
		rows: contenders.map(({ name }) => [
			name,
			ms(wall(name)),
			ms(medianOf(samples[name], 'cpuMs')),
			String(inFlight[name]),
			name === NODE ? '' : ratio(wall(NODE) / wall(name)),
		]),
		aims: [
			{
				text: 'Of the bare client (axios) with as many requests in flight',
				value: wall(NODE) / wall('axios'),
				most: 1.5,
			},
		],
		notes: [
			ofHelper(wall(HELPER), wall('axios')),
			`What the time consists of: ${ms(median(waits))} until the first request comes (all items are read and checked before), ${ms(median(sending))} from the first request to the last.`,
			await againstLimit(server),
		],
	};
}

/** What becomes of the creates on a server that refuses most of them at first. */
async function againstLimit(server: LukittuServer): Promise<string> {
	const limit = { licenses: 0, latencyMs: LATENCY_MS };
	const outcomes: string[] = [];
	for (const name of [NODE, HTTP]) {
		await server.tell(limit);
		const report = await server.tell({ createsPerSecond: PER_SECOND });
		const items = orders(CREATES, report);
		const {
			wallMs,
			message,
			items: output,
		} = await measured(async () =>
			name === NODE
				? await lukittuNode(report, lukittuCreate(EXPRESSIONS, report), items)
				: await httpRequestNode(report, httpCreate(EXPRESSIONS, report), items),
		);
		const { licenses, orders: different, requests } = await server.tell();
		const end = message === undefined ? 'succeeds' : `fails ("${message}")`;
		outcomes.push(
			`${name} ${end} after ${(wallMs / 1000).toFixed(1)} s: ${output} items come out, ${licenses} licenses are there for ${different} different orders, ${requests} requests were sent`,
		);
	}
	return `Against a server that allows ${PER_SECOND} creates a second and answers the others with status 429: ${outcomes.join('. ')}.`;
}
