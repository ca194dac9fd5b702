import fc from 'fast-check';

import { prepareLicenseRenew } from '../../nodes/Lukittu/resources/license/renew.ts';
import { DAY, licenses, LINKS } from './arbitraries.mts';
import {
	expectOutput,
	expectSame,
	factsOf,
	Memory,
	NOW,
	rewritten,
	SEED,
	type Facts,
	type Outcome,
} from './memory.mts';
import { expectedOf, lastsFor, renewals, renewParameters } from './renewals.mts';

const RENEWALS = 'n8nRenewals';

const memory = new Memory(LINKS);

// Thousands of cases in one test; seconds, but not on a busy machine.
jest.setTimeout(120_000);

beforeAll(() => {
	jest.spyOn(Date, 'now').mockImplementation(() => memory.now);
});

beforeEach(() => {
	memory.now = NOW;
});

afterAll(() => {
	jest.restoreAllMocks();
});

const writes = () => memory.sent.filter((method) => method === 'PUT').length;

const withoutMarks = (facts: Facts): Facts => ({
	...facts,
	metadata: facts.metadata.filter(({ key }) => key !== RENEWALS),
});
const marksIn = ({ metadata }: Facts) => metadata.filter(({ key }) => key === RENEWALS);

const renewedOf = (outcome: Outcome) => 'output' in outcome && outcome.output.renewed;

/**
 * Keys as users give them, and the way n8n gives them where the field was not added. Without
 * separators beside each other: those are refused.
 */
const idempotencyKeys = fc.option(
	fc
		.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
		.filter((key) => !key.includes('\0'))
		.map((key) => `in_${key.replace(/[\p{P}\p{S}]/gu, 'x')}1`),
	{ nil: undefined },
);
const lifting = fc.constantFrom(undefined, false, true);

let cases = 0;

test('a renewal moves the expiry as it says, never back, and leaves all else', async () => {
	const seen = { moved: 0, stays: 0, refused: 0, lifted: 0 };
	const property = fc.asyncProperty(
		licenses(NOW),
		renewals(NOW),
		idempotencyKeys,
		lifting,
		async (license, by, idempotencyKey, liftSuspension) => {
			cases += 1;
			const [row] = memory.hold(license);
			const before = await memory.read(row);
			const facts = factsOf(before);
			const entries = marksIn(facts).length;
			const isFull = idempotencyKey !== undefined && facts.metadata.length === 20 && entries === 0;
			const byItself = expectedOf(facts, by, NOW);
			const expected =
				isFull && !(byItself instanceof RegExp)
					? /^The license with the entry for the 'Idempotency Key' comes to 21 entries$/
					: byItself;
			const renewFields = {
				...(idempotencyKey !== undefined && { idempotencyKey }),
				...(liftSuspension !== undefined && { liftSuspension }),
			};

			const outcome = await memory.run(
				prepareLicenseRenew,
				renewParameters(row.id, by, renewFields),
			);

			const after = await memory.read(row);
			if (expected instanceof RegExp) {
				seen.refused += 1;
				expect(outcome).toEqual({ refused: expect.stringMatching(expected) });
				expectSame(after, before);
				expect(writes()).toBe(0);
				return;
			}
			const moved = expected === 'stays' ? {} : expected.moved;
			const lifts = liftSuspension === true && facts.suspended;
			seen.moved += expected === 'stays' ? 0 : 1;
			seen.stays += expected === 'stays' ? 1 : 0;
			seen.lifted += lifts ? 1 : 0;
			const isWritten = expected !== 'stays' || lifts || idempotencyKey !== undefined;

			expectOutput(outcome, { ...after, renewed: expected !== 'stays' });
			expect(writes()).toBe(isWritten ? 1 : 0);
			const expectedFacts = {
				...(isWritten ? rewritten(facts) : facts),
				...moved,
				suspended: facts.suspended && !lifts,
			};
			expectSame(withoutMarks(factsOf(after)), withoutMarks(expectedFacts));
			if (idempotencyKey === undefined) expectSame(marksIn(factsOf(after)), marksIn(facts));
			else expect(marksIn(factsOf(after))).toHaveLength(Math.max(entries, 1));
			expect(lastsFor(factsOf(after))).toBeGreaterThanOrEqual(lastsFor(facts));
			if (!isWritten) expectSame(after, before);
		},
	);
	await fc.assert(property, { seed: SEED, numRuns: 6000 });
	expect(Math.min(...Object.values(seen))).toBeGreaterThan(400);
});

