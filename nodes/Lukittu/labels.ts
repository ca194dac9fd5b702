/** The node's label for each field of the API, so that messages name what the user sees. */
const LABELS: Record<string, string> = {
	address: 'Address',
	city: 'City',
	country: 'Country',
	customerIds: 'Customers',
	discordId: 'Discord ID',
	email: 'Email',
	expirationDate: 'Expiration Date',
	expirationDays: 'Days',
	expirationStart: 'Days Count From',
	expirationType: 'Expiration Type',
	fullName: 'Full Name',
	hwidLimit: 'Hardware ID Limit',
	ipLimit: 'IP Address Limit',
	key: 'Key',
	licenseKey: 'License Key',
	line1: 'Address Line 1',
	line2: 'Address Line 2',
	locked: 'Locked',
	metadata: 'Metadata',
	metadataKey: 'Metadata',
	metadataValue: 'Metadata',
	postalCode: 'Postal Code',
	productIds: 'Products',
	search: 'Search',
	sendEmailDelivery: 'Send Email Delivery',
	state: 'State',
	suspended: 'Suspended',
	username: 'Username',
	value: 'Value',
};

/** The label of an API field in the node, or the API's own name where the node has none. */
export function fieldLabel(apiField: string): string {
	return Object.hasOwn(LABELS, apiField) ? LABELS[apiField] : apiField;
}
