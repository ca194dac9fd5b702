/** Does one task in a process of its own, and tells what it took. */
import { GET_ALL, HTTP_GET_ALL, httpRequestNode, lukittuNode } from './contenders.mts';
import { httpCreate, lukittuCreate, orders } from './creates.mts';
import type { ServerReport } from './lukittu.mts';
import { measured } from './measure.mts';

export interface Task {
	kind: 'create' | 'httpCreate' | 'httpList' | 'list';
	report: ServerReport;
	count: number;
}

export interface Taken {
	/** Peak of the resident memory, above that before the task. */
	peakMb: number;
	/** What is still there after the task, with its output. */
	heldMb: number;
	cpuMs: number;
	wallMs: number;
	/** Runs that are held; naming them keeps them in memory until here. */
	runs: number;
}

const MB = 1024 * 1024;
const WARM_UP = 100;

async function runTask({ kind, report: started, count }: Task, keep: (value: unknown) => void) {
	const report =
		kind === 'list' || kind === 'httpList' ? { ...started, url: started.listUrl } : started;
	if (kind === 'list') return await lukittuNode(report, GET_ALL, [{}], keep);
	if (kind === 'httpList') return await httpRequestNode(report, HTTP_GET_ALL, [{}], keep);
	const items = orders(count, report);
	if (kind === 'create') return await lukittuNode(report, lukittuCreate(2, report), items, keep);
	return await httpRequestNode(report, httpCreate(2, report), items, keep);
}

async function warmUp(task: Task): Promise<void> {
	const isList = task.kind === 'list' || task.kind === 'httpList';
	const few = { ...GET_ALL, returnAll: false, limit: WARM_UP };
	if (isList) await lukittuNode(task.report, few);
	else await runTask({ ...task, count: WARM_UP }, () => {});
	globalThis.gc?.();
}

async function take(task: Task): Promise<Taken> {
	await warmUp(task);
	const { rss, heapUsed } = process.memoryUsage();
	const kept: unknown[] = [];
	const sample = await measured(async () => await runTask(task, (value) => kept.push(value)));
	if (sample.message !== undefined) throw new Error(sample.message);
	globalThis.gc?.();
	return {
		// What the system has counted also sees a peak while this process is busy.
		peakMb: (process.resourceUsage().maxRSS * 1024 - rss) / MB,
		heldMb: (process.memoryUsage().heapUsed - heapUsed) / MB,
		cpuMs: sample.cpuMs,
		wallMs: sample.wallMs,
		runs: kept.length,
	};
}

process.once('message', (task: Task) => {
	void take(task).then((taken) => {
		process.send?.(taken);
		process.disconnect();
	});
});
