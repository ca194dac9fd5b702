/** Runs the fuzz test with more cases: `npm run fuzz -- --runs 20000 --seed 7`. */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
	options: {
		runs: { type: 'string', default: '20000' },
		seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
	},
});
const { status } = spawnSync('npx', ['jest', 'test/security/fuzz.test.mts'], {
	stdio: 'inherit',
	env: { ...process.env, FUZZ_RUNS: values.runs, FUZZ_SEED: values.seed },
});
console.log(`seed ${values.seed}`);
process.exitCode = status ?? 1;
