// The page of a car, in the browser, without any module: ids, clock, OTLP and last words by hand.

const hex = (/** @type {number} */ bytes) =>
  [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const nanos = (/** @type {number} */ time) => `${Math.round((performance.timeOrigin + time) * 1000)}000`;
const text = (/** @type {string} */ key, /** @type {string} */ stringValue) => ({ key, value: { stringValue } });
const number = (/** @type {string} */ key, /** @type {number} */ intValue) => ({ key, value: { intValue } });

const told = document.querySelector('meta[name=traceparent]')?.getAttribute('content') ?? '';
const [, traceId, rendered, flags] = told.split('-');
const load = hex(8);
/** @type {object[]} */
let spans = [];

/** @param {object} span */
const put = (span) => spans.push({ traceId, parentSpanId: load, kind: 1, ...span });

function send() {
  const recorded = parseInt(flags, 16) & 1;
  const resource = { attributes: [text('service.name', 'web')] };
  const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] });
  if (recorded && spans.length) {
    const headers = { 'content-type': 'application/json' };
    fetch('/v1/traces', { method: 'POST', headers, body, keepalive: true });
  }
  spans = [];
}

document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && send());
addEventListener('pagehide', send);

const loaded = new Promise((done) =>
  addEventListener('load', () => {
    setTimeout(() => {
      const [page] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType('navigation'));
      const files = /** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByType('resource'));
      for (const file of [page, ...files.filter((it) => it.initiatorType !== 'fetch')]) {
        put({
          spanId: hex(8),
          name: file === page ? 'documentFetch' : 'resourceFetch',
          startTimeUnixNano: nanos(file.startTime),
          endTimeUnixNano: nanos(file.responseEnd),
        });
      }
      put({
        spanId: load,
        parentSpanId: rendered,
        name: 'documentLoad',
        startTimeUnixNano: nanos(0),
        endTimeUnixNano: nanos(page.loadEventEnd),
        attributes: [text('url.full', location.href)],
      });
      done(undefined);
    });
  }),
);

/** @param {HTMLElement} price */
async function show(price) {
  const [url, spanId, start] = [price.dataset.from ?? '', hex(8), performance.now()];
  const request = new Request(url, { headers: { traceparent: `00-${traceId}-${spanId}-${flags}` } });
  /** @type {object[]} */
  const attributes = [text('http.request.method', request.method), text('url.full', url)];
  attributes.push(text('server.address', new URL(url).hostname));
  let [status, shown] = [{}, 'price on request'];
  const fail = (/** @type {string} */ type) => {
    attributes.push(text('error.type', type));
    status = { code: 2 };
  };
  try {
    const answer = await fetch(request);
    attributes.push(number('http.response.status_code', answer.status));
    if (answer.ok) shown = await answer.text();
    else fail(`${answer.status}`);
  } catch (error) {
    fail(error instanceof Error ? error.name : '_OTHER');
  }
  const times = { startTimeUnixNano: nanos(start), endTimeUnixNano: nanos(performance.now()) };
  put({ spanId, name: request.method, kind: 3, ...times, attributes, status });
  price.textContent = shown;
  await loaded;
  send();
}

show(/** @type {HTMLElement} */ (document.querySelector('#price')));

document.querySelector('#dealer')?.addEventListener('click', () => {
  const now = nanos(performance.now());
  put({
    traceId: hex(16),
    parentSpanId: undefined,
    spanId: hex(8),
    name: 'open dealer',
    links: [{ traceId, spanId: load }],
    startTimeUnixNano: now,
    endTimeUnixNano: now,
  });
});
