/** The long run of mixed faults: `npm run reliability:mixed -- --seed 7`. */
import { parseArgs } from 'node:util';

import { runThroughFaults } from './mixed.mts';

const { values } = parseArgs({
	options: {
		seed: { type: 'string', default: '20261125' },
		items: { type: 'string', default: '1000' },
	},
});
const outcome = await runThroughFaults({
	seed: Number(values.seed),
	items: Number(values.items),
	faultsMs: 60_000,
	latencyMs: 20,
	readPercent: 2,
	writePercent: 10,
});
console.log(JSON.stringify({ seed: Number(values.seed), ...outcome }, null, 2));
if (outcome.failures.length > 0 || outcome.errors.some((error) => error !== '')) {
	process.exitCode = 1;
}
