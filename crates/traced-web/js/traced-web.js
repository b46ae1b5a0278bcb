/**
 * A page in a trace: one file, no bundler, no package, under 4 kB minified. Take it home.
 *
 * A span context is handed over, never looked up: after an `await` nobody knows what was current.
 *
 * @typedef {{traceId: string, spanId: string, sampled: boolean}} SpanContext
 * @typedef {Record<string, string | number>} Attributes
 * @typedef {{kind?: number, parent?: SpanContext, links?: SpanContext[], attributes?: Attributes,
 *   start?: number}} Options
 */

/** Who the page is, where its spans go, how many milliseconds and how many spans may wait. */
export const settings = { service: 'web', url: '/v1/traces', every: 5000, most: 64 };

/** The kinds of spans, as OTLP numbers them. */
export const Kind = { INTERNAL: 1, SERVER: 2, CLIENT: 3, PRODUCER: 4, CONSUMER: 5 };

/** @type {object[]} */
const queue = [];
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

const id = (/** @type {number} */ bytes) =>
  [...crypto.getRandomValues(new Uint8Array(bytes))].map((it) => (it + 256).toString(16).slice(1)).join('');

/** Milliseconds of this page's clock, since the Unix epoch. */
const at = (/** @type {number} */ time) => performance.timeOrigin + time;
const now = () => at(performance.now());
const nanos = (/** @type {number} */ millis) => `${Math.round(millis * 1000)}000`;

const list = (/** @type {Attributes} */ of) =>
  Object.entries(of).map(([key, it]) => ({ key, value: Number.isInteger(it) ? { intValue: it } : { stringValue: `${it}` } }));

/** A piece of work of this page. It is a span context as well: whatever it is the parent of may have it. */
export class Span {
  /**
   * @param {string} name
   * @param {Options} options
   */
  constructor(name, { kind = Kind.INTERNAL, parent, links = [], attributes = {}, start = now() } = {}) {
    this.traceId = parent?.traceId ?? id(16);
    this.spanId = id(8);
    /** Whoever began it has decided, for all who come after: in the trace, and in one that links to it. */
    this.sampled = (parent ?? links[0])?.sampled ?? true;
    this.attributes = attributes;
    this.data = {
      name,
      kind,
      parentSpanId: parent?.spanId,
      links: links.map(({ traceId, spanId }) => ({ traceId, spanId })),
      startTimeUnixNano: nanos(start),
      status: {},
    };
  }

  /** @param {string} type what went wrong, one of few words */
  fail(type) {
    this.attributes['error.type'] = type;
    this.data.status = { code: 2 };
  }

  /** Ends it, once. @param {number} end */
  end(end = now()) {
    if (!this.sampled) return;
    const { traceId, spanId, data } = this;
    queue.push({ ...data, traceId, spanId, endTimeUnixNano: nanos(end), attributes: list(this.attributes) });
    if (queue.length >= settings.most) flush();
    timer ??= setTimeout(flush, settings.every);
  }
}

/** @param {string} name @param {Options} [options] */
export const startSpan = (name, options) => new Span(name, options);

/**
 * Writes a span context into a carrier: headers, or a field of a message.
 *
 * @param {SpanContext} from
 * @param {Record<string, string>} carrier
 */
export function inject({ traceId, spanId, sampled }, carrier = {}) {
  carrier.traceparent = `00-${traceId}-${spanId}-0${Number(sampled)}`;
  return carrier;
}

/**
 * Reads one out of a carrier.
 *
 * @param {{traceparent?: string | null}} [carrier]
 * @returns {SpanContext | undefined}
 */
export function extract({ traceparent } = {}) {
  const found = /^00-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-[\da-f]([\da-f])$/.exec(traceparent ?? '');
  return found ? { traceId: found[1], spanId: found[2], sampled: parseInt(found[3], 16) % 2 === 1 } : undefined;
}

/** The span that rendered this page, if the server says so: `<meta name="traceparent" content="00-…">`. */
export const rendered = () =>
  extract({ traceparent: document.querySelector('meta[name=traceparent]')?.getAttribute('content') });

/**
 * The loading of this page, from the click that led here to its last picture, and each file of it.
 *
 * @param {SpanContext} [parent]
 */
export function documentLoad(parent) {
  const [page] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType('navigation'));
  const span = startSpan('documentLoad', { parent, start: at(0), attributes: { 'url.full': location.href } });
  const complete = () => {
    const files = /** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByType('resource'));
    // What code asks for has a CLIENT span.
    for (const file of [page, ...files].filter((it) => it.initiatorType !== 'fetch')) {
      const options = { parent: span, start: at(file.fetchStart), attributes: { 'url.full': file.name } };
      startSpan(file === page ? 'documentFetch' : 'resourceFetch', options).end(at(file.responseEnd));
    }
    span.end(at(page.loadEventEnd));
  };
  // In a while: the event itself belongs to the loading.
  if (document.readyState === 'complete') setTimeout(complete);
  else addEventListener('load', () => setTimeout(complete));
  return span;
}

/**
 * Asks within a CLIENT span, which goes along as a header. Another origin has to allow that header.
 *
 * @param {SpanContext | undefined} parent
 * @param {string | URL} to
 * @param {RequestInit} init
 */
export async function tracedFetch(parent, to, init = {}) {
  const url = new URL(to, location.href);
  const name = init.method ?? 'GET';
  const span = startSpan(name, {
    kind: Kind.CLIENT,
    parent,
    attributes: { 'http.request.method': name, 'url.full': url.href, 'server.address': url.hostname },
  });
  try {
    const headers = { ...Object.fromEntries(new Headers(init.headers)), ...inject(span) };
    const answer = await fetch(url, { ...init, headers });
    span.attributes['http.response.status_code'] = answer.status;
    if (!answer.ok) span.fail(`${answer.status}`);
    return answer;
  } catch (error) {
    span.fail(error instanceof Error ? error.name : '_OTHER');
    throw error;
  } finally {
    span.end();
  }
}

/** Sends what waits. `keepalive`: the request outlives the page, up to 64 KiB of all such requests. */
export function flush() {
  clearTimeout(timer);
  timer = undefined;
  const spans = queue.splice(0);
  if (!spans.length) return;
  const resource = { attributes: list({ 'service.name': settings.service }) };
  const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'traced-web' }, spans }] }] });
  const headers = { 'content-type': 'application/json' };
  fetch(settings.url, { method: 'POST', headers, body, keepalive: true }).then(
    ({ ok, status }) => ok || console.warn(`spans lost: ${status}`),
    (error) => console.warn(`spans lost: ${error}`),
  );
}

/** Sends what waits whenever the page is hidden: the last moment that a page is sure to be told of. */
export const flushWhenHidden = () =>
  addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && flush());
