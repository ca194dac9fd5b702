import { success } from './answers.mts';
import type { Reply } from './answers.mts';
import { LICENSE_STATUSES, licenseStatus } from './expiry.mts';
import { LICENSE_KEY, UUID } from './formats.mts';
import { licenseListView } from './license-view.mts';
import { metadataFilter } from './metadata.mts';
import { cutPage, pageRequest } from './paging.mts';
import type { Context } from './requests.mts';
import type { LicenseRow } from './types.mts';

type Filter = (license: LicenseRow) => boolean;

const columns = {
	createdAt: (license: LicenseRow) => license.createdAt.getTime(),
	updatedAt: (license: LicenseRow) => license.updatedAt.getTime(),
};

/** `GET …/licenses` */
export function listLicenses(context: Context): Reply {
	const { team, query, features } = context;
	const request = pageRequest<LicenseRow>(query, columns);
	const filters = licenseFilters(context);
	const all = team.licenses.ascending(request.column, request.sortBy);
	const rows = filters.reduce((left, filter) => left.filter(filter), all);
	const page = cutPage(rows, request, features);
	return success('Licenses found', {
		licenses: page.rows.map((license) => itemView(license, context)),
		hasNextPage: page.hasNextPage,
		...(features.totalResults && { totalResults: page.total }),
	});
}

/** A license as it stands in a list. */
function itemView(license: LicenseRow, { team, features }: Context): Record<string, unknown> {
	const view = licenseListView(license, team);
	const { products, customers, metadata, ...documented } = view;
	return features.fullLists ? view : documented;
}

function licenseFilters(context: Context): Filter[] {
	const { query } = context;
	const filters = [
		idFilter(query.get('productIds'), (license) => license.productIds),
		idFilter(query.get('customerIds'), (license) => license.customerIds),
	];
	if (context.features.undocumentedFilters)
		filters.push(statusFilter(context), keyFilter(query), metadataFilter(query));
	return filters.filter((filter) => filter !== undefined);
}

/** What is no UUID is dropped, so that a list of nothing else filters nothing. */
function idFilter(
	list: string | null,
	idsOf: (license: LicenseRow) => string[],
): Filter | undefined {
	const ids = (list ?? '').split(',').filter((id) => UUID.test(id));
	if (ids.length === 0) return undefined;
	return (license) => idsOf(license).some((id) => ids.includes(id));
}

function statusFilter({ query, now }: Context): Filter | undefined {
	const status = query.get('status') ?? '';
	if (!LICENSE_STATUSES.includes(status)) return undefined;
	return (license) => licenseStatus(license, now) === status;
}

/** Keys are stored encrypted, so the server can look for a full one only. */
function keyFilter(query: URLSearchParams): Filter | undefined {
	const search = query.get('search') ?? '';
	return LICENSE_KEY.test(search) ? (license) => license.licenseKey === search : undefined;
}
