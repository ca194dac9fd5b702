import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type { ExpirationStart, MetadataEntry } from '../sandbox/types.mts';
import {
	customerIds,
	DAY,
	entryValue,
	licenseKey,
	metadataEntries,
	metadataKey,
	productIds,
	uniqueEntries,
} from './arbitraries.mts';
import type { Facts } from './memory.mts';

/** One change of an update: one field under "Update Fields". */
export interface Change {
	fields: IDataObject;
	/**
	 * What is different afterwards, with all that follows from it.
	 *
	 * @returns the new values, or the words with which the change must be refused
	 */
	expected: (before: Facts, now: number) => Partial<Facts> | RegExp;
}

const MOST = 20;

const later = (date: string | number, days: number) =>
	new Date(new Date(date).getTime() + days * DAY).toISOString();

const limits = fc.integer({ min: 0, max: 1000 }).chain((limit) =>
	fc.record<Change>({
		fields: fc.constantFrom<IDataObject>({ hwidLimit: limit }, { hwidLimit: String(limit) }),
		expected: fc.constant(() => ({ hwidLimit: limit || null, seats: limit || null })),
	}),
);

const ipLimits = fc.integer({ min: 0, max: 1000 }).map<Change>((ipLimit) => ({
	fields: { ipLimit },
	expected: () => ({ ipLimit: ipLimit || null }),
}));

const suspensions = fc.boolean().map<Change>((suspended) => ({
	fields: { suspended },
	expected: () => ({ suspended }),
}));

const keys = licenseKey.map<Change>((key) => ({
	fields: { licenseKey: ` ${key.toLowerCase()} ` },
	expected: () => ({ licenseKey: key }),
}));

const never = fc.constant<Change>({
	fields: { expiration: { value: { expirationType: 'NEVER' } } },
	expected: () => ({
		expirationType: 'NEVER',
		expirationStart: 'CREATION',
		expirationDate: null,
		expirationDays: null,
	}),
});

/** Days and start stand there too where the user had another type before; they must not count. */
const dates = (now: number) =>
	fc.integer({ min: DAY / 24, max: 5000 * DAY }).map<Change>((offset) => ({
		fields: {
			expiration: {
				value: {
					expirationType: 'DATE',
					expirationDate: new Date(now + offset).toISOString(),
					expirationDays: 30,
					expirationStart: 'ACTIVATION',
				},
			},
		},
		expected: () => ({
			expirationType: 'DATE',
			expirationStart: 'CREATION',
			expirationDate: new Date(now + offset).toISOString(),
			expirationDays: null,
		}),
	}));

const durations = fc
	.record({
		expirationDays: fc.integer({ min: 1, max: 1000 }),
		expirationStart: fc.constantFrom('KEEP', 'CREATION', 'ACTIVATION'),
	})
	.map<Change>(({ expirationDays, expirationStart }) => ({
		fields: {
			expiration: { value: { expirationType: 'DURATION', expirationDays, expirationStart } },
		},
		expected: (before, now) => {
			const wasDuration = before.expirationType === 'DURATION';
			const kept = wasDuration ? before.expirationStart : 'CREATION';
			const start = (expirationStart === 'KEEP' ? kept : expirationStart) as ExpirationStart;
			const running = wasDuration ? before.expirationDate : null;
			const fromNow = start === 'CREATION' ? later(now, expirationDays) : null;
			return {
				expirationType: 'DURATION',
				expirationStart: start,
				expirationDays,
				expirationDate: running
					? later(running, expirationDays - (before.expirationDays as number))
					: fromNow,
			};
		},
	}));

