import { customerFault } from '../../checks/answers';
import { inTurn } from '../../transport/lock';
import type { Send } from '../../transport/request';
import type { Customer } from '../../types';
import type { CustomerBody } from './body';
import { pathOf, readCustomer, subjectOf } from './read';

/**
 * Reads a customer and writes it back as a whole, since Lukittu replaces everything. Changes of one
 * customer wait for each other.
 *
 * @param bodyFor makes the body from the customer as it is; undefined where nothing is to be written
 * @returns the customer as it is afterwards
 */
export async function changeCustomer(
	send: Send,
	id: string,
	bodyFor: (current: Customer) => CustomerBody | undefined,
): Promise<Customer> {
	return await inTurn(
		id,
		async () => {
			const current = await readCustomer(send, id);
			const body = bodyFor(current);
			if (body === undefined) return current;
			return await send<Customer>({
				method: 'PUT',
				url: pathOf(id),
				body,
				faultOf: customerFault,
				subject: subjectOf(id),
			});
		},
		send.ending,
	);
}
