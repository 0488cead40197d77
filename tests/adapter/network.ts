/** What a test needs that imports grpc-js, which reads the environment, and uses loopback. */
export const network = [{ name: "net", host: "127.0.0.1" }, { name: "env" }] as const;
