import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { checkWholeNumber } from '../checks/values';
import { DEFAULT_IN_FLIGHT, MAX_IN_FLIGHT } from '../transport/requestLimiter';
import type { RetryOptions } from '../types';
import type { ItemContext } from './itemContext';

const DEFAULT_SECONDS = 60;
const MAX_SECONDS = 3600;

/** The options, of every operation, for how requests are sent. */
export const retryOptions: INodeProperties[] = [
	{
		displayName: 'Keep Trying For',
		name: 'keepTryingFor',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: MAX_SECONDS, numberPrecision: 0 },
		default: DEFAULT_SECONDS,
		description:
			'For how many seconds a request is repeated while Lukittu is busy or cannot be reached, where repeating does no harm. 0 to try once.',
	},
	{
		displayName: 'Most Requests at Once',
		name: 'mostRequestsAtOnce',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: MAX_IN_FLIGHT, numberPrecision: 0 },
		default: DEFAULT_IN_FLIGHT,
		description:
			'How many requests may be under way at the same time, from 1 to 50. Where Lukittu answers that they are too many, the node sends fewer by itself.',
	},
];

/**
 * Reads these options.
 *
 * @throws UserError if one is out of its range
 */
export function readRetryOptions(context: ItemContext): RetryOptions {
	const options = context.getNodeParameter('options', {}) as IDataObject;
	const { keepTryingFor = DEFAULT_SECONDS, mostRequestsAtOnce = DEFAULT_IN_FLIGHT } = options;
	return {
		keepTryingMs: checkWholeNumber(keepTryingFor, "'Keep Trying For'", 0, MAX_SECONDS) * 1000,
		maxInFlight: checkWholeNumber(mostRequestsAtOnce, "'Most Requests at Once'", 1, MAX_IN_FLIGHT),
	};
}
