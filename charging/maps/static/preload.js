/* Asks for all our scripts at once. st_folium asks for one only when the last has run, which would take a way to the
 * server and back for each. Their names are in this script's own address, after the #.
 */
{
  const own = new URL(/** @type {HTMLScriptElement} */ (document.currentScript).src);
  for (const name of own.hash.slice(1).split(",")) {
    const { href } = new URL(name + own.search, own);
    document.head.append(Object.assign(document.createElement("link"), { rel: "preload", as: "script", href }));
  }
}
