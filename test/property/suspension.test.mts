import fc from 'fast-check';

import { prepareLicenseReinstate } from '../../nodes/Lukittu/resources/license/reinstate.ts';
import { prepareLicenseSuspend } from '../../nodes/Lukittu/resources/license/suspend.ts';
import { entryValue, licenses, LINKS } from './arbitraries.mts';
import {
	expectOutput,
	expectSame,
	factsOf,
	hasExpiredAtDate,
	Memory,
	NOW,
	rewritten,
	SEED,
} from './memory.mts';

const memory = new Memory(LINKS);

// Thousands of cases in one test; seconds, but not on a busy machine.
jest.setTimeout(120_000);

beforeAll(() => {
	jest.spyOn(Date, 'now').mockImplementation(() => memory.now);
});

afterAll(() => {
	jest.restoreAllMocks();
});

test.each([
	['suspend', prepareLicenseSuspend, true, 'suspensionReason'],
	['reinstate', prepareLicenseReinstate, false, 'reinstatementReason'],
])(
	'%s changes that and its reason alone, and only once',
	async (_, prepare, becomes, reasonKey) => {
		const seen = { written: 0, left: 0, refused: 0 };
		const property = fc.asyncProperty(
			licenses(NOW),
			fc.option(entryValue, { nil: undefined }),
			async (license, reason) => {
				const [row] = memory.hold(license);
				const before = await memory.read(row);
				const facts = factsOf(before);
				const reasons = facts.metadata.filter(({ key }) => key === reasonKey);
				const isKept = reason === undefined || reasons.some(({ value }) => value === reason);
				const isNeeded = facts.suspended !== becomes || !isKept;
				const isFull = !isKept && reasons.length === 0 && facts.metadata.length === 20;
				const parameters = {
					license: { __rl: true, mode: 'key', value: row.licenseKey },
					[becomes ? 'suspendFields' : 'reinstateFields']: reason === undefined ? {} : { reason },
				};

				const outcome = await memory.run(prepare, parameters);

				const after = await memory.read(row);
				if (isNeeded && (hasExpiredAtDate(facts) || isFull)) {
					seen.refused += 1;
					const words = hasExpiredAtDate(facts)
						? /does not let an expired license be edited$/
						: /^The license with the 'Reason' comes to 21 entries$/;
					expect(outcome).toEqual({ refused: expect.stringMatching(words) });
					expectSame(after, before);
					return;
				}
				seen[isNeeded ? 'written' : 'left'] += 1;
				expectOutput(outcome, after);
				const replaced = facts.metadata.map((entry) =>
					!isKept && entry.key === reasonKey ? { ...entry, value: reason as string } : entry,
				);
				const added =
					isKept || reasons.length > 0
						? []
						: [{ key: reasonKey, value: reason as string, locked: false }];
				expectSame(factsOf(after), {
					...(isNeeded ? rewritten(facts) : facts),
					suspended: becomes,
					metadata: [...replaced, ...added],
				});

				await memory.run(prepare, parameters);
				expectSame(await memory.read(row), after);
				expect(memory.sent.filter((method) => method === 'PUT')).toHaveLength(isNeeded ? 1 : 0);
			},
		);
		await fc.assert(property, { seed: SEED, numRuns: 1000 });
		expect(Math.min(...Object.values(seen))).toBeGreaterThan(50);
	},
);
