import { randomUUID } from 'node:crypto';

import { ApiError, success } from './answers.mts';
import type { Reply } from './answers.mts';
import { customerBody } from './customer-body.mts';
import type { CustomerBody } from './customer-body.mts';
import { likeMatcher } from './formats.mts';
import { metadataRows, metadataView } from './metadata.mts';
import { cutPage, pageRequest } from './paging.mts';
import { refuseUnstorable } from './requests.mts';
import type { Context } from './requests.mts';
import { addressRow, insertCustomer } from './team.mts';
import type { CustomerRow, DiscordAccount, Team } from './types.mts';

const columns = {
	createdAt: (customer: CustomerRow) => customer.createdAt.getTime(),
	updatedAt: (customer: CustomerRow) => customer.updatedAt.getTime(),
	fullName: (customer: CustomerRow) => customer.fullName,
	email: (customer: CustomerRow) => customer.email,
	username: (customer: CustomerRow) => customer.username,
};

/** A customer as the API answers with it. */
export function customerView(customer: CustomerRow, team: Team): Record<string, unknown> {
	return {
		...customer,
		metadata: metadataView(customer.metadata, team, { customerId: customer.id }),
	};
}

/** `GET …/customers` */
export function listCustomers({ team, query, features }: Context): Reply {
	const request = pageRequest<CustomerRow>(query, columns);
	const rows = team.customers.ascending(request.column, request.sortBy);
	const page = cutPage(matching(rows, query.get('search')), request, features);
	return success('Customers found', {
		customers: page.rows.map((customer) => customerView(customer, team)),
		hasNextPage: page.hasNextPage,
		...(features.totalResults && { totalResults: page.total }),
	});
}

/** `POST …/customers`. E-mail addresses need not be unique. */
export function createCustomer(context: Context): Reply {
	const { team, now } = context;
	const { discordId, ...fields } = customerBody(context);
	if (team.customers.size >= team.customerLimit) throw new ApiError(400, 'Customer limit reached');
	const customer = insertCustomer(team, { ...fields, createdByUserId: null }, now);
	if (discordId) customer.discordAccount = newDiscordAccount(customer, discordId, now);
	context.notify(team, 'CUSTOMER_CREATED', customerView(customer, team));
	return success('Customer created', customerView(customer, team), 201);
}

/** `GET …/customers/{customerId}` */
export function getCustomer({ team, params }: Context): Reply {
	return success('Customer found', customerView(byId(team, params.customerId), team));
}

/** `PUT …/customers/{customerId}`: a full replacement, but for the Discord link. */
export function updateCustomer(context: Context): Reply {
	const { team, params, now } = context;
	const { discordId, ...fields } = customerBody(context);
	const customer = byId(team, params.customerId);
	Object.assign(customer, {
		...fields,
		address: addressRow(fields.address ?? null, customer.id),
		discordAccount: discordAccountAfter(customer, discordId, now),
		metadata: metadataRows(fields.metadata, now),
		updatedAt: now,
	} satisfies Partial<CustomerRow>);
	context.notify(team, 'CUSTOMER_UPDATED', customerView(customer, team));
	return success('Customer updated', customerView(customer, team));
}

/** `DELETE …/customers/{customerId}`: the customer's licenses stay. */
export function deleteCustomer({ team, params, notify }: Context): Reply {
	const customer = byId(team, params.customerId);
	const { id } = customer;
	team.customers.delete(id);
	for (const license of team.licenses.values())
		license.customerIds = license.customerIds.filter((customerId) => customerId !== id);
	notify(team, 'CUSTOMER_DELETED', customerView(customer, team));
	return success('Customer deleted successfully', { customerId: id, deleted: true });
}

function byId(team: Team, customerId: string): CustomerRow {
	const customer = team.customers.get(customerId);
	if (!customer) throw new ApiError(404, 'Customer not found');
	return customer;
}

function matching(rows: readonly CustomerRow[], search: string | null): readonly CustomerRow[] {
	if (!search) return rows;
	refuseUnstorable(search);
	const matches = likeMatcher(search);
	return rows.filter(({ email, fullName, username, discordAccount }) =>
		[email, fullName, username, discordAccount?.username, discordAccount?.discordId].some(
			(text) => typeof text === 'string' && matches(text),
		),
	);
}

/** Without a Discord ID in the body the link stays, null removes it. */
function discordAccountAfter(
	customer: CustomerRow,
	discordId: CustomerBody['discordId'],
	now: Date,
): DiscordAccount | null {
	if (discordId === null) return null;
	const current = customer.discordAccount;
	if (discordId === undefined || discordId === current?.discordId) return current;
	return newDiscordAccount(customer, discordId, now);
}

/** The real server asks Discord for the names; these are made up from the ID. */
function newDiscordAccount(customer: CustomerRow, discordId: string, now: Date): DiscordAccount {
	return {
		id: randomUUID(),
		customerId: customer.id,
		teamId: customer.teamId,
		discordId,
		username: `discord${discordId.slice(-4)}`,
		globalName: `Discord ${discordId.slice(-4)}`,
		avatar: `avatar${discordId.slice(-4)}`,
		createdAt: now,
		updatedAt: now,
	};
}
