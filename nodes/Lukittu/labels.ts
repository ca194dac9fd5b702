/** The node's label for each field of the API, so that messages name what the user sees. */
const LABELS: Record<string, string> = {
	customerIds: 'Customers',
	expirationDate: 'Expiration Date',
	expirationDays: 'Days',
	expirationStart: 'Days Count From',
	expirationType: 'Expiration Type',
	hwidLimit: 'Hardware ID Limit',
	ipLimit: 'IP Address Limit',
	key: 'Key',
	licenseKey: 'License Key',
	locked: 'Locked',
	metadata: 'Metadata',
	productIds: 'Products',
	sendEmailDelivery: 'Send Email Delivery',
	suspended: 'Suspended',
	value: 'Value',
};

/** The label of an API field in the node, or the API's own name where the node has none. */
export function fieldLabel(apiField: string): string {
	return LABELS[apiField] ?? apiField;
}
