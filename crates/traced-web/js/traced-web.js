/**
 * A page in a trace: one file, no bundler, no package, under 4 kB minified. Take it home.
 *
 * A span context is handed over, never looked up: after an `await` nobody knows what was current.
 *
 * @typedef {{traceId: string, spanId: string, sampled: boolean}} SpanContext
 * @typedef {Record<string, string | number>} Attributes
 * @typedef {{kind?: number, parent?: SpanContext, links?: (SpanContext | undefined)[], attributes?: Attributes,
 *   start?: number}} Options
 *
 * A time, `start` or `end`, is in milliseconds since the Unix epoch, by the page's clock: not what `performance.now()` gives.
 */

/**
 * Who the page is, where its spans go, how many milliseconds and how many spans may wait, and how many are
 * kept while nobody takes them.
 */
export const settings = { service: 'web', url: '/v1/traces', every: 5000, most: 64, kept: 512 };

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
    this.sampled = parent ? parent.sampled : links.every((it) => it?.sampled ?? true);
    this.attributes = attributes;
    this.data = {
      name,
      kind,
      parentSpanId: parent?.spanId,
      links: links.flatMap((it) => (it ? { traceId: it.traceId, spanId: it.spanId } : [])),
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
  return within(span, async () => {
    const headers = { ...Object.fromEntries(new Headers(init.headers)), ...inject(span) };
    const answer = await fetch(url, { ...init, headers });
    span.attributes['http.response.status_code'] = answer.status;
    if (!answer.ok) span.fail(`${answer.status}`);
    return answer;
  });
}

/**
 * Sends what waits; done when all of it was answered. `keepalive`: a request outlives the page, up to
 * 64 KiB of all such requests.
 */
export function flush() {
  clearTimeout(timer);
  timer = undefined;
  const sent = [];
  while (queue.length) sent.push(send(queue.splice(0, settings.most)));
  return Promise.all(sent);
}

/** Nobody there, too much at once, or a server that is about to start: what OTLP calls retryable. */
const RETRYABLE = [0, 429, 502, 503, 504];

/** @param {object[]} spans */
async function send(spans) {
  const resource = { attributes: list({ 'service.name': settings.service }) };
  const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'traced-web' }, spans }] }] });
  const headers = { 'content-type': 'application/json' };
  const answer = fetch(settings.url, { method: 'POST', headers, body, keepalive: true });
  const { ok, status } = await answer.catch(() => ({ ok: false, status: 0 }));
  if (ok) return;
  let lost = spans.length;
  if (RETRYABLE.includes(status)) {
    // They may have arrived all the same, and come twice: a backend knows a span by its id.
    queue.unshift(...spans);
    lost = queue.splice(settings.kept).length;
    timer ??= setTimeout(flush, settings.every);
  }
  if (lost) console.warn(`${lost} spans lost: ${status}`);
}

/** Sends what waits whenever the page is hidden: the last moment that a page is sure to be told of. */
export const flushWhenHidden = () =>
  addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && flush());

/**
 * What goes over a live connection. A reply has the `ref` of what it answers, which finds whoever waits; all
 * others have a carrier.
 *
 * @typedef {{kind: 'join' | 'event' | 'reply' | 'push', ref?: number, name: string, payload?: any,
 *   carrier?: Record<string, string>}} Frame
 * @typedef {[frame: Frame, done: (payload: any) => void, failed: (why: Error) => void]} Waiting
 */

/**
 * A conversation with a server, over as many sockets as it takes. Gives what sends a frame and waits for its
 * reply. An event that was not answered is sent again, as it was, over the next socket: for what may be
 * done twice.
 *
 * @param {string} url
 * @param {{join: () => Promise<any>, pushed: (frame: Frame) => void, changed: (joined: boolean) => void}} page
 *   how it joins, on each socket; what it does with a push; and when it is connected, or no longer
 * @returns {(frame: Frame) => Promise<any>}
 */
export function converse(url, { join, pushed, changed }) {
  /** @type {Map<number | undefined, Waiting>} */
  const waiting = new Map();
  /** @type {WebSocket} */
  let socket;
  let [refs, failures, joined] = [0, 0, false];
  const closed = new Error('closed');
  const send = (/** @type {Frame} */ frame) => socket.send(JSON.stringify(frame));
  const change = (/** @type {boolean} */ now) => {
    if (now) {
      failures = 0;
      for (const [frame] of waiting.values()) send(frame);
    }
    if (now !== joined) changed((joined = now));
  };
  const connect = () => {
    socket = new WebSocket(url);
    // What else goes wrong with a join is the page's own, and is told.
    socket.onopen = () => join().then(() => change(true), (error) => error === closed || Promise.reject(error));
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(data);
      if (frame.kind === 'push') pushed(frame);
      else waiting.get(frame.ref)?.[1](frame.payload);
    };
    socket.onclose = () => {
      change(false);
      // A join is of one socket.
      for (const [frame, , failed] of waiting.values()) if (frame.kind === 'join') failed(closed);
      setTimeout(connect, Math.min(5000, 50 * 2 ** failures++) * (0.5 + Math.random()));
    };
  };
  connect();
  return (frame) => {
    const numbered = { ...frame, ref: ++refs };
    const answer = new Promise((done, failed) => waiting.set(refs, [numbered, done, failed]));
    if (joined || frame.kind === 'join') send(numbered);
    return answer.finally(() => waiting.delete(numbered.ref));
  };
}

/**
 * Runs within a span, which ends with it.
 *
 * @template T
 * @param {Span} span
 * @param {() => T | Promise<T>} work
 */
export async function within(span, work) {
  try {
    return await work();
  } catch (/** @type {any} */ error) {
    span.fail(error?.name ?? '_OTHER');
    throw error;
  } finally {
    span.end();
  }
}
