// Fills a list from a template, and leaves one that has not changed as it is, so that focus in it stays too.

/** `dress(row, item)` makes a row of the `template` (its id) show an item. An empty list is hidden. */
export function fill(list, template, items, dress) {
  const news = JSON.stringify(items);
  list.hidden = items.length === 0;
  if (list.dataset.news === news) return;
  list.dataset.news = news;
  list.replaceChildren(...items.map((item) => {
    const row = document.getElementById(template).content.cloneNode(true);
    dress(row, item);
    return row;
  }));
}
