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
	/** From when on a cron run sends it while it is pending, by the sandbox's clock. */
	dueAt: Date;
	/** When the state was decided, by the sandbox's clock. */
	endedAt?: Date;
	/** Those that have ended and count. */
	attempts: DeliveryAttempt[];
	/** Calls that the server forgot, because their transaction failed (`conflicts`). */
	uncountedAttempts: DeliveryAttempt[];
}

/** Switches for what the real server's webhooks do and most tests have no use for. */
export interface WebhookRules {
	/**
	 * The sandbox's own timer sends a delivery again as soon as its pause is over. The real server has
	 * no timer: there only a cron run (`runWebhookCron()`) does, so set false to do as it does.
	 * Default true.
	 */
	timer: boolean;
	/** As in production: a webhook with an `http://` URL fails at once and is not called. Default false. */
	httpsOnly: boolean;
	/**
	 * Which deliveries are sent, yet stay pending, so that each cron run sends them again, uncounted.
	 * `overlapping`, as seen on a new server: those during which another one ended; and where many
	 * overlap, some are not sent until the cron. `always`: the worst case, all of them without an end.
	 * Default `never`.
	 */
	conflicts: 'never' | 'overlapping' | 'always';
}

/** How patient the server is. The defaults are Lukittu's; tests take shorter ones. */
export interface DeliveryTimes {
	/** Default 5000. */
	timeoutMs: number;
	/** The pause after the first attempt; each later one is twice as long. Default 60,000. */
	firstPauseMs: number;
	/** How old an event that was never counted must be for a cron run to send it. Default 300,000. */
	uncountedPauseMs: number;
	/** How long a delivery takes at least where deliveries can conflict. Default 20. */
	transactionMs: number;
}
