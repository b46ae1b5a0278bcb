// The page of a car, in the browser. It asks `pricing`, another origin, for the price.
//
// Nothing is current in here: a span knows its parent because you hand it over. `load` is a span, and
// what `extract` reads from a carrier is a span's context; `startSpan` takes either as a `parent`.
// `within` runs work in a span, and ends it. It fails the span with what the work throws; what else is a
// failure you say with `span.fail(type)`.

import { Kind, documentLoad, extract, flush, inject, startSpan, within } from './traced-web.js';

// ANCHOR: page
// DONE(23.3): whose work is the page, and whose is the question for the price?
const tag = document.querySelector('meta[name=traceparent]');
const traceparent = tag?.getAttribute('content');
const load = documentLoad(extract({ traceparent }));

/** @param {string} url */
async function ask(url) {
  const attributes = {
    'http.request.method': 'GET',
    'url.full': url,
    'server.address': new URL(url).hostname,
  };
  const span = startSpan('GET', { kind: Kind.CLIENT, parent: load, attributes });
  return within(span, async () => {
    const answer = await fetch(url, { headers: inject(span) });
    span.attributes['http.response.status_code'] = answer.status;
    if (!answer.ok) span.fail(`${answer.status}`);
    return answer;
  });
}
// END(23.3)
// ANCHOR_END: page

// ANCHOR: leave
// DONE(23.4): what waits is sent before the page is gone
setInterval(flush, 5000);
// END(23.4)
// ANCHOR_END: leave

const ON_REQUEST = 'price on request';
const loaded = new Promise((done) => addEventListener('load', () => setTimeout(done)));

/** @param {HTMLElement} price */
async function show(price) {
  try {
    const answer = await ask(price.dataset.from ?? '');
    price.textContent = answer.ok ? await answer.text() : ON_REQUEST;
  } catch (error) {
    console.error(error);
    price.textContent = ON_REQUEST;
  }
  await loaded;
  // What the loading has shown goes at once. What comes later waits for company.
  flush();
}

show(/** @type {HTMLElement} */ (document.querySelector('#price')));

// A click is another piece of work than the loading, which is long over: a trace of its own, with a link.
document.querySelector('#dealer')?.addEventListener('click', () => {
  startSpan('open dealer', { links: [load] }).end();
});
