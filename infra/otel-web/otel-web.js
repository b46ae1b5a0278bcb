// What exercise 23's alternative takes of the OpenTelemetry JS web SDK, for one file without a bundler.
export { SpanKind, SpanStatusCode, context, propagation, trace } from '@opentelemetry/api';
export { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
export { resourceFromAttributes } from '@opentelemetry/resources';
export { BatchSpanProcessor, WebTracerProvider } from '@opentelemetry/sdk-trace-web';
