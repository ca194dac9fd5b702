import type { Explanation, LukittuRequest, Refusal, ResourceInfo } from '../../types';

/** Lukittu asks Discord while it checks a request, and refuses the whole request where that fails. */
function discordRefusal(_: LukittuRequest, { details }: Refusal): Explanation {
	const isUnknown = details === 'Discord user not found';
	return {
		message: `'Discord ID': ${isUnknown ? 'Discord knows no user with this ID' : details}`,
		description:
			"This item changed nothing. Give the ID of another Discord user, or leave 'Discord ID' out.",
	};
}

export const customerResource: ResourceInfo = {
	noun: 'customer',
	label: 'Customer',
	adviceOnRefusal:
		'Lukittu does not tell which field it means: check those of this item, and those that the customer has already.',
	refusals: [
		{
			details: /^Customer limit reached$/,
			explain: () => ({
				message: 'The team has reached its customer limit, so no customer was created',
				description:
					'Lukittu answered "Customer limit reached". Delete customers that are no longer needed, or raise the limit of the team\'s plan in the Lukittu dashboard.',
			}),
		},
		{
			details: /^Invalid email$/,
			explain: ({ body }, _, fields) => ({
				message: `Lukittu does not accept the e-mail address ${String(body?.email ?? '')}`,
				description: `This item changed nothing. ${fields.has('email') ? "Check 'Email'." : 'The customer has it already: give another one with the operation Update.'}`,
			}),
		},
		{
			details: /^(Discord account is already linked|Discord user not found)/,
			explain: discordRefusal,
		},
		{
			details: /^(Discord validation failed|Failed to validate Discord user)$/,
			explain: (_, { details }) => ({
				message: `Lukittu could not check 'Discord ID' with Discord (${details})`,
				description:
					"This item changed nothing. Try again in a few minutes, or leave 'Discord ID' out.",
				transient: {},
			}),
		},
	],
};