/** Adding, removing and replacing customers or products. */
function linkChanges(
	noun: 'Customers' | 'Products',
	idsFrom: (min?: number) => fc.Arbitrary<string[]>,
): fc.Arbitrary<Change> {
	const row = noun === 'Customers' ? 'customer' : 'product';
	const property = `${row}Ids` as const;
	const field = (ids: unknown) => ({
		[row]: [{ [`${row}Id`]: { __rl: true, mode: 'id', value: ids } }],
	});
	const none = { [property]: [] as string[] };
	return fc.oneof(
		idsFrom(1).map<Change>((ids) => ({
			fields: { [`add${noun}`]: field(ids) },
			expected: (before) => {
				const added = ids.filter((id) => !before[property].includes(id));
				const all = [...before[property], ...added];
				return all.length > MOST
					? new RegExp(`'Add ${noun}' comes to ${all.length} ${row}s`)
					: { [property]: all.sort() };
			},
		})),
		idsFrom(1).map<Change>((ids) => ({
			fields: { [`remove${noun}`]: field(ids.join(', ')) },
			expected: (before) => ({ [property]: before[property].filter((id) => !ids.includes(id)) }),
		})),
		idsFrom().map<Change>((ids) => ({
			fields: { [`replace${noun}`]: field(ids) },
			expected: () => ({ [property]: ids.toSorted() }),
		})),
		fc.constant<Change>({
			fields: { removeAll: [noun.toLowerCase()] },
			expected: () => none,
		}),
	);
}

const LOCKS = { KEEP: undefined, LOCKED: true, UNLOCKED: false };

const setMetadata = fc
	.record({
		entries: uniqueEntries(1),
		lock: fc.constantFrom<keyof typeof LOCKS>('KEEP', 'LOCKED', 'UNLOCKED'),
	})
	.map<Change>(({ entries, lock }) => ({
		fields: {
			setMetadata: { entry: entries.map(({ key, value }) => ({ key, value, locked: lock })) },
		},
		expected: ({ metadata }) => {
			const settingOf = (key: string) => entries.find((entry) => entry.key === key);
			const changed = metadata.map(({ key, value, locked }) =>
				settingOf(key)
					? { key, value: settingOf(key)?.value ?? '', locked: LOCKS[lock] ?? locked }
					: { key, value, locked },
			);
			const added = entries
				.filter(({ key }) => !metadata.some((entry) => entry.key === key))
				.map(({ key, value }) => ({ key, value, locked: LOCKS[lock] ?? false }));
			const count = changed.length + added.length;
			return count > MOST
				? new RegExp(`'Set Metadata' comes to ${count} entries`)
				: { metadata: [...changed, ...added] };
		},
	}));

const removeMetadata = fc
	.array(metadataKey, { minLength: 1, maxLength: 4 })
	.map<Change>((gone) => ({
		fields: { removeMetadata: gone },
		expected: ({ metadata }) => ({ metadata: metadata.filter(({ key }) => !gone.includes(key)) }),
	}));

const replaceMetadata = metadataEntries.map<Change>((entries: MetadataEntry[]) => ({
	fields: { replaceMetadata: { entry: entries.map((entry) => ({ ...entry })) } },
	expected: () => ({ metadata: entries }),
}));

const removeAllMetadata = fc.constant<Change>({
	fields: { removeAll: ['metadata'] },
	expected: () => ({ metadata: [] }),
});

/** One metadata entry with a value that is a number or a boolean, as expressions give them. */
const plainMetadata = fc.oneof(fc.integer(), fc.boolean(), entryValue).map<Change>((value) => ({
	fields: { replaceMetadata: { entry: [{ key: 'plain', value }] } },
	expected: () => ({ metadata: [{ key: 'plain', value: String(value), locked: false }] }),
}));

/** Every kind of change that an update knows, by its name. */
export function changes(now: number): Record<string, fc.Arbitrary<Change>> {
	return {
		hwidLimit: limits,
		ipLimit: ipLimits,
		suspended: suspensions,
		licenseKey: keys,
		'expiration: never': never,
		'expiration: date': dates(now),
		'expiration: duration': durations,
		customers: linkChanges('Customers', customerIds),
		products: linkChanges('Products', productIds),
		setMetadata,
		removeMetadata,
		replaceMetadata: fc.oneof(replaceMetadata, plainMetadata),
		'removeAll metadata': removeAllMetadata,
	};
}
