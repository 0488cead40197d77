import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptor,
  status,
} from "@grpc/grpc-js";
import {
  metrics,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  trace,
} from "@opentelemetry/api";

/**
 * Makes a span of each call, under that of its caller, and measures how long it takes, through
 * Deno's own OpenTelemetry. Both say with which status of gRPC it ended, which the spans that Deno
 * makes of HTTP requests by itself do not: to HTTP nearly every call is a success.
 *
 * Of calls with one request and one answer only: a stream between branches lives as long as they.
 */
export function callSpans(): ServerInterceptor {
  const tracer = trace.getTracer("bank");
  const duration = metrics.getMeter("bank").createHistogram("rpc.server.duration", {
    unit: "ms",
    description: "How long a call took",
    advice: { explicitBucketBoundaries: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000] },
  });
  return ({ path, requestStream, responseStream }, call) => {
    if (requestStream || responseStream) return new ServerInterceptingCall(call);
    const name = path.slice(1);
    const slash = name.indexOf("/");
    const attributes = {
      "rpc.system": "grpc",
      "rpc.service": name.slice(0, slash),
      "rpc.method": name.slice(slash + 1),
    };
    const startMs = performance.now();
    let span: Span | undefined;
    let isOver = false;
    const ended = (code: status): void => {
      // One that its caller gave up may still be answered.
      if (isOver) return;
      isOver = true;
      const told = { ...attributes, "rpc.grpc.status_code": code };
      duration.record(performance.now() - startMs, told);
      span?.setAttributes(told);
      if (failures.has(code)) span?.setStatus({ code: SpanStatusCode.ERROR });
      span?.end();
    };
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata(metadata, receive) {
            const parent = propagation.extract(ROOT_CONTEXT, metadata, metadataGetter);
            span = tracer.startSpan(name, { kind: SpanKind.SERVER }, parent);
            receive(metadata);
          },
          onCancel: () => ended(status.CANCELLED),
        }),
      sendStatus(answered, next) {
        ended(answered.code);
        next(answered);
      },
    });
  };
}

const metadataGetter: TextMapGetter<Metadata> = {
  get: (metadata, key) => metadata.get(key).map(String),
  keys: (metadata) => Object.keys(metadata.getMap()),
};

/** The statuses that are a fault of the server, as OpenTelemetry's conventions have it. */
const failures: ReadonlySet<status> = new Set([
  ...[status.UNKNOWN, status.DEADLINE_EXCEEDED, status.UNIMPLEMENTED],
  ...[status.INTERNAL, status.UNAVAILABLE, status.DATA_LOSS],
]);
