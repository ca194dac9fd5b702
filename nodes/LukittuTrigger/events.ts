import type { INodePropertyOptions } from 'n8n-workflow';

/** The events that Lukittu sends, in the order in which they are offered. */
export const EVENTS = [
	'CUSTOMER_CREATED',
	'CUSTOMER_DELETED',
	'CUSTOMER_UPDATED',
	'LICENSE_CREATED',
	'LICENSE_DELETED',
	'LICENSE_UPDATED',
	'PRODUCT_CREATED',
	'PRODUCT_DELETED',
	'PRODUCT_UPDATED',
	'RELEASE_CREATED',
	'RELEASE_DELETED',
	'RELEASE_UPDATED',
] as const;

/** Selects all events, also those that Lukittu may add later. */
export const ANY_EVENT = '*';

/** The name that users see: "License Created" for "LICENSE_CREATED". */
function title(event: string): string {
	return event.replace(/_/g, ' ').replace(/\B[A-Z]/g, (letter) => letter.toLowerCase());
}

export const eventOptions: INodePropertyOptions[] = [
	{
		name: 'Any Event',
		value: ANY_EVENT,
		description: 'Every event that Lukittu sends to this webhook',
	},
	...EVENTS.map((event) => ({ name: title(event), value: event })),
];

/** Whether an event is about an entity of this kind: "LICENSE", "PRODUCT" and so on. */
export function isAbout(event: string, entity: string): boolean {
	return event.startsWith(`${entity}_`);
}
