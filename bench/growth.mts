/** (e) and (f): how memory and time grow. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import type { LukittuServer } from './lukittu.mts';
import { median } from './measure.mts';
import { perItem, ratio, type Part } from './report.mts';
import type { Task, Taken } from './single.mts';

/** Does one task in a process of its own, whose memory and speed no other task has touched. */
async function alone(task: Task): Promise<Taken> {
	const child = fork(path.join(import.meta.dirname, 'single.mts'), {
		execArgv: ['--import', 'tsx', '--expose-gc'],
		stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
	});
	child.send(task);
	const [taken] = (await once(child, 'message')) as [Taken];
	await once(child, 'exit');
	return taken;
}

async function medians(task: Task, repeats: number): Promise<Omit<Taken, 'runs'>> {
	const all: Taken[] = [];
	for (let turn = 0; turn < repeats; turn += 1) all.push(await alone(task));
	const of = (measure: keyof Taken) => median(all.map((taken) => taken[measure]));
	return { peakMb: of('peakMb'), heldMb: of('heldMb'), cpuMs: of('cpuMs'), wallMs: of('wallMs') };
}

const mb = (value: number) => `${Math.round(value)} MB`;
const kb = (megabytes: number, count: number) => `${((megabytes * 1024) / count).toFixed(1)} kB`;

/** (e) Peak memory, and memory and time for one license. */
export async function compareMemory(server: LukittuServer, repeats: number): Promise<Part> {
	const rows: string[][] = [];
	const found: Array<{ held: number; time: number; peak: number }> = [];
	for (const count of [10_000, 50_000]) {
		const report = await server.tell({ licenses: count, latencyMs: 0 });
		for (const kind of ['list', 'httpList'] as const) {
			const { peakMb, heldMb, cpuMs, wallMs } = await medians({ kind, report, count }, repeats);
			rows.push([
				`${kind === 'list' ? 'Lukittu' : 'HTTP Request'}, ${count.toLocaleString('en')}`,
				mb(peakMb),
				kb(peakMb, count),
				kb(heldMb, count),
				perItem(cpuMs / count),
				perItem(wallMs / count),
			]);
			if (kind === 'list') {
				found.push({ held: heldMb / count, time: cpuMs / count, peak: peakMb / count });
			}
		}
	}
	const [small, large] = found;
	return {
		title: '(e) Memory and time of Return All at 10,000 and 50,000 licenses, latency 0',
		head: [
			'',
			'Peak above the start',
			'Peak for one license',
			'Held by the output, for one license',
			'CPU for one license',
			'Time for one license',
		],
		rows,
		aims: [
			{ text: 'Peak for one license, 50,000 of 10,000', value: large.peak / small.peak, most: 1.2 },
			{ text: 'Held for one license, 50,000 of 10,000', value: large.held / small.held, most: 1.2 },
			{ text: 'CPU for one license, 50,000 of 10,000', value: large.time / small.time, most: 1.2 },
		],
		notes: [
			"Each run in a process of its own, warmed up with a list of 100. The peak is the process's resident memory, above what it had before; it also shows how long the garbage collector waits.",
		],
	};
}

/** (f) From 1,000 to 10,000 items. */
export async function compareGrowth(server: LukittuServer, repeats: number): Promise<Part> {
	const rows: string[][] = [];
	const aims: Part['aims'] = [];
	for (const kind of ['list', 'create', 'httpCreate'] as const) {
		const name = { list: 'Return All', create: 'Create', httpCreate: 'HTTP Request' }[kind];
		const costs: number[] = [];
		for (const count of [1_000, 10_000]) {
			const report = await server.tell({ licenses: kind === 'list' ? count : 0, latencyMs: 0 });
			const { cpuMs, wallMs } = await medians({ kind, report, count }, repeats);
			costs.push(cpuMs / count);
			rows.push([
				`${name}, ${count.toLocaleString('en')}`,
				perItem(cpuMs / count),
				perItem(wallMs / count),
			]);
		}
		rows[rows.length - 1].push(ratio(costs[1] / costs[0]));
		rows[rows.length - 2].push('');
		if (kind !== 'httpCreate') {
			aims.push({
				text: `${name}: CPU for one item, 10,000 of 1,000`,
				value: costs[1] / costs[0],
				most: 1.2,
			});
		}
	}
	return {
		title: '(f) From 1,000 to 10,000 items, latency 0; creates with 2 expressions',
		head: ['', 'CPU for one item', 'Time for one item', '10,000 of 1,000'],
		rows,
		aims,
	};
}
