import { runThroughFaults } from './mixed.mts';

test('creates, upserts and updates go through mixed faults: nothing twice, nothing lost', async () => {
	const { errors, failures, faults } = await runThroughFaults({
		seed: 7,
		items: 60,
		faultsMs: 8000,
		latencyMs: 20,
		readPercent: 5,
		writePercent: 20,
	});
	expect(errors).toEqual(['', '', '']);
	expect(failures).toEqual([]);
	expect(Object.keys(faults).length).toBeGreaterThan(5);
}, 200_000);
