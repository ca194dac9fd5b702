import { ApiError, SERVER_ERROR, success } from './answers.mts';
import type { Reply } from './answers.mts';
import { customerBody } from './customer-body.mts';
import { discordUser } from './discord.mts';
import type { DiscordUser } from './discord.mts';
import { likeMatcher, UUID } from './formats.mts';
import { metadataFilter, metadataRows, metadataView } from './metadata.mts';
import { cutPage, pageRequest } from './paging.mts';
import { raceWindow } from './races.mts';
import { refuseUnstorable } from './requests.mts';
import type { Context } from './requests.mts';
import { addressRow, discordAccount, insertCustomer } from './team.mts';
import type { CustomerRow, Team } from './types.mts';

type Filter = (customer: CustomerRow) => boolean;

/** What the server says of an update where Discord does not answer. */
const UPDATE_FAILURE = 'Failed to validate Discord user';

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
export function listCustomers(context: Context): Reply {
	const { team, query, features } = context;
	const request = pageRequest<CustomerRow>(query, columns);
	const all = team.customers.ascending(request.column, request.sortBy, features.collation);
	const rows = customerFilters(context).reduce((left, filter) => left.filter(filter), all);
	const page = cutPage(rows, request, features);
	return success('Customers found', {
		customers: page.rows.map((customer) => customerView(customer, team)),
		hasNextPage: page.hasNextPage,
		...(features.totalResults && { totalResults: page.total }),
	});
}

/** `POST …/customers`. E-mail addresses need not be unique. */
export async function createCustomer(context: Context): Promise<Reply> {
	const { team, now, features } = context;
	const { discordId, ...fields } = customerBody(context);
	if (team.customers.size >= team.customerLimit) throw new ApiError(400, 'Customer limit reached');
	const user = discordId && (await linkableUser(context, discordId, 'Discord validation failed'));
	refuseUnstorable(fields);
	if (features.races) await raceWindow();
	const customer = insertCustomer(team, { ...fields, createdByUserId: null }, now);
	if (discordId && user) customer.discordAccount = discordAccount(customer, discordId, user, now);
	context.notify(team, 'CUSTOMER_CREATED', customerView(customer, team));
	return success('Customer created', customerView(customer, team), 201);
}

/** `GET …/customers/{customerId}` */
export function getCustomer({ team, params }: Context): Reply {
	return success('Customer found', customerView(byId(team, params.customerId), team));
}

/** `PUT …/customers/{customerId}`: a full replacement, but for the Discord link. */
export async function updateCustomer(context: Context): Promise<Reply> {
	const { team, params, now, features } = context;
	const { discordId, ...fields } = customerBody(context);
	// The server asks Discord before it looks for the customer.
	const user = discordId && (await linkableUser(context, discordId, UPDATE_FAILURE));
	const customer = byId(team, params.customerId);
	refuseUnstorable(fields);
	if (features.races) await raceWindow();
	if (!team.customers.has(customer.id)) throw new ApiError(500, SERVER_ERROR);
	Object.assign(customer, {
		...fields,
		address: addressRow(fields.address ?? null, customer.id),
		metadata: metadataRows(fields.metadata, now),
		updatedAt: now,
	} satisfies Partial<CustomerRow>);
	// Without a Discord ID in the body the link stays, null removes it.
	if (discordId === null) customer.discordAccount = null;
	if (discordId && user && discordId !== customer.discordAccount?.discordId)
		customer.discordAccount = discordAccount(customer, discordId, user, now);
	context.notify(team, 'CUSTOMER_UPDATED', customerView(customer, team));
	return success('Customer updated', customerView(customer, team));
}

/** `DELETE …/customers/{customerId}`: the customer's licenses stay. */
export async function deleteCustomer(context: Context): Promise<Reply> {
	const { team, params, notify, features } = context;
	const customer = byId(team, params.customerId);
	const { id } = customer;
	if (features.races) await raceWindow();
	if (!team.customers.delete(id)) throw new ApiError(500, SERVER_ERROR);
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

function customerFilters(context: Context): Filter[] {
	const { query, features } = context;
	const filters = [searchFilter(query.get('search'))];
	if (features.undocumentedFilters)
		filters.push(licenseFilter(context), licenseCountFilter(context), metadataFilter(query));
	return filters.filter((filter) => filter !== undefined);
}

function searchFilter(search: string | null): Filter | undefined {
	if (!search) return undefined;
	refuseUnstorable(search);
	const matches = likeMatcher(search);
	return ({ email, fullName, username, discordAccount: account }) =>
		[email, fullName, username, account?.username, account?.globalName, account?.discordId].some(
			(text) => typeof text === 'string' && matches(text),
		);
}

/** The customers of a license. */
function licenseFilter({ team, query }: Context): Filter | undefined {
	const licenseId = query.get('licenseId');
	if (!licenseId) return undefined;
	if (!UUID.test(licenseId)) throw new ApiError(400, 'Invalid licenseId format');
	const customerIds = team.licenses.get(licenseId)?.customerIds ?? [];
	return ({ id }) => customerIds.includes(id);
}

/** By how many licenses a customer has. */
function licenseCountFilter({ team, query }: Context): Filter | undefined {
	const min = Number.parseInt(query.get('licenseCountMin') ?? '');
	const max = Number.parseInt(query.get('licenseCountMax') ?? '');
	const isWanted = countComparison(query.get('licenseCountComparisonMode'), min, max);
	if (!isWanted) return undefined;
	const counts = new Map<string, number>();
	for (const { customerIds } of team.licenses.values())
		for (const id of customerIds) counts.set(id, (counts.get(id) ?? 0) + 1);
	return ({ id }) => isWanted(counts.get(id) ?? 0);
}

/** Undefined where the mode is unknown, or lacks a number that it needs. */
function countComparison(
	mode: string | null,
	min: number,
	max: number,
): ((count: number) => boolean) | undefined {
	if (Number.isNaN(min)) return undefined;
	if (mode === 'equals') return (count) => count === min;
	if (mode === 'greater') return (count) => count > min;
	if (mode === 'less') return (count) => count < min;
	if (mode === 'between' && !Number.isNaN(max)) return (count) => count >= min && count <= max;
	return undefined;
}

/** What Discord tells of an account that no other customer of the team is linked to. */
async function linkableUser(
	{ team, params, server }: Context,
	discordId: string,
	failure: string,
): Promise<DiscordUser> {
	for (const { id, discordAccount: account, ...names } of team.customers.values()) {
		if (account?.discordId !== discordId || id === params.customerId) continue;
		const name = names.fullName || names.username || names.email;
		throw new ApiError(400, `Discord account is already linked to customer: ${name}`);
	}
	const user = await discordUser(discordId, server.discord);
	if (user === 'unknown') throw new ApiError(400, 'Discord user not found');
	if (user === 'failed') throw new ApiError(400, failure);
	return user;
}
