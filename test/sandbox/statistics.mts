import { success } from './answers.mts';
import type { Reply } from './answers.mts';
import { countryOfAlpha3 } from './countries.mts';
import { addDays } from './formats.mts';
import type { Context } from './requests.mts';
import type { ClientRequestLog, Team } from './types.mts';

const CACHE_SECONDS = 15 * 60;
const HOUR_IN_DAYS = 1 / 24;
const TOP_COUNTRIES = 10;
const TOP_PRODUCTS = 5;

/** `GET …/statistics`: for a quarter of an hour the same answer, its timestamp included. */
export function getStatistics({ team, server, now }: Context): Reply {
	const key = `statistics:${team.teamId}`;
	const cached = server.cache.get<Reply>(key, now);
	if (cached) return cached;
	const reply = {
		...success('Statistics retrieved', statistics(team, now)),
		timestamp: now.toISOString(),
	};
	server.cache.set(key, reply, CACHE_SECONDS, now);
	return reply;
}

/** All that is told of requests goes back 30 days at most. */
function statistics(team: Team, now: Date) {
	const since = (days: number) => team.requestLog.filter(({ at }) => at >= addDays(now, -days));
	const requests = since(30);
	const total = requests.length;
	const successful = requests.filter((request) => request.successful).length;
	return {
		overview: {
			totalLicenses: team.licenses.size,
			totalCustomers: team.customers.size,
			totalProducts: team.products.size,
			activeLicenses: activeLicenses(since(HOUR_IN_DAYS), team),
			totalRequests: total,
		},
		requests: {
			total,
			successful,
			failed: total - successful,
			successRate: percentage(successful, total),
			byType: Object.fromEntries(countBy(requests, (request) => request.type)),
		},
		topCountries: topCountries(requests),
		topProducts: topProducts(team),
		recentActivity: { last24h: since(1).length, last7d: since(7).length, last30d: total },
	};
}

/** Refused requests count too. */
function activeLicenses(requests: ClientRequestLog[], team: Team): number {
	const ids = requests.map((request) => request.licenseId).filter((id) => id !== null);
	return new Set(ids.filter((id) => team.licenses.has(id))).size;
}

/** With two decimals. */
function percentage(part: number, whole: number): number {
	return whole === 0 ? 0 : Math.round((part / whole) * 10_000) / 100;
}

function topCountries(requests: ClientRequestLog[]) {
	const located = requests.filter((request) => request.countryAlpha3 !== null);
	return countBy(located, (request) => request.countryAlpha3 ?? '')
		.slice(0, TOP_COUNTRIES)
		.map(([alpha3, count]) => {
			const country = countryOfAlpha3(alpha3);
			return {
				country: country?.name ?? alpha3,
				alpha3,
				alpha2: country?.alpha2 ?? alpha3,
				requests: count,
			};
		});
}

/** Products without licenses are among them where there is room. */
function topProducts(team: Team) {
	const counts = new Map(
		countBy(
			[...team.licenses.values()].flatMap((license) => license.productIds),
			(id) => id,
		),
	);
	return [...team.products.values()]
		.map(({ id, name }) => ({ id, name, licenses: counts.get(id) ?? 0 }))
		.sort((a, b) => b.licenses - a.licenses)
		.slice(0, TOP_PRODUCTS);
}

/** How often each key occurs, the most frequent first. */
function countBy<T>(items: T[], keyOf: (item: T) => string): Array<[string, number]> {
	const counts = new Map<string, number>();
	for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
	return [...counts].sort(([, a], [, b]) => b - a);
}
