import fc from 'fast-check';

import { prepareLicenseUpdate } from '../../nodes/Lukittu/resources/license/update.ts';
import { licenses, LINKS } from './arbitraries.mts';
import { changes } from './changes.mts';
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

const CASES_OF_EACH = 800;

const memory = new Memory(LINKS);

// Thousands of cases in one test; seconds, but not on a busy machine.
jest.setTimeout(120_000);

beforeAll(() => {
	jest.spyOn(Date, 'now').mockImplementation(() => memory.now);
});

afterAll(() => {
	jest.restoreAllMocks();
});

const kinds = Object.entries(changes(NOW));

let cases = 0;

test.each(kinds)('a license differs in one thing alone after: %s', async (kind, change) => {
	let written = 0;
	const property = fc.asyncProperty(
		licenses(NOW),
		change,
		fc.constantFrom('id' as const, 'key' as const),
		async (license, { fields, expected }, mode) => {
			cases += 1;
			const [row] = memory.hold(license);
			const before = await memory.read(row);
			const expectation =
				hasExpiredAtDate(factsOf(before)) && !kind.startsWith('expiration')
					? /expired on .*, and Lukittu does not let an expired license be edited$/
					: expected(factsOf(before), NOW);
			const value = mode === 'id' ? row.id : row.licenseKey;

			const outcome = await memory.run(prepareLicenseUpdate, {
				license: { __rl: true, mode, value },
				updateFields: fields,
			});

			const after = await memory.read(row);
			if (expectation instanceof RegExp) {
				expect(outcome).toEqual({ refused: expect.stringMatching(expectation) });
				expectSame(after, before);
				expect(memory.sent).not.toContain('PUT');
				return;
			}
			written += 1;
			expectOutput(outcome, after);
			expectSame(factsOf(after), { ...rewritten(factsOf(before)), ...expectation });
			expect(memory.sent.filter((method) => method === 'PUT')).toHaveLength(1);
		},
	);
	await fc.assert(property, { seed: SEED, numRuns: CASES_OF_EACH });
	// Most are written: a property of refusals alone would say little.
	expect(written).toBeGreaterThan(CASES_OF_EACH / 2);
});

test('a key that another license has is refused by the server, and both stay', async () => {
	const property = fc.asyncProperty(licenses(NOW), licenses(NOW), async (one, other) => {
		fc.pre(one.id !== other.id && one.licenseKey !== other.licenseKey);
		const rows = memory.hold(one, other);
		const before = await Promise.all(rows.map((row) => memory.read(row)));

		const outcome = await memory.run(prepareLicenseUpdate, {
			license: { __rl: true, mode: 'id', value: one.id },
			updateFields: { licenseKey: other.licenseKey },
		});

		const refusal = hasExpiredAtDate(factsOf(before[0]))
			? /does not let an expired license be edited/
			: /^License key already exists/;
		expect(outcome).toEqual({ refused: expect.stringMatching(refusal) });
		expectSame(await Promise.all(rows.map((row) => memory.read(row))), before);
	});
	await fc.assert(property, { seed: SEED, numRuns: 300 });
});

test('the cases were at least 10,000', () => {
	expect(cases).toBeGreaterThanOrEqual(10_000);
});
