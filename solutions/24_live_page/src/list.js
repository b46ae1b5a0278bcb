// What the visitor sees: the list, and the field above it. Nothing to do in here.

const at = (/** @type {string} */ selector) => document.querySelector(selector);

/** @param {{id: number, model: string, year: number, price_eur: number}} car */
function row({ id, model, year, price_eur }) {
  const item = document.createElement('li');
  const [price, value] = [document.createElement('b'), document.createElement('i')];
  item.dataset.car = `${id}`;
  price.textContent = `${price_eur} EUR`;
  value.textContent = 'valuing …';
  item.append(`${model} of ${year} `, price, ' ', value);
  return item;
}

export const list = {
  /** @param {boolean} joined */
  connected(joined) {
    document.body.dataset.live = `${joined}`;
  },

  /** @param {{cars: Parameters<typeof row>[0][]}} found */
  show({ cars }) {
    at('#cars')?.replaceChildren(...cars.map(row));
  },

  /** What was pushed: a new price of one car, or values of several. */
  news(/** @type {any} */ { payload }) {
    for (const { car, price, value } of [payload].flat()) {
      const cell = at(`[data-car="${car}"] ${price ? 'b' : 'i'}`);
      if (cell) cell.textContent = price ? `${price} EUR` : `worth ${value} EUR`;
    }
  },

  /** @param {(query: string) => void} then */
  filtered(then) {
    const field = /** @type {HTMLInputElement | null} */ (at('#filter'));
    field?.addEventListener('input', () => then(field.value));
  },
};
