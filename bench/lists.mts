/** (a) and (b): Return All. */
import {
	axiosClient,
	bareGetAll,
	GET_ALL,
	HELPER,
	helperNode,
	HTTP_GET_ALL,
	httpRequestNode,
	lukittuNode,
	undiciClient,
} from './contenders.mts';
import type { LukittuServer } from './lukittu.mts';
import { inTurns, medianOf } from './measure.mts';
import { ms, ofHelper, ratio, type Part } from './report.mts';

const NODE = 'Lukittu';
const HTTP = 'HTTP Request';

/** Compares ways to get all licenses. */
export async function compareLists(
	server: LukittuServer,
	letter: string,
	licenses: number,
	latencyMs: number,
	mostOfHttp: number,
	repeats: number,
): Promise<Part> {
	const started = await server.tell({ licenses, latencyMs });
	const report = { ...started, url: started.listUrl };
	const samples = await inTurns(
		[
			{ name: NODE, run: async () => await lukittuNode(report, GET_ALL) },
			{ name: HTTP, run: async () => await httpRequestNode(report, HTTP_GET_ALL) },
			{ name: HELPER, run: async () => await helperNode(report) },
			{ name: 'axios', run: async () => await bareGetAll(axiosClient, report) },
			{ name: 'undici', run: async () => await bareGetAll(undiciClient, report) },
		],
		{
			[NODE]: licenses,
			[HTTP]: licenses / 100,
			[HELPER]: licenses,
			axios: licenses,
			undici: licenses,
		},
		repeats,
	);
	const wall = (name: string) => medianOf(samples[name], 'wallMs');
	const of = (name: string) => ratio(wall(NODE) / wall(name));
	return {
		title: `(${letter}) Return All of ${licenses.toLocaleString('en')} licenses at ${latencyMs} ms`,
		head: ['', 'Time', 'CPU of the client', 'Output', 'Lukittu takes of it'],
		rows: Object.keys(samples).map((name) => [
			name,
			ms(wall(name)),
			ms(medianOf(samples[name], 'cpuMs')),
			name === HTTP ? `${licenses / 100} pages` : `${licenses.toLocaleString('en')} licenses`,
			name === NODE ? '' : of(name),
		]),
		aims: [
			{ text: 'Of HTTP Request', value: wall(NODE) / wall(HTTP), most: mostOfHttp },
			{
				text: 'Of the bare client (axios) with as many requests in flight',
				value: wall(NODE) / wall('axios'),
				most: 1.3,
			},
		],
		notes: [ofHelper(wall(HELPER), wall('axios'))],
	};
}
