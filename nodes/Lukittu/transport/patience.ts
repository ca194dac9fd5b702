import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { checkWholeNumber } from '../checks/values';
import type { ItemContext } from './context';
import { MOST_AT_ONCE, USUAL_AT_ONCE } from './gate';

/** How the user wants requests to be sent. */
export interface Patience {
	/** Most requests in flight, 1 to 50. */
	mostAtOnce: number;
	/** For how long a request is sent again while its failure may pass, in milliseconds. */
	keepTryingMs: number;
}

const USUAL_SECONDS = 60;
const MOST_SECONDS = 3600;

export const USUAL_PATIENCE: Patience = {
	mostAtOnce: USUAL_AT_ONCE,
	keepTryingMs: USUAL_SECONDS * 1000,
};

/** The options, of every operation, for how requests are sent. */
export const patienceOptions: INodeProperties[] = [
	{
		displayName: 'Keep Trying For',
		name: 'keepTryingFor',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: MOST_SECONDS, numberPrecision: 0 },
		default: USUAL_SECONDS,
		description:
			'For how many seconds a request is repeated while Lukittu is busy or cannot be reached, where repeating does no harm. 0 to try once.',
	},
	{
		displayName: 'Most Requests at Once',
		name: 'mostRequestsAtOnce',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: MOST_AT_ONCE, numberPrecision: 0 },
		default: USUAL_AT_ONCE,
		description:
			'How many requests may be under way at the same time, from 1 to 50. Where Lukittu answers that they are too many, the node sends fewer by itself.',
	},
];

/**
 * Reads these options.
 *
 * @throws UserError if one is out of its range
 */
export function readPatience(context: ItemContext): Patience {
	const options = context.getNodeParameter('options', {}) as IDataObject;
	const { keepTryingFor = USUAL_SECONDS, mostRequestsAtOnce = USUAL_AT_ONCE } = options;
	return {
		keepTryingMs: checkWholeNumber(keepTryingFor, "'Keep Trying For'", 0, MOST_SECONDS) * 1000,
		mostAtOnce: checkWholeNumber(mostRequestsAtOnce, "'Most Requests at Once'", 1, MOST_AT_ONCE),
	};
}
