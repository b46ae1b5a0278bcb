// The page of a car with the OpenTelemetry JS web SDK, bundled once for all (`infra/otel-web`).
//
// Its context manager loses what is current at a native `await`, so contexts are handed over here too.

import {
  BatchSpanProcessor,
  OTLPTraceExporter,
  SpanKind,
  SpanStatusCode,
  WebTracerProvider,
  context,
  propagation,
  resourceFromAttributes,
  trace,
} from './otel-web.js';

const exporter = new OTLPTraceExporter({ url: new URL('/v1/traces', location.href).href });
const provider = new WebTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'web' }),
  // It sends what waits when the page is hidden, by itself.
  spanProcessors: [new BatchSpanProcessor(exporter)],
});
provider.register();
const tracer = provider.getTracer('page');
const at = (/** @type {number} */ time) => performance.timeOrigin + time;

const tag = document.querySelector('meta[name=traceparent]');
const rendered = propagation.extract(context.active(), { traceparent: tag?.getAttribute('content') });
const whole = { startTime: at(0), attributes: { 'url.full': location.href } };
const load = tracer.startSpan('documentLoad', whole, rendered);
const loading = trace.setSpan(context.active(), load);

const loaded = new Promise((done) =>
  addEventListener('load', () => {
    setTimeout(() => {
      const [page] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType('navigation'));
      const files = /** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByType('resource'));
      for (const file of [page, ...files.filter((it) => it.initiatorType !== 'fetch')]) {
        const options = { startTime: at(file.fetchStart), attributes: { 'url.full': file.name } };
        const name = file === page ? 'documentFetch' : 'resourceFetch';
        tracer.startSpan(name, options, loading).end(at(file.responseEnd));
      }
      load.end(at(page.loadEventEnd));
      done(undefined);
    });
  }),
);

/** @param {any} span @param {string} type */
function fail(span, type) {
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** @param {string} url */
async function ask(url) {
  const attributes = {
    'http.request.method': 'GET',
    'url.full': url,
    'server.address': new URL(url).hostname,
  };
  const span = tracer.startSpan('GET', { kind: SpanKind.CLIENT, attributes }, loading);
  try {
    /** @type {Record<string, string>} */
    const headers = {};
    propagation.inject(trace.setSpan(loading, span), headers);
    const answer = await fetch(url, { headers });
    span.setAttribute('http.response.status_code', answer.status);
    if (!answer.ok) fail(span, `${answer.status}`);
    return answer;
  } catch (error) {
    fail(span, error instanceof Error ? error.name : '_OTHER');
    throw error;
  } finally {
    span.end();
  }
}

/** @param {HTMLElement} price */
async function show(price) {
  const answer = await ask(price.dataset.from ?? '').catch(() => undefined);
  price.textContent = answer?.ok ? await answer.text() : 'price on request';
  await loaded;
  provider.forceFlush();
}

show(/** @type {HTMLElement} */ (document.querySelector('#price')));

document.querySelector('#dealer')?.addEventListener('click', () => {
  tracer.startSpan('open dealer', { root: true, links: [{ context: load.spanContext() }] }).end();
});