test('the same key twice is once, whatever else the second one says', async () => {
	const property = fc.asyncProperty(
		licenses(NOW),
		renewals(NOW),
		renewals(NOW + DAY),
		lifting,
		lifting,
		fc.constantFrom('in_1', 'pi_3/x, y', ' in_1 ', '0'),
		async (license, first, second, liftFirst = false, liftSecond = false, idempotencyKey) => {
			cases += 1;
			const [row] = memory.hold(license);
			memory.now = NOW;
			await memory.run(
				prepareLicenseRenew,
				renewParameters(row.id, first, { idempotencyKey, liftSuspension: liftFirst }),
			);
			fc.pre(writes() > 0);
			const once = await memory.read(row);

			memory.now = NOW + DAY;
			const outcome = await memory.run(
				prepareLicenseRenew,
				renewParameters(row.id, second, { idempotencyKey, liftSuspension: liftSecond }),
			);

			expectSame(await memory.read(row), once);
			expect(writes()).toBe(1);
			expectOutput(outcome, { ...once, renewed: false });
		},
	);
	await fc.assert(property, { seed: SEED, numRuns: 1000 });
});

test('the last 5 keys are remembered, in any order of renewals', async () => {
	const step = fc.record({
		key: fc.integer({ min: 0, max: 7 }),
		days: fc.integer({ min: 1, max: 3 }),
		wait: fc.integer({ min: 0, max: 20 * DAY }),
	});
	const running = licenses(NOW).filter(
		({ expirationDate, metadata = [] }) => Boolean(expirationDate) && metadata.length < 20,
	);
	const property = fc.asyncProperty(
		running,
		fc.array(step, { minLength: 1, maxLength: 20 }),
		async (license, steps) => {
			cases += steps.length;
			memory.now = NOW;
			const [row] = memory.hold(license);
			let remembered: number[] = [];
			let expiry = (license.expirationDate as Date).getTime();
			for (const { key, days, wait } of steps) {
				memory.now += wait;
				const isNew = !remembered.includes(key);
				if (isNew) {
					remembered = [...remembered, key].slice(-5);
					expiry = Math.max(expiry, memory.now) + days * DAY;
				}
				const outcome = await memory.run(
					prepareLicenseRenew,
					renewParameters(row.id, { days }, { idempotencyKey: `in_${key}` }),
				);
				expect(renewedOf(outcome)).toBe(isNew);
				expect(row.expirationDate?.getTime()).toBe(expiry);
				const [{ value, locked }] = marksIn(factsOf(await memory.read(row)));
				expect(value.split(',')).toHaveLength(remembered.length);
				expect(value.length).toBeLessThanOrEqual(255);
				expect(locked).toBe(true);
			}
		},
	);
	await fc.assert(property, { seed: SEED, numRuns: 300 });
});

test('renewing until a date twice is once, without any key', async () => {
	const until = fc.integer({ min: 2 * DAY, max: 4000 * DAY }).map((offset) => NOW + offset);
	const property = fc.asyncProperty(licenses(NOW), until, async (license, moment) => {
		cases += 1;
		memory.now = NOW;
		const [row] = memory.hold(license);
		const parameters = renewParameters(row.id, { until: moment });
		const first = await memory.run(prepareLicenseRenew, parameters);
		const once = await memory.read(row);
		const count = writes();
		memory.now = NOW + DAY;
		const second = await memory.run(prepareLicenseRenew, parameters);
		expectSame(await memory.read(row), once);
		expect(writes()).toBe(count);
		expect(renewedOf(second)).toBe(false);
		if ('refused' in first) expect(second).toEqual(first);
	});
	await fc.assert(property, { seed: SEED, numRuns: 500 });
});

test('the cases were at least 10,000', () => {
	expect(cases).toBeGreaterThanOrEqual(10_000);
});
