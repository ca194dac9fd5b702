import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands between n8n and a server, and can be down: nothing answers at its address then. */
export class Relay {
	private server?: Server;

	private port = 0;

	private readonly sockets = new Set<Socket>();

	constructor(private readonly targetPort: number) {}

	get url(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	/** Lets connections through; always at the same port. */
	async up(): Promise<void> {
		const server = createServer((client) => {
			const target = connect(this.targetPort, '127.0.0.1');
			for (const socket of [client, target]) {
				this.sockets.add(socket);
				socket.on('error', () => socket.destroy());
				socket.on('close', () => this.sockets.delete(socket));
			}
			client.pipe(target).pipe(client);
		});
		await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
		this.port = (server.address() as AddressInfo).port;
		this.server = server;
	}

	/** Cuts what is connected, and refuses connections. */
	async down(): Promise<void> {
		const closed = new Promise<void>((resolve) => this.server?.close(() => resolve()));
		for (const socket of this.sockets) socket.destroy();
		await closed;
	}

	/** Is down for some milliseconds. */
	async restart(downMs: number): Promise<void> {
		await this.down();
		await new Promise((resolve) => setTimeout(resolve, downMs));
		await this.up();
	}
}
