// The live page, in the browser. `converse` keeps the connection: it numbers what is sent, finds who waits
// for a reply, and comes back with all that has none when a socket is gone.
//
// Nothing is current in here: a span knows its parent because you hand it over. `load` is a span, and what
// `extract` reads from a carrier is a span's context; `startSpan` takes either as a parent or as a link.

import { list } from './list.js';
import { Kind, converse, documentLoad, extract, flush, flushWhenHidden, inject, rendered, startSpan } from './traced-web.js';

flushWhenHidden();
const load = documentLoad(rendered());

// ANCHOR: page
// DONE(24.4): a span for each frame that goes, in its carrier, and for each push
/** @param {'join' | 'event'} kind @param {string} name @param {object} [payload] */
async function ask(kind, name, payload) {
  const span = startSpan(name, { kind: Kind.CLIENT, links: [load] });
  try {
    return send({ kind, name, payload, carrier: inject(span) });
  } finally {
    span.end();
  }
}

/** @param {import('./traced-web.js').Frame} frame */
function pushed(frame) {
  const links = [load, extract(frame.carrier)];
  const span = startSpan(`process ${frame.name}`, { kind: Kind.CONSUMER, links });
  list.news(frame);
  span.end();
}
// END(24.4)
// ANCHOR_END: page

const send = converse('/live', {
  join: () => ask('join', 'join cars'),
  pushed,
  changed: (joined) => {
    list.connected(joined);
    // Whoever is away now may not come back.
    flush();
  },
});

list.filtered(async (query) => list.show(await ask('event', 'filter cars', { query })));
