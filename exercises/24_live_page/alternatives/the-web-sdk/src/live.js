// The live page with the OpenTelemetry JS web SDK, bundled once for all (`infra/otel-web`). Only the conversation
// is the module's.
//
// The SDK's context manager loses what is current at a native `await`, so contexts are handed over here too.

import { list } from './list.js';
import {
  BatchSpanProcessor,
  OTLPTraceExporter,
  SpanKind,
  WebTracerProvider,
  context,
  propagation,
  resourceFromAttributes,
  trace,
} from './otel-web.js';
import { converse } from './traced-web.js';

// Whoever began it has decided: a visit that is not recorded has no trace of its own either.
const sampler = {
  shouldSample(parent, _trace, _name, _kind, _attributes, links = []) {
    const above = trace.getSpanContext(parent);
    const contexts = above ? [above] : links.map((link) => link.context);
    return { decision: contexts.every((it) => it.traceFlags & 1) ? 2 : 0 };
  },
  toString: () => 'as the visit',
};
const exporter = new OTLPTraceExporter({ url: new URL('/v1/traces', location.href).href });
const provider = new WebTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'web' }),
  sampler,
  // What nobody takes it tries again a few times, seconds later. So it sends rarely: when the page is hidden.
  spanProcessors: [new BatchSpanProcessor(exporter, { scheduledDelayMillis: 60_000 })],
});
provider.register();
const tracer = provider.getTracer('page');
const at = (/** @type {number} */ time) => performance.timeOrigin + time;

const tag = document.querySelector('meta[name=traceparent]');
const rendered = propagation.extract(context.active(), { traceparent: tag?.getAttribute('content') });
const load = tracer.startSpan('documentLoad', { startTime: at(0) }, rendered);
const links = [{ context: load.spanContext() }];

addEventListener('load', () => {
  setTimeout(() => {
    const loading = trace.setSpan(context.active(), load);
    const [page] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType('navigation'));
    const files = /** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByType('resource'));
    for (const file of [page, ...files.filter((it) => it.initiatorType !== 'fetch')]) {
      const name = file === page ? 'documentFetch' : 'resourceFetch';
      tracer.startSpan(name, { startTime: at(file.fetchStart) }, loading).end(at(file.responseEnd));
    }
    load.end(at(page.loadEventEnd));
  });
});

/** @param {'join' | 'event'} kind @param {string} name @param {object} [payload] */
async function ask(kind, name, payload) {
  const span = tracer.startSpan(name, { root: true, kind: SpanKind.CLIENT, links });
  /** @type {Record<string, string>} */
  const carrier = {};
  propagation.inject(trace.setSpan(context.active(), span), carrier);
  try {
    return await send({ kind, name, payload, carrier });
  } finally {
    span.end();
  }
}

/** @param {import('./traced-web.js').Frame} frame */
function pushed(frame) {
  const pushing = trace.getSpanContext(propagation.extract(context.active(), frame.carrier ?? {}));
  const options = { root: true, kind: SpanKind.CONSUMER, links: pushing ? [...links, { context: pushing }] : links };
  const span = tracer.startSpan(`process ${frame.name}`, options);
  list.news(frame);
  span.end();
}

const send = converse('/live', {
  join: () => ask('join', 'join cars'),
  pushed,
  changed: (joined) => list.connected(joined),
});

list.filtered(async (query) => list.show(await ask('event', 'filter cars', { query })));
