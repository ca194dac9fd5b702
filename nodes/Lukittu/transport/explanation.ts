/** What a user reads of a request that did not succeed. */
export interface Explanation {
	message: string;
	description: string;
	/** Whether Lukittu may have carried out the request all the same. */
	mayHaveActed?: boolean;
}

/** How advice on the credential begins. */
export const CHECK_CREDENTIAL = 'Open the credential and check';
