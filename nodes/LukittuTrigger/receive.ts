import type {
	IDataObject,
	INodeExecutionData,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { isObject } from '../Lukittu/checks/answers';
import { readSecretOften } from './credential';
import { ANY_EVENT } from './events';
import { passes } from './filter';
import { outputOf } from './output';
import { deliveryName, recall, requestName, triggerName, type Answer } from './repeats';
import { readBody, readHeaders } from './request';
import { DEFAULT_TOLERANCE_MS, readSettings, type Settings } from './settings';
import { isSigned, isTimely } from './signature';
import { startTogether } from './together';

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

/** Has n8n start the workflow, which it does before it answers. */
const startWith = (items: INodeExecutionData[]): IWebhookResponseData => ({
	workflowData: [items],
	webhookResponse: { message: STARTED },
});

/** The secret, or undefined where there is none: then nobody can be trusted. */
async function secretOf(context: IWebhookFunctions, now: number): Promise<string | undefined> {
	try {
		return await readSecretOften(context, now);
	} catch (fault) {
		// Thrown, it would save an execution for whoever calls the address.
		context.logger.warn(`${context.getNode().name} refuses every event: ${String(fault)}`);
		return undefined;
	}
}

/** The settings, or what is wrong with them, which is told once the sender is known. */
function settingsOf(context: IWebhookFunctions): Settings | Error {
	try {
		return readSettings(context);
	} catch (fault) {
		return fault as Error;
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

	const isChosen = settings.events.some((chosen) => chosen === event || chosen === ANY_EVENT);
	const item = () => ({ json: outputOf(event, timestamp, entity, now) });
	const skipped = !isChosen
		? drop('This event is not chosen in the workflow')
		: passes(settings.filter, event, entity)
			? undefined
			: drop('The filters in the workflow do not let this through');
	// n8n keeps nothing of a test: each listening takes the next event, also one that came before.
	if (context.getMode() === 'manual') return skipped ?? startWith([item()]);

	const { repeatWindowMs, mostEvents } = settings;
	// A request stays valid from the tolerance before its time until the tolerance after it.
	const validMs = 2 * toleranceMs;
	const recollection = recall(context, now - Math.max(repeatWindowMs, validMs), now);
	const delivery = deliveryName(event, body);
	const request = requestName(signature);
	if (repeatWindowMs > 0) {
		if (recollection.isStarting(delivery))
			return refuse(context, 503, 'The event is being started');
		if (recollection.has(delivery, now - repeatWindowMs)) {
			recollection.add(delivery, request);
			recollection.save();
			return drop('This event was received before');
		}
	}
	// The signature does not cover the event's name: one request must not come as two events.
	if (recollection.has(request, now - validMs)) return unauthorized(context);
	recollection.add(request);
	if (skipped) {
		recollection.save();
		return skipped;
	}
	const answer = responseOf(context);
	if (repeatWindowMs > 0) recollection.addIfStarted(delivery, answer);
	const own = { delivery, item: item(), answer };
	const starts =
		mostEvents > 1 ? await startTogether(triggerName(context), own, mostEvents) : [own];
	if (starts === false) return refuse(context, 503, 'n8n could not start the workflow');
	if (starts === true) return drop(STARTED);
	recollection.save(...(repeatWindowMs > 0 ? starts.map((one) => one.delivery) : []));
	return startWith(starts.map((one) => one.item));
}
