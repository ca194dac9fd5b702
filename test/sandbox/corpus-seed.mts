import { randomUUID } from 'node:crypto';

import { discordNames } from './discord.mts';
import type { DiscordRules } from './discord.mts';
import {
	createTeam,
	discordAccount,
	insertCustomer,
	insertLicense,
	insertProduct,
	insertRelease,
} from './team.mts';
import type {
	Address,
	BlacklistEntry,
	ExpirationStart,
	ExpirationType,
	MetadataEntry,
	ReleaseFile,
	ReleaseStatus,
	ReturnedFields,
	Team,
	TeamSettings,
	WebhookEvent,
} from './types.mts';
import { createWebhook } from './webhooks.mts';

/** A time relative to the moment of loading: `now-20d+3m`. */
type SeedTime = string;

/** The data a server starts with, for all its teams. */
export interface Seed {
	dashboardUserId: string;
	server: { maxReleaseFileSizeMb: number };
	discord: DiscordRules;
	teams: Record<string, TeamSeed>;
}

interface TeamSeed {
	id: string;
	name: string;
	apiKey: string;
	moreApiKeys: Array<{ key: string; expiresAt: SeedTime | null }>;
	deleted: boolean;
	products: ProductOfSeed[];
	customers: CustomerOfSeed[];
	licenses: LicenseOfSeed[];
	branches: Array<{ id: string; name: string; productId: string }>;
	releases: ReleaseOfSeed[];
	hwids: Array<DeviceOfSeed & { hwid: string }>;
	ips: Array<DeviceOfSeed & { ip: string; countryAlpha3: string | null }>;
	blacklist: BlacklistEntry[];
	webhooks: Array<{ url: string; secret: string; events: WebhookEvent[] }>;
	limits: {
		maxLicenses: number;
		maxCustomers: number;
		maxReleasesPerProduct: number;
		maxStorageMb: number;
		fileUploads: boolean;
	};
	settings: Partial<TeamSettings>;
	returnedFields: ReturnedFields | null;
}

interface RowOfSeed {
	id: string;
	createdAt: SeedTime;
	updatedAt?: SeedTime;
}

interface ProductOfSeed extends RowOfSeed {
	name: string;
	url: string | null;
	metadata: MetadataEntry[];
}

interface CustomerOfSeed extends RowOfSeed {
	email: string | null;
	fullName: string | null;
	username: string | null;
	metadata: MetadataEntry[];
	address: Address | null;
	discordId: string | null;
}

interface LicenseOfSeed extends RowOfSeed {
	licenseKey: string;
	expirationType: ExpirationType;
	expirationStart: ExpirationStart;
	expirationDate: SeedTime | null;
	expirationDays: number | null;
	ipLimit: number | null;
	hwidLimit: number | null;
	suspended: boolean;
	productIds: string[];
	customerIds: string[];
	metadata: MetadataEntry[];
	lastActiveAt: SeedTime;
}

interface ReleaseOfSeed extends RowOfSeed {
	productId: string;
	version: string;
	status: ReleaseStatus;
	latest: boolean;
	branchId: string | null;
	metadata: MetadataEntry[];
	licenseIds: string[];
	file: Pick<ReleaseFile, 'name' | 'size' | 'checksum' | 'mainClassName' | 'key'> | null;
}

interface DeviceOfSeed extends Required<RowOfSeed> {
	licenseId: string;
	forgotten: boolean;
	forgottenAt: SeedTime | null;
	lastSeenAt: SeedTime;
}

/** Where the seed's webhooks go (`{{hook}}`), and whether that may be another machine. */
export interface HookTarget {
	url: string;
	anywhere: boolean;
}

const UNIT_MS: Record<string, number> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 };
const BRANCHES_CREATED_AT = 'now-100d';

/** The teams of a seed, loaded at a moment. */
export function teamsOfSeed(seed: Seed, now: Date, hook: HookTarget): Team[] {
	return Object.values(seed.teams).map((team) => new TeamLoader(team, seed, now).load(hook));
}

class TeamLoader {
	private readonly team: Team;

