import type { Customer, License } from '../types';

/** How a customer stands in a list: the best name there is, with the e-mail address. */
export function customerLabel({ id, email, fullName, username }: Customer): string {
	const name = fullName ?? username;
	if (name && email) return `${name} (${email})`;
	return name ?? email ?? id;
}

/** How a license stands in a list: its key, and, as far as there is room, whose and what for it is. */
export function licenseLabel({ licenseKey, customers = [], products = [] }: License): string {
	const owners = customers.map(({ id, email, fullName, username }) => {
		return fullName ?? username ?? email ?? id;
	});
	return [licenseKey, ...owners, ...products.map(({ name }) => name)].join(' · ');
}

/** What a search in the list of licenses looks at, in lower case. */
export function licenseSearchText({
	id,
	licenseKey,
	customers = [],
	products = [],
}: License): string {
	const owners = customers.map(customerLabel);
	return [id, licenseKey, ...owners, ...products.map(({ name }) => name)].join('\n').toLowerCase();
}
