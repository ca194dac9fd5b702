/** What a user reads of a request that did not succeed. */
export interface Explanation {
	message: string;
	description: string;
	/** Whether Lukittu may have carried out the request all the same. */
	mayHaveActed?: boolean;
	/** Whether Lukittu itself says that it does not know the subject; a proxy's page says nothing. */
	isAbsent?: boolean;
	/** Where the same request may go well in a moment. */
	passing?: Passing;
}

/** What is known of a state that may pass. */
export interface Passing {
	/** What the server asks to wait, in milliseconds. */
	retryAfterMs?: number;
	/** Most times to send the request, where that is fewer than usual. */
	mostTries?: number;
	/** Whether the server may still be at it. */
	isSlow?: boolean;
	/** Whether the server asks for fewer requests. */
	isTooMany?: boolean;
}

/** How advice on the credential begins. */
export const CHECK_CREDENTIAL = 'Open the credential and check';
