// Keys, folding and live replacement for tables that Rust has already rendered.
(() => {
  "use strict";
  const level = (row) => Number(row.getAttribute("aria-level"));
  const rowsOf = (table) => [...table.querySelectorAll("tbody > tr")];
  const isOpen = (row) => row.getAttribute("aria-expanded") === "true";

  /** Hides what lies below a folded row. */
  function refold(table) {
    let folded = Infinity;
    for (const row of rowsOf(table)) {
      if (level(row) <= folded) folded = Infinity;
      row.hidden = folded !== Infinity;
      if (!row.hidden && row.getAttribute("aria-expanded") === "false") folded = level(row);
    }
  }

  function setOpen(table, row, open) {
    row.setAttribute("aria-expanded", String(open));
    refold(table);
  }

  /** One row of a table is in the tab order: the one that was focused last (roving tabindex). */
  function focus(table, row) {
    if (!row) return;
    for (const other of rowsOf(table)) other.tabIndex = other === row ? 0 : -1;
    row.focus();
  }

  /** What a key does in a row, as the ARIA practices for a treegrid have it. */
  function action(key, table, row) {
    const shown = rowsOf(table).filter((other) => !other.hidden);
    const at = shown.indexOf(row);
    const foldable = row.hasAttribute("aria-expanded");
    const parent = () => shown.slice(0, at).reverse().find((other) => level(other) < level(row));
    const child = () => shown[at + 1] && level(shown[at + 1]) > level(row) ? shown[at + 1] : null;
    return {
      ArrowDown: () => focus(table, shown[at + 1]),
      ArrowUp: () => focus(table, shown[at - 1]),
      Home: () => focus(table, shown[0]),
      End: () => focus(table, shown[shown.length - 1]),
      ArrowRight: () => foldable && !isOpen(row) ? setOpen(table, row, true) : focus(table, child()),
      ArrowLeft: () => foldable && isOpen(row) ? setOpen(table, row, false) : focus(table, parent()),
      Enter: () => foldable && setOpen(table, row, !isOpen(row)),
    }[key];
  }

  function onKey(event) {
    const row = event.target;
    if (!row.matches("tbody > tr") || event.ctrlKey || event.altKey || event.metaKey) return;
    const act = action(event.key, event.currentTarget, row);
    if (!act) return;
    act();
    event.preventDefault();
    event.stopPropagation(); // mdBook turns the page on the left and right arrows
  }

  function onClick(event) {
    const row = event.target.closest("tbody > tr[aria-expanded]");
    if (!row || event.target.closest("a") || String(getSelection())) return;
    setOpen(event.currentTarget, row, !isOpen(row));
  }

  function enhance(table) {
    table.classList.add("tv-keys");
    rowsOf(table).forEach((row, index) => { row.tabIndex = index === 0 ? 0 : -1; });
    table.addEventListener("keydown", onKey);
    table.addEventListener("click", onClick);
  }

  class TraceElement extends HTMLElement {
    connectedCallback() {
      this.querySelectorAll("table").forEach(enhance);
      const address = this.getAttribute("events");
      if (address && window.EventSource && !this.source) this.listen(address);
    }

    disconnectedCallback() {
      if (this.source) this.source.close();
      this.source = null;
    }

    /** Each `trace` event carries the new table, rendered by the server that the page came from. */
    listen(address) {
      const url = new URL(address, document.baseURI);
      if (url.origin !== location.origin) return;
      const status = document.createElement("p");
      status.setAttribute("role", "status"); // it must be there before its text changes
      const content = document.createElement("div");
      content.append(...this.childNodes);
      this.append(content, status);
      this.source = new EventSource(url);
      this.source.addEventListener("trace", (event) => {
        content.innerHTML = event.data; // an element of its own, which enhances itself
        const caption = content.querySelector("caption");
        status.textContent = caption ? caption.textContent : "";
      });
    }
  }

  customElements.define("trace-view", class extends TraceElement {});
  customElements.define("trace-diff", class extends TraceElement {});
})();
