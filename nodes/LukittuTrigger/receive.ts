import type {
	IDataObject,
	INodeExecutionData,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { isObject } from '../Lukittu/checks/answers';
import { startInBatch } from './batchStarts';
import { readCachedSecret } from './credential';
import { ANY_EVENT } from './events';
import { passes } from './filter';
import { outputOf } from './output';
import { readBody, readHeaders } from './request';
import { eventId, openSeenEvents, requestId, type Answer } from './seenEvents';
import { DEFAULT_TOLERANCE_MS, readSettings, type Settings } from './settings';
import { isSigned, isTimely } from './signature';

/** n8n's response, with what Node.js itself gives it. */
interface Response extends Answer {
	writeHead(status: number, headers: Record<string, string>): this;
	end(body: string): void;
}

const responseOf = (context: IWebhookFunctions) =>
	context.getResponseObject() as unknown as Response;

/** Refuses a request: no workflow starts. The answer is the same whatever the reason. */
function refuse(
	context: IWebhookFunctions,
	status: 400 | 401 | 413 | 503,
	message: string,
): IWebhookResponseData {
	responseOf(context)
		.writeHead(status, { 'Content-Type': 'application/json' })
		.end(JSON.stringify({ message }));
	return { noWebhookResponse: true };
}

const unauthorized = (context: IWebhookFunctions) => refuse(context, 401, 'Unauthorized');

/** Accepts a delivery without starting the workflow. Lukittu shows the message in its dashboard. */
const drop = (message: string): IWebhookResponseData => ({ webhookResponse: { message } });

const STARTED = 'Workflow was started';

/**
 * Has n8n start the workflow.
 *
 * @param onStarted runs once n8n has an execution for it, right before n8n saves static data. What
 *   is written to static data earlier is not saved: n8n resets its mark for changes meanwhile.
 */
const startWith = (
	items: INodeExecutionData[],
	onStarted: () => void = () => {},
): IWebhookResponseData => ({
	workflowData: [items],
	// n8n reads the answer at the one moment that onStarted needs.
	get webhookResponse() {
		onStarted();
		return { message: STARTED };
	},
});

/** The secret, or undefined where there is none: then nobody can be trusted. */
async function secretOf(context: IWebhookFunctions, now: number): Promise<string | undefined> {
	try {
		return await readCachedSecret(context, now);
	} catch (error) {
		// Thrown, it would save an execution for whoever calls the address.
		context.logger.warn(`${context.getNode().name} refuses every event: ${String(error)}`);
		return undefined;
	}
}

/** The settings, or what is wrong with them, which is told once the sender is known. */
function settingsOf(context: IWebhookFunctions): Settings | Error {
	try {
		return readSettings(context);
	} catch (error) {
		return error as Error;
	}
}

/** The entity in a body, or undefined where there is none. */
function entityIn(body: Uint8Array): IDataObject | undefined {
	try {
		const entity: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
		return isObject(entity) ? entity : undefined;
	} catch {
		return undefined;
	}
}

/** An event whose signature is right. */
interface Delivery {
	/** The ID of the event, and that of the request. */
	event: string;
	request: string;
	item: INodeExecutionData;
	/** Why it does not start the workflow, if so. */
	skipReason?: string;
}

/** Starts the workflow, unless this event has started it before. */
async function startOnce(
	context: IWebhookFunctions,
	{ event, request, item, skipReason }: Delivery,
	{ repeatWindowMs, toleranceMs, mostEvents }: Settings,
	now: number,
): Promise<IWebhookResponseData> {
	const dropsRepeats = repeatWindowMs > 0;
	// A request stays valid from the tolerance before its time until the tolerance after it.
	const windows = { eventsMs: repeatWindowMs, requestsMs: 2 * toleranceMs };
	const seen = openSeenEvents(context, windows, now);
	if (dropsRepeats && seen.isStarting(event)) {
		return refuse(context, 503, 'The event is being started');
	}
	if (dropsRepeats && seen.hasEvent(event)) {
		seen.addEvent(event);
		seen.addRequest(request);
		seen.save();
		return drop('This event was received before');
	}
	// The signature does not cover the event's name: one request must not come as two events.
	if (seen.hasRequest(request)) return unauthorized(context);
	seen.addRequest(request);
	if (skipReason) {
		seen.save();
		return drop(skipReason);
	}
	const answer = responseOf(context);
	if (dropsRepeats) seen.addIfStarted([event], answer);
	const start = { event, item, answer };
	const triggerId = `${context.getWorkflow().id} ${context.getNode().id}`;
	const starts = mostEvents > 1 ? await startInBatch(triggerId, start, mostEvents) : [start];
	if (starts === false) return refuse(context, 503, 'n8n could not start the workflow');
	if (starts === true) return drop(STARTED);
	const events = dropsRepeats ? starts.map((one) => one.event) : [];
	// From here on, the answer to this request shows what becomes of all of them.
	seen.addIfStarted(events, answer);
	return startWith(
		starts.map((one) => one.item),
		() => {
			for (const one of events) seen.addEvent(one);
			seen.save();
		},
	);
}

/** Why an event does not start the workflow, or undefined where it does. */
function skipReasonOf({ events, filter }: Settings, event: string, entity: IDataObject) {
	if (!events.includes(event) && !events.includes(ANY_EVENT)) {
		return 'This event is not chosen in the workflow';
	}
	if (!passes(filter, event, entity)) return 'The filters in the workflow do not let this through';
	return undefined;
}

/**
 * Answers one request: checks that it is Lukittu's, and starts the workflow with its event.
 *
 * Until the signature is checked nothing is thrown: for what a node throws, n8n saves an execution.
 */
export async function receive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const now = Date.now();
	const secret = await secretOf(context, now);
	if (!secret) return unauthorized(context);

	const settings = settingsOf(context);
	const toleranceMs = settings instanceof Error ? DEFAULT_TOLERANCE_MS : settings.toleranceMs;
	const { event, timestamp, signature } = readHeaders(context);
	const body = await readBody(context);
	if (body === 'too large') return refuse(context, 413, 'Payload too large');
	const isGenuine = body !== undefined && isSigned({ timestamp, body, signature }, secret);
	if (!isGenuine || !event || !isTimely(timestamp, toleranceMs, now)) return unauthorized(context);

	if (settings instanceof Error) throw settings;
	const entity = entityIn(body);
	if (!entity) return refuse(context, 400, 'The body is not a JSON object');

	const skipReason = skipReasonOf(settings, event, entity);
	const item = { json: outputOf(event, timestamp, entity, now) };
	// n8n saves no static data in a test run: it starts with each event, also with a repeat.
	if (context.getMode() === 'manual') return skipReason ? drop(skipReason) : startWith([item]);

	const delivery = {
		event: eventId(event, body),
		request: requestId(signature),
		item,
		skipReason,
	};
	return await startOnce(context, delivery, settings, now);
}
