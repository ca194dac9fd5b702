import { customerFault } from '../../checks/answers';
import type { Client } from '../../transport/client';
import type { Customer } from '../../types';
import type { CustomerBody } from './body';
import { pathOf, readCustomer, subjectOf } from './read';
import { customerResource } from './resource';

/**
 * Reads a customer and writes it back as a whole, since Lukittu replaces everything. Changes of one
 * customer run one after the other.
 *
 * @param bodyFor makes the body from the customer as it is; undefined where nothing is to be written
 * @returns the customer as it is afterwards
 */
export async function updateCustomer(
	client: Client,
	id: string,
	bodyFor: (current: Customer) => CustomerBody | undefined,
): Promise<Customer> {
	return await client.runExclusive(id, async () => {
		const current = await readCustomer(client, id);
		const body = bodyFor(current);
		if (body === undefined) return current;
		return await client.send<Customer>({
			method: 'PUT',
			url: pathOf(id),
			body,
			faultOf: customerFault,
			resource: customerResource,
			subject: subjectOf(id),
		});
	});
}
