import type { Customer, License } from '../types';

/** How a customer stands in a list: the best name there is, with the e-mail address. */
export function customerLabel({ id, email, fullName, username }: Customer): string {
	const name = fullName ?? username;
	if (name && email) return `${name} (${email})`;
	return name ?? email ?? id;
}

/** How a license stands in a list: its key, and whose and what for it is. */
export function licenseLabel({ licenseKey, customers = [], products = [] }: License): string {
	const names = [...customers.map(customerLabel), ...products.map(({ name }) => name)];
	return [licenseKey, ...names].join(' · ');
}
