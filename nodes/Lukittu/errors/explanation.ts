/** What a user reads of a request that did not succeed. */
export interface Explanation {
	message: string;
	description: string;
	/** Whether Lukittu may have carried out the request all the same. */
	mayHaveActed?: boolean;
	/** Whether Lukittu itself says that it does not know the subject. A proxy's page proves nothing. */
	isAbsent?: boolean;
	/** Where the same request may go well in a moment. */
	transient?: Transient;
}

/** What is known of a transient failure. */
export interface Transient {
	/** What the server asks to wait, in milliseconds. */
	retryAfterMs?: number;
	/** Most times to send the request, where that is fewer than usual. */
	maxAttempts?: number;
	/** Whether the server may still be working on the request. */
	mayStillRun?: boolean;
	/** Whether the server asks for fewer requests. */
	isTooMany?: boolean;
}

/** How advice on the credential begins. */
export const CHECK_CREDENTIAL = 'Open the credential and check';
