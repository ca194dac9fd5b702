import type {
	IDataObject,
	IExecuteFunctions,
	IExecuteSingleFunctions,
	IGetNodeParameterOptions,
	NodeConnectionType,
} from 'n8n-workflow';

/** What an operation needs of n8n for one item, whichever way n8n calls it. */
export type ItemContext = Pick<
	IExecuteSingleFunctions,
	| 'continueOnFail'
	| 'getCredentials'
	| 'getExecuteData'
	| 'getExecutionCancelSignal'
	| 'getInputData'
	| 'getItemIndex'
	| 'getNode'
	| 'getNodeParameter'
	| 'getTimezone'
	| 'getWorkflowDataProxy'
> & {
	helpers: Pick<IExecuteSingleFunctions['helpers'], 'httpRequestWithAuthentication'>;
};

/**
 * A run's context as it is for one of its items.
 *
 * @param item its index, from 0
 */
export function itemContext(run: IExecuteFunctions, item: number): ItemContext {
	let credentials: Promise<object> | undefined;
	const own = {
		// Read once: the transport and n8n's helper ask for every request, and n8n's database answers.
		getCredentials: async (type: string) => await (credentials ??= run.getCredentials(type, item)),
		getInputData: (inputIndex?: number, inputName?: NodeConnectionType) =>
			run.getInputData(inputIndex, inputName)[item],
		getItemIndex: () => item,
		getNodeParameter: (name: string, fallback?: unknown, options?: IGetNodeParameterOptions) =>
			run.getNodeParameter(name, item, fallback, options) as IDataObject,
	};
	// All else is the run's; n8n's helpers need the whole of it.
	return Object.assign(Object.create(run) as IExecuteFunctions, own) as ItemContext;
}
