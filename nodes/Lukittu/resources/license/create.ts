import { UserError, type IDataObject, type INodeProperties } from 'n8n-workflow';
import { licenseFault } from '../../checks/answers';
import { checkIdempotencyKey } from '../../checks/idempotencyKey';
import { checkLinkCount } from '../../checks/ids';
import { checkMetadata } from '../../checks/metadata';
import { checkBoolean, checkLimit } from '../../checks/values';
import type { ItemContext } from '../../execution/itemContext';
import type { Prepare } from '../../execution/operation';
import type { License, LukittuRequest } from '../../types';
import { metadataEntries } from '../fields';
import { leftOutOf, readOptionalFields } from '../leaveOut';
import { entriesOf, idsOf, ifAdded } from '../parameters';
import {
	checkExpiration,
	checkNotOver,
	expirationDateField,
	expirationDaysField,
	expirationStartField,
	expirationTypeField,
} from './expiration';
import { customersSelect, hwidLimitField, ipLimitField, productsSelect } from './fields';
import {
	findOrCreate,
	withIdempotencyKey,
	type KeyedCreate,
	type LicenseCreateBody,
} from './idempotency';
import { licenseOutput } from './output';
import { licenseResource } from './resource';

const showOnlyForLicenseCreate = {
	resource: ['license'],
	operation: ['create'],
};

export const licenseCreateDescription: INodeProperties[] = [
	{
		...expirationTypeField,
		displayOptions: { show: showOnlyForLicenseCreate },
	},
	{
		...expirationDateField,
		displayOptions: { show: { ...showOnlyForLicenseCreate, expirationType: ['DATE'] } },
	},
	{
		...expirationDaysField,
		displayOptions: { show: { ...showOnlyForLicenseCreate, expirationType: ['DURATION'] } },
	},
	{
		...expirationStartField,
		displayOptions: { show: { ...showOnlyForLicenseCreate, expirationType: ['DURATION'] } },
	},
	{
		...customersSelect,
		description: 'The customers who own the license, at most 20',
		displayOptions: { show: showOnlyForLicenseCreate },
	},
	{
		...productsSelect,
		description: 'The products the license is for, at most 20',
		displayOptions: { show: showOnlyForLicenseCreate },
	},
	{
		displayName: 'Additional Fields',
		name: 'additionalFields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		displayOptions: { show: showOnlyForLicenseCreate },
		options: [
			hwidLimitField,
			{
				displayName: 'Idempotency Key',
				name: 'idempotencyKey',
				type: 'string',
				default: '',
				placeholder: 'e.g. {{ $json.paymentIntent }}',
				description:
					'What stands for this one license: one key for each license sold, such as the ID of the payment, with the line of the order and the number of the piece where a payment is for several. A license that was already created with the same key is returned instead of a second one, however often the workflow runs. 1 to 255 characters, compared exactly.',
			},
			ipLimitField,
			{
				...metadataEntries,
				description: 'Your own data on the license, at most 20 entries',
			},
			{
				displayName: 'Send Email Delivery',
				name: 'sendEmailDelivery',
				type: 'boolean',
				default: false,
				description:
					'Whether Lukittu e-mails the license key to the customers, of whom at least one must be added. A team has 50 e-mails in 24 hours, counted from the first one; those that are refused or cannot be sent count too.',
			},
			{
				displayName: 'Suspended',
				name: 'suspended',
				type: 'boolean',
				default: false,
				description: 'Whether the license starts suspended, so that it is not valid yet',
			},
		],
	},
];

function readBody(context: ItemContext, additional: IDataObject): LicenseCreateBody {
	const expiration = checkExpiration(
		{
			expirationType: context.getNodeParameter('expirationType', 'NEVER'),
			expirationDate: context.getNodeParameter('expirationDate', ''),
			expirationDays: context.getNodeParameter('expirationDays', 0),
			expirationStart: context.getNodeParameter('expirationStart', 'CREATION'),
		},
		context.getTimezone(),
	);
	const customerIds = idsOf(context.getNodeParameter('customers', {}), 'customer', "'Customers'");
	const productIds = idsOf(context.getNodeParameter('products', {}), 'product', "'Products'");
	const limit = (name: string, place: string) =>
		ifAdded(additional, name, (value) => checkLimit(value, place)) ?? null;
	const isOn = (name: string, place: string) =>
		ifAdded(additional, name, (value) => checkBoolean(value, place)) ?? false;
	const readMetadata = (value: unknown) =>
		checkMetadata(entriesOf(value, "'Metadata'"), "'Metadata'");
	const sendEmailDelivery = isOn('sendEmailDelivery', "'Send Email Delivery'");
	if (sendEmailDelivery && customerIds.length === 0) {
		throw new UserError("'Send Email Delivery' is on, but 'Customers' names nobody", {
			description:
				"Lukittu e-mails the license key to the license's customers. Add a customer, or switch 'Send Email Delivery' off.",
		});
	}
	return {
		...expiration,
		sendEmailDelivery,
		hwidLimit: limit('hwidLimit', "'Hardware ID Limit'"),
		ipLimit: limit('ipLimit', "'IP Address Limit'"),
		suspended: isOn('suspended', "'Suspended'"),
		customerIds: checkLinkCount(customerIds, "'Customers'", 'customer'),
		productIds: checkLinkCount(productIds, "'Products'", 'product'),
		metadata: ifAdded(additional, 'metadata', readMetadata) ?? [],
	};
}

/** The option for licenses that were changed after they were sold. */
export const acceptChangedField: INodeProperties = {
	displayName: 'Accept Changed License',
	name: 'acceptChangedLicense',
	type: 'boolean',
	default: false,
	description:
		"Whether the license with the same 'Idempotency Key' may lack customers or products that this item names, since they were changed after the sale. Without it, such a license is refused: it is likely to be another sale's.",
};

function readAcceptsChanged(context: ItemContext): boolean {
	const options = context.getNodeParameter('options', {}) as IDataObject;
	const read = (value: unknown) => checkBoolean(value, "'Accept Changed License'");
	return ifAdded(options, 'acceptChangedLicense', read) ?? false;
}

/** Create: one POST with all eleven fields, since Lukittu refuses a body that lacks one. */
export const prepareLicenseCreate: Prepare = (context) => {
	const optional = readOptionalFields(context, 'additionalFields');
	const additional = optional.fields;
	const body = readBody(context, additional);
	const output = licenseOutput(context);
	const key = ifAdded(additional, 'idempotencyKey', checkIdempotencyKey);
	const acceptsChanged = readAcceptsChanged(context);
	const request = {
		method: 'POST',
		url: '/licenses',
		faultOf: licenseFault,
		body,
		resource: licenseResource,
		subject: 'the new license',
	} satisfies LukittuRequest;
	if (key === undefined) {
		checkNotOver(body);
		const outcome = { alreadyExisted: false, ...leftOutOf(optional) };
		return async (client) => [output(await client.send<License>(request), outcome)];
	}

	const metadata = withIdempotencyKey(body.metadata, key);
	const keyed: KeyedCreate = {
		key,
		request: { ...request, body: { ...body, metadata } },
		acceptsChanged,
		checkCreate: () => checkNotOver(body),
	};
	return async (client) => {
		const { license, ...outcome } = await findOrCreate(client, keyed);
		return [output(license, { ...outcome, ...leftOutOf(optional) })];
	};
};
