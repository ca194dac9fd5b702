/**
 * The Lukittu server of the benchmark, in a process of its own: what it computes does not count as
 * the time of the clients, which share one event loop.
 */
import { startSandbox } from '../test/sandbox/server.mts';
import type { Command, ServerReport } from './lukittu.mts';
import { Pages } from './pages.mts';

const WINDOW_MS = 1000;

const sandbox = await startSandbox();
const pages = new Pages(sandbox.url);
await pages.listen();
const product = sandbox.addProduct({ name: 'Invented Product' });
const customer = sandbox.addCustomer();

/** Refuses what comes above a number of creates a second, as a server with a rate limit does. */
function limitCreates(mostPerSecond: number): void {
	let windowStart = 0;
	let count = 0;
	sandbox.onRequest = ({ method, at }) => {
		if (method !== 'POST') return;
		if (at - windowStart >= WINDOW_MS) {
			windowStart = at;
			count = 0;
		}
		count += 1;
		if (count <= mostPerSecond) return;
		sandbox.addFault({ method, kind: { status: 429, details: 'Too many requests' } });
	};
}

function seed(licenses: number): void {
	pages.clear();
	sandbox.state.licenses.clear();
	for (let index = 0; index < licenses; index += 1) {
		sandbox.addLicense({
			customerIds: [customer.id],
			productIds: [product.id],
			metadata: [{ key: 'order', value: String(index), locked: false }],
		});
	}
}

function report(): ServerReport {
	const { url, teamId, apiKey, state, requests, maxInFlight } = sandbox;
	const orders = [...state.licenses.values()].map(({ metadata }) => metadata[0]?.value);
	return {
		url,
		listUrl: pages.url,
		teamId,
		apiKey,
		customerId: customer.id,
		productId: product.id,
		licenses: state.licenses.size,
		orders: new Set(orders).size,
		requests: requests.length,
		firstRequestAt: requests[0]?.at,
		lastRequestAt: requests.at(-1)?.at,
		maxInFlight,
	};
}

process.on('message', ({ licenses, latencyMs, createsPerSecond }: Command) => {
	if (licenses !== undefined) seed(licenses);
	if (latencyMs !== undefined) {
		sandbox.latencyMs = latencyMs;
		pages.latencyMs = latencyMs;
		sandbox.onRequest = undefined;
		sandbox.clearRequests();
	}
	if (createsPerSecond !== undefined) limitCreates(createsPerSecond);
	process.send?.(report());
});
process.once('disconnect', () => process.exit());
