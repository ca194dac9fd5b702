import type { IDataObject } from 'n8n-workflow';

import type { Prepare } from '../../nodes/Lukittu/execution/operation.ts';
import type { Client } from '../../nodes/Lukittu/transport/client.ts';
import type { LukittuRequest } from '../../nodes/Lukittu/types.ts';
import { newServerState } from '../sandbox/requests.mts';
import { answer } from '../sandbox/routes.mts';
import { createTeam, insertCustomer, insertLicense, insertProduct } from '../sandbox/team.mts';
import type { LicenseRow, LicenseSeed } from '../sandbox/types.mts';

/** The moment at which every case begins. */
export const NOW = Date.parse('2027-03-28T00:30:15.250Z');

/** The same cases in every run; fast-check prints it, with the case, where a property does not hold. */
export const SEED = 20261122;

/** The workflow's time zone, in which an hour is missing on that very day. */
export const TIMEZONE = 'Europe/Berlin';

const FEATURES = {
	totalResults: true,
	undocumentedFilters: true,
	metadataById: false,
	unstableTies: true,
	fullLists: true,
	races: false,
	collation: 'bytes',
} as const;

/** A refusal by the server, with its own words. */
export class Refusal extends Error {}

/** A license as it is read by its key. */
export interface LicenseView {
	id: string;
	licenseKey: string;
	expirationType: string;
	expirationStart: string;
	expirationDate: string | null;
	expirationDays: number | null;
	hwidLimit: number | null;
	/** Follows the hardware ID limit. */
	seats: number | null;
	ipLimit: number | null;
	suspended: boolean;
	metadata: Array<{ key: string; value: string; locked: boolean }>;
	customers: Array<{ id: string }>;
	products: Array<{ id: string }>;
	createdAt: string;
	updatedAt: string;
	lastActiveAt: string;
}

/** What carrying out one operation came to. */
export type Outcome = { output: IDataObject } | { refused: string };

/** The sandbox's rules without HTTP, so that thousands of cases take seconds. */
export class Memory {
	/** Requests that were sent, by method. */
	readonly sent: string[] = [];

	/** The time, for the server and, where the test mocks `Date.now`, for the node. */
	now = NOW;

	private readonly team = createTeam();
	private readonly server = newServerState();

	/** @param links how many customers and products the team has; their IDs are always the same */
	constructor(links: number) {
		for (let index = 0; index < links; index += 1) {
			insertCustomer(this.team, { id: customerId(index) }, new Date(NOW));
			insertProduct(this.team, { id: productId(index) }, new Date(NOW));
		}
	}

	/** Puts the only license there is in place. */
	hold(...licenses: LicenseSeed[]): LicenseRow[] {
		this.team.licenses.clear();
		this.sent.length = 0;
		return licenses.map((license) => insertLicense(this.team, license, new Date(this.now)));
	}

	/** A license as the server answers it by its key; that of an ID, whatever its key is by now. */
	async read({ id }: LicenseRow): Promise<LicenseView> {
		const { licenseKey } = this.team.licenses.get(id) as LicenseRow;
		return (await this.exchange('GET', `/licenses/${licenseKey}`)) as LicenseView;
	}

	/** Carries out one operation of the node on one item, as the engine has it done. */
	async run(prepare: Prepare, parameters: IDataObject): Promise<Outcome> {
		const context = {
			getNodeParameter: (name: string, fallback: unknown) => parameters[name] ?? fallback,
			getTimezone: () => TIMEZONE,
		};
		try {
			const task = prepare(context as unknown as Parameters<Prepare>[0]);
			const [output] = await task(this.client);
			return { output };
		} catch (error) {
			return { refused: (error as Error).message };
		}
	}

	private readonly client: Client = {
		send: async <T,>({ method, url, body }: LukittuRequest) => {
			this.sent.push(method);
			return (await this.exchange(method, url, body)) as T;
		},
		runExclusive: async (name, task) => await task(typeof name === 'string' ? name : await name()),
		lookUntil: async (look) => await look(),
	};

	private async exchange(method: string, url: string, body?: IDataObject): Promise<unknown> {
		const reply = await answer({
			method,
			path: `/api/v1/dev/teams/${this.team.teamId}${url}`,
			search: '',
			query: new URLSearchParams(),
			headers: { authorization: `Bearer ${this.team.apiKey}` },
			clientAddress: '127.0.0.1',
			rawBody: Buffer.from(JSON.stringify(body) ?? ''),
			now: new Date(this.now),
			teams: [this.team],
			features: FEATURES,
			server: this.server,
			notify: () => {},
		});
		const { data, result } = JSON.parse(String(reply.body)) as IDataObject & {
			result: IDataObject;
		};
		if (reply.status !== 200) throw new Refusal(`${result.details} ${JSON.stringify(data)}`);
		return data;
	}
}

const numberedId = (start: string, index: number) =>
	`${start}-0000-4000-8000-${String(index).padStart(12, '0')}`;

/** The ID of a customer of the team. */
export const customerId = (index: number) => numberedId('c0000000', index);

/** The ID of a product of the team. */
export const productId = (index: number) => numberedId('d0000000', index);

/** What there is to say of a license, in a form in which two readings of it are alike. */
export type Facts = ReturnType<typeof factsOf>;

/**
 * Leaves out what changes with every write: `updatedAt`, and the rows of metadata, which the server
 * makes anew; their keys, values and locks stay.
 */
export function factsOf({ updatedAt, metadata, customers, products, ...facts }: LicenseView) {
	return {
		...facts,
		customerIds: customers.map(({ id }) => id),
		productIds: products.map(({ id }) => id),
		metadata: metadata.map(({ key, value, locked }) => ({ key, value, locked })),
	};
}

/**
 * What every answer tells of a license. Reading by key tells more of it than an update answers with:
 * its seats, and the metadata of its products and customers.
 */
export function comparable(view: object): IDataObject {
	const { seats, customers, products, ...fields } = view as IDataObject;
	const idsOf = (rows: unknown) => (rows as LicenseView['customers']).map(({ id }) => id);
	return { ...fields, customers: idsOf(customers), products: idsOf(products) };
}

/** Expects an operation to have come out with a license as it is read afterwards. */
export function expectOutput(outcome: Outcome, view: object): void {
	if ('refused' in outcome) throw new Error(outcome.refused);
	expectSame(comparable(outcome.output), comparable(view));
}

/** Expects two readings to be alike. As text first: jest takes a millisecond to compare objects. */
export function expectSame(actual: unknown, expected: unknown): void {
	if (JSON.stringify(actual) !== JSON.stringify(expected)) expect(actual).toEqual(expected);
}

/** Whether Lukittu takes no change of a license as it is. */
export const hasExpiredAtDate = ({ expirationType, expirationDate }: Facts, now = NOW) =>
	expirationType === 'DATE' && Date.parse(expirationDate as string) <= now;

/** What any write does: days that stand beside a date would make Lukittu store now + days. */
export const rewritten = (before: Facts): Facts =>
	before.expirationType === 'DATE' ? { ...before, expirationDays: null } : before;
