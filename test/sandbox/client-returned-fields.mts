import type { Verification } from './client-checks.mts';
import type { CustomerRow, LicenseRow, MetadataRow, ProductRow, Team } from './types.mts';

type Fields = Record<string, unknown>;

/**
 * What a valid answer tells of the license, as the team chose it: null where it chose nothing, or
 * nothing of it has a value.
 */
export function returnedData({ team, license, body }: Verification): Fields | null {
	if (!team.returnedFields) return null;
	const customers = present(license.customerIds, team.customers).map((row) =>
		customerFields(row, team),
	);
	const products = present(license.productIds, team.products).map((row) =>
		productFields(row, team, body.branch),
	);
	const data = withoutEmpty({
		license: licenseFields(license, team),
		customers: customers.filter(isFilled),
		products: products.filter(isFilled),
	});
	return isFilled(data) ? data : null;
}

function licenseFields(license: LicenseRow, { returnedFields }: Team): Fields {
	const chosen = returnedFields?.license ?? [];
	const { ipLimit, hwidLimit, expirationType, expirationStart } = license;
	return {
		// These two come even where they are null.
		...(chosen.includes('ipLimit') && { ipLimit }),
		...(chosen.includes('hwidLimit') && { hwidLimit, seats: hwidLimit }),
		...(chosen.includes('expirationType') && { expirationType }),
		...(chosen.includes('expirationStart') && { expirationStart }),
		...filled(license, chosen, ['expirationDate', 'expirationDays']),
		...metadataFields(license.metadata, returnedFields?.licenseMetadataKeys),
	};
}

function customerFields(customer: CustomerRow, { returnedFields }: Team): Fields {
	return {
		...filled(customer, returnedFields?.customer, ['email', 'fullName', 'username']),
		...metadataFields(customer.metadata, returnedFields?.customerMetadataKeys),
	};
}

function productFields(product: ProductRow, team: Team, branch: string | undefined): Fields {
	const { returnedFields } = team;
	const release = latestRelease(team, product, branch);
	const told = returnedFields?.product.includes('latestRelease') && release;
	return {
		...filled(product, returnedFields?.product, ['name', 'url']),
		...(told && { latestRelease: { version: told.version, createdAt: told.createdAt } }),
		...metadataFields(product.metadata, returnedFields?.productMetadataKeys),
	};
}

/** The server looks for a branch with the ID of the name it was sent, so a branch has none. */
function latestRelease(team: Team, product: ProductRow, branch: string | undefined) {
	return [...team.releases.values()].find(
		(release) =>
			release.productId === product.id &&
			release.status === 'PUBLISHED' &&
			release.latest &&
			release.branchId === (branch ?? null),
	);
}

/** The chosen fields that have a value. */
function filled<T extends object>(row: T, chosen: string[] = [], names: Array<keyof T & string>) {
	const told = names.filter((name) => chosen.includes(name) && row[name]);
	return Object.fromEntries(told.map((name) => [name, row[name]]));
}

/** An empty list where none of the entries has a chosen key, no list where there are no entries. */
function metadataFields(metadata: MetadataRow[], keys: string[] = []): Fields {
	if (keys.length === 0 || metadata.length === 0) return {};
	const told = metadata.filter((entry) => keys.includes(entry.key));
	return { metadata: told.map(({ key, value }) => ({ key, value })) };
}

function withoutEmpty(fields: Record<string, object>): Fields {
	return Object.fromEntries(Object.entries(fields).filter(([, value]) => isFilled(value)));
}

function isFilled(fields: object): boolean {
	return Object.keys(fields).length > 0;
}

function present<T>(ids: string[], table: Map<string, T>): T[] {
	return ids.map((id) => table.get(id)).filter((row) => row !== undefined);
}
