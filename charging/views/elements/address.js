/* Writes the link to the present view into the browser's address, without a history entry. */

export default function show(/** @type {ComponentArgs<AddressData>} */ { data }) {
  const query = new URLSearchParams(data.query);
  const before = new URLSearchParams(location.search);
  const kept = before.get(data.keep);
  if (kept) query.set(data.keep, kept);
  if (query.get(data.starts) !== before.get(data.starts)) document.querySelector(".stMain")?.scrollTo(0, 0);
  document.documentElement.lang = data.language;
  history.replaceState(history.state, "", `${location.pathname}?${query.toString().replaceAll("%2C", ",")}`);
}
