import { customerFault } from '../../checks/answers';
import type { Client } from '../../transport/client';
import type { Customer } from '../../types';
import { customerResource } from './resource';

/** How a customer stands in messages. */
export function subjectOf(id: string): string {
	return `the customer with the ID ${id}`;
}

/** The path of a customer below its team. */
export function pathOf(id: string): string {
	return `/customers/${id}`;
}

/** Gets a customer. */
export async function readCustomer(client: Client, id: string): Promise<Customer> {
	return await client.send<Customer>({
		method: 'GET',
		url: pathOf(id),
		faultOf: customerFault,
		resource: customerResource,
		subject: subjectOf(id),
	});
}
