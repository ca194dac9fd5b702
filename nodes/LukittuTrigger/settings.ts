import {
	UserError,
	type IDataObject,
	type IHookFunctions,
	type IWebhookFunctions,
} from 'n8n-workflow';
import { checkLicenseKey, checkUuid, isLicenseKey, shown } from '../Lukittu/checks/ids';
import { checkWholeNumber } from '../Lukittu/checks/values';
import { ifAdded } from '../Lukittu/resources/parameters';
import { ANY_EVENT, EVENTS } from './events';
import type { Filter } from './filter';

const MINUTE_MS = 60_000;

/** In minutes. */
export const DEFAULT_TOLERANCE = 5;
export const MAX_TOLERANCE = 60;
/** A day: Lukittu repeats events for hours, also those that were answered. */
export const DEFAULT_REPEAT_WINDOW = 1440;
export const MAX_REPEAT_WINDOW = 7 * DEFAULT_REPEAT_WINDOW;

/** How many events may be in one execution. */
export const DEFAULT_MOST_EVENTS = 1;
export const MAX_MOST_EVENTS = 1000;

export const DEFAULT_TOLERANCE_MS = DEFAULT_TOLERANCE * MINUTE_MS;
export const MAX_REPEAT_WINDOW_MS = MAX_REPEAT_WINDOW * MINUTE_MS;

/** The trigger's parameters, checked. */
export interface Settings {
	events: string[];
	filter: Filter;
	/** By how much the sender's clock and this one may differ, including the transfer. */
	toleranceMs: number;
	/** For how long after it was last received an event is dropped as a repeat; 0 is never. */
	repeatWindowMs: number;
	/** How many events one execution has at most. */
	mostEvents: number;
}

function readEvents(value: unknown): string[] {
	const events = [value ?? []].flat().map(String);
	const known: string[] = [ANY_EVENT, ...EVENTS];
	const unknown = events.find((event) => !known.includes(event));
	if (events.length > 0 && unknown === undefined) return events;
	throw new UserError(
		unknown === undefined ? "'Events' is empty" : `'Events' has ${shown(unknown)}`,
		{ description: "Choose at least one event, or 'Any Event'." },
	);
}

/** The values of a field that takes several, each of which may hold several with commas between. */
function valuesIn(value: unknown): unknown[] {
	return [value].flat().flatMap((one) => (typeof one === 'string' ? one.split(',') : [one]));
}

function checkLicenseName(value: unknown): string {
	const place = "'License IDs or Keys'";
	const isKey = typeof value === 'string' && isLicenseKey(value.trim().toUpperCase());
	return isKey ? checkLicenseKey(value, place) : checkUuid(value, place, 'license');
}

/**
 * Reads the trigger's parameters.
 *
 * @throws UserError if one is none that the node can work with
 */
export function readSettings(context: IHookFunctions | IWebhookFunctions): Settings {
	const events = readEvents(context.getNodeParameter('events', []));
	const options = context.getNodeParameter('additionalOptions', {}) as IDataObject;
	const tolerance = ifAdded(options, 'signatureTolerance', (value) =>
		checkWholeNumber(value, "'Signature Tolerance'", 1, MAX_TOLERANCE),
	);
	const repeatWindow = ifAdded(options, 'repeatWindow', (value) =>
		checkWholeNumber(value, "'Drop Repeats Within'", 0, MAX_REPEAT_WINDOW),
	);
	const mostEvents = ifAdded(options, 'mostEvents', (value) =>
		checkWholeNumber(value, "'Most Events per Execution'", 1, MAX_MOST_EVENTS),
	);
	const productIds = ifAdded(options, 'productIds', (value) =>
		valuesIn(value).map((id) => checkUuid(id, "'Product IDs'", 'product')),
	);
	const licenses = ifAdded(options, 'licenses', (value) => valuesIn(value).map(checkLicenseName));
	return {
		events,
		filter: { productIds: productIds ?? [], licenses: licenses ?? [] },
		toleranceMs: (tolerance ?? DEFAULT_TOLERANCE) * MINUTE_MS,
		repeatWindowMs: (repeatWindow ?? DEFAULT_REPEAT_WINDOW) * MINUTE_MS,
		mostEvents: mostEvents ?? DEFAULT_MOST_EVENTS,
	};
}
