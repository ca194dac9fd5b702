import { UserError, type IDataObject } from 'n8n-workflow';
import { customerFault } from '../../checks/answers';
import { writtenFault } from '../../checks/customer';
import { tolerant, type Client } from '../../transport/client';
import type { Customer } from '../../types';
import { changedMeanwhile, readSettled } from '../meanwhile';
import { isWritten, writtenBy, writtenOf, type CustomerBody } from './body';
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

/** A customer after a change. */
export interface ChangedCustomer {
	customer: Customer;
	/** What is told of other processes that changed it at the same moment. */
	outcome?: IDataObject;
}

/** Writes a customer back, and looks whether it is still so afterwards. */
async function write(
	client: Client,
	current: Customer,
	body: CustomerBody,
): Promise<ChangedCustomer> {
	const { id } = current;
	const customer = await client.send<Customer>({
		method: 'PUT',
		url: pathOf(id),
		body,
		faultOf: customerFault,
		resource: customerResource,
		subject: subjectOf(id),
	});
	const [after] = await Promise.allSettled([readCustomer(tolerant(client), id)]);
	const outcome = changedMeanwhile({
		before: writtenOf(current),
		sent: writtenBy(body),
		answered: writtenOf(customer),
		after: after.status === 'fulfilled' ? writtenOf(after.value) : undefined,
	});
	return { customer, outcome };
}

/**
 * Reads a customer and writes it back as a whole, since Lukittu replaces everything. Changes of one
 * customer run one after the other. Where Lukittu may still carry out an earlier one, this one
 * waits: the earlier one would undo it.
 *
 * @param bodyFor makes the body from the customer as it is; undefined where nothing is to be written
 */
export async function updateCustomer(
	client: Client,
	id: string,
	bodyFor: (current: Customer) => CustomerBody | undefined,
): Promise<ChangedCustomer> {
	return await client.runExclusive(id, async (_, lost) => {
		const read = async () => await readCustomer(client, id);
		const current = await readSettled(client, { read, isWritten, bodyFor }, lost);
		const body = bodyFor(current);
		if (body === undefined) return { customer: current };
		checkKept(id, body);
		return await write(client, current, body);
	});
}
