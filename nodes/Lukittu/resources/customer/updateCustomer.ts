import { UserError } from 'n8n-workflow';
import { customerFault } from '../../checks/answers';
import { writtenFault } from '../../checks/customer';
import type { Client } from '../../transport/client';
import type { Customer } from '../../types';
import type { CustomerBody } from './body';
import { pathOf, readCustomer, subjectOf } from './read';
import { customerResource } from './resource';

/**
 * Makes sure that Lukittu takes what the customer has already and keeps: it may come from a time
 * with other rules.
 */
function checkKept(id: string, body: CustomerBody): void {
	const fault = writtenFault({ ...body, ...body.address });
	if (fault === undefined) return;
	throw new UserError(`Of ${subjectOf(id)}, ${fault}`, {
		description:
			"Lukittu wants all values of a customer with every change, and would refuse this one, which it has already. This item changed nothing. Use the operation Update to give a new value in the same step, or to take it off with 'Clear'.",
	});
}

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
		checkKept(id, body);
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
