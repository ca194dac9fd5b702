/** (d): what one item costs the engine. */
import { httpRequestNode, lukittuNode } from './contenders.mts';
import { httpCreate, lukittuCreate, orders, type Expressions } from './creates.mts';
import type { LukittuServer } from './lukittu.mts';
import { inTurns, medianOf } from './measure.mts';
import { perItem, ratio, type Part } from './report.mts';

const ITEMS = 400;
const EXPRESSIONS: Expressions[] = [0, 2, 6];

/** Compares the processor time of creates with and without expressions. */
export async function compareCost(server: LukittuServer, repeats: number): Promise<Part> {
	const report = await server.tell({ licenses: 0, latencyMs: 0 });
	const items = orders(ITEMS, report);
	const contenders = EXPRESSIONS.flatMap((count) => [
		{
			name: `Lukittu ${count}`,
			run: async () => await lukittuNode(report, lukittuCreate(count, report), items),
		},
		{
			name: `HTTP Request ${count}`,
			run: async () => await httpRequestNode(report, httpCreate(count, report), items),
		},
	]);
	const expected = Object.fromEntries(contenders.map(({ name }) => [name, ITEMS]));
	const samples = await inTurns(contenders, expected, repeats, async () => {
		await server.tell({ licenses: 0 });
	});
	const cost = (name: string) => medianOf(samples[name], 'cpuMs') / ITEMS;
	const ratioOf = (count: Expressions) => cost(`Lukittu ${count}`) / cost(`HTTP Request ${count}`);
	return {
		title: '(d) Processor time of one create, latency 0',
		head: ['Expressions', 'Lukittu', 'HTTP Request', 'Ratio'],
		rows: EXPRESSIONS.map((count) => [
			String(count),
			perItem(cost(`Lukittu ${count}`)),
			perItem(cost(`HTTP Request ${count}`)),
			ratio(ratioOf(count)),
		]),
		aims: [{ text: 'Of HTTP Request with 2 expressions', value: ratioOf(2), most: 2 }],
	};
}