	constructor(
		private readonly seed: TeamSeed,
		{ dashboardUserId }: Seed,
		private readonly now: Date,
	) {
		const { id: teamId, apiKey } = seed;
		this.team = createTeam({ teamId, apiKey, userId: dashboardUserId });
	}

	load(hook: HookTarget): Team {
		this.setUp(hook);
		this.addRecords();
		this.addBranches();
		this.addReleases();
		this.addDevices();
		return this.team;
	}

	private setUp(hook: HookTarget): void {
		const { seed, team } = this;
		team.deleted = seed.deleted;
		team.moreApiKeys = seed.moreApiKeys.map(({ key, expiresAt }) => ({
			key,
			expiresAt: this.time(expiresAt),
		}));
		team.blacklist = structuredClone(seed.blacklist);
		team.webhooks = seed.webhooks.map(({ url, ...webhook }) =>
			createWebhook({ ...webhook, url: url.replace('{{hook}}', hook.url) }, hook.anywhere),
		);
		team.licenseLimit = seed.limits.maxLicenses;
		team.customerLimit = seed.limits.maxCustomers;
		team.releaseLimit = seed.limits.maxReleasesPerProduct;
		team.storageLimitMb = seed.limits.maxStorageMb;
		team.fileUploads = seed.limits.fileUploads;
		Object.assign(team.settings, seed.settings);
		team.returnedFields = structuredClone(seed.returnedFields);
	}

	private addRecords(): void {
		for (const product of this.seed.products)
			insertProduct(this.team, { ...product, ...this.times(product) }, this.now);
		for (const { discordId, ...fields } of this.seed.customers) {
			const times = this.times(fields);
			const customer = insertCustomer(this.team, { ...fields, ...times }, this.now);
			if (discordId === null) continue;
			const names = discordNames(discordId);
			customer.discordAccount = discordAccount(customer, discordId, names, times.createdAt);
		}
		for (const license of this.seed.licenses)
			insertLicense(
				this.team,
				{
					...license,
					...this.times(license),
					expirationDate: this.time(license.expirationDate),
					lastActiveAt: this.moment(license.lastActiveAt),
				},
				this.now,
			);
	}

	private addBranches(): void {
		const createdAt = this.moment(BRANCHES_CREATED_AT);
		for (const branch of this.seed.branches)
			this.team.branches.set(branch.id, { ...branch, createdAt, updatedAt: createdAt });
	}

	private addReleases(): void {
		for (const { file, licenseIds, ...release } of this.seed.releases) {
			const times = this.times(release);
			insertRelease(
				this.team,
				{
					...release,
					...times,
					allowedLicenseIds: [...licenseIds],
					file: file && {
						id: randomUUID(),
						releaseId: release.id,
						...file,
						createdAt: times.createdAt,
					},
				},
				this.now,
			);
		}
	}

	private addDevices(): void {
		const { team } = this;
		for (const device of this.seed.hwids)
			team.hardwareIds.set(device.id, { ...device, ...this.deviceFields(device) });
		for (const device of this.seed.ips)
			team.ipAddresses.set(device.id, { ...device, ...this.deviceFields(device) });
	}

	private deviceFields(device: DeviceOfSeed) {
		return {
			...this.times(device),
			teamId: this.team.teamId,
			forgottenAt: this.time(device.forgottenAt),
			lastSeenAt: this.moment(device.lastSeenAt),
		};
	}

	private times({ createdAt, updatedAt }: RowOfSeed): { createdAt: Date; updatedAt: Date } {
		return { createdAt: this.moment(createdAt), updatedAt: this.moment(updatedAt ?? createdAt) };
	}

	private time(text: SeedTime | null): Date | null {
		return text === null ? null : this.moment(text);
	}

	private moment(text: SeedTime): Date {
		return new Date(this.now.getTime() + offsetMs(text));
	}
}

/** The milliseconds of "-20d+3m" or "+1d12h"; a unit without a sign takes the one before it. */
export function offsetMs(text: string): number {
	let sum = 0;
	let sign = 1;
	for (const [, mark, count, unit] of text.matchAll(/([+-]?)(\d+)([dhms])/g)) {
		if (mark) sign = mark === '-' ? -1 : 1;
		sum += sign * Number(count) * UNIT_MS[unit];
	}
	return sum;
}
