type Entity = 'LICENSE' | 'CUSTOMER' | 'PRODUCT' | 'RELEASE';
type Change = 'CREATED' | 'UPDATED' | 'DELETED';
export type WebhookEvent = `${Entity}_${Change}`;

/** A webhook as it is set up in the dashboard; the API cannot do that. */
export interface Webhook {
	url: string;
	secret: string;
	events: WebhookEvent[];
	/** False once the server has switched it off, or a test has. */
	active: boolean;
}

export interface WebhookSeed {
	url: string;
	/** Default: a random one. */
	secret?: string;
	/** Default: all twelve. */
	events?: WebhookEvent[];
}

export interface DeliveryAttempt {
	/** When it began, in milliseconds since 1970. */
	at: number;
	headers: Record<string, string>;
	/** From the beginning to the whole answer, or to what took its place. */
	ms: number;
	/** Stays undefined where no answer came. */
	status?: number;
	/** Why no answer came. */
	reason?: string;
}

/** One event on its way to one webhook. */
export interface Delivery {
	webhook: Webhook;
	event: WebhookEvent;
	/** The same text in each attempt. */
	body: string;
	state: 'pending' | 'delivered' | 'failed';
	/** When the state was decided, by the sandbox's clock. */
	endedAt?: Date;
	/** Those that have ended. */
	attempts: DeliveryAttempt[];
}

/** How patient the server is. The defaults are Lukittu's; tests take shorter ones. */
export interface DeliveryTimes {
	/** Default 5000. */
	timeoutMs: number;
	/** The pause after the first attempt; each later one is twice as long. Default 60,000. */
	firstPauseMs: number;
}
