/* The button that saves a picture of the map. The map is in a frame of this server; what draws it is loaded there
 * when it is first asked for.
 */
const FRAME = 'iframe[title="streamlit_folium.st_folium"]';

export default function show(/** @type {ComponentArgs<DownloadData>} */ { parentElement, data }) {
  const button = parentElement.querySelector("button") || parentElement.appendChild(document.createElement("button"));
  const note = parentElement.querySelector("p") || parentElement.appendChild(document.createElement("p"));
  note.setAttribute("role", "status");
  button.type = "button";
  button.textContent = data.label;
  button.title = data.hint;
  button.onclick = async () => {
    button.disabled = true;
    note.textContent = "";
    try {
      await save(data);
    } catch {
      note.textContent = data.failed;
    } finally {
      button.disabled = false;
    }
  };
}

async function save(/** @type {DownloadData} */ { script, caption }) {
  const frame = /** @type {HTMLIFrameElement} */ (document.querySelector(FRAME));
  const page = /** @type {Window} */ (frame.contentWindow);
  if (!page.chargingPicture) await load(page.document, script);
  await page.chargingPicture?.save(page.map, { ...caption, notes: [...caption.notes, window.location.href] });
}

function load(/** @type {Document} */ target, /** @type {string} */ url) {
  return new Promise((resolve, reject) => {
    const script = target.createElement("script");
    script.src = url; // relative to the frame
    script.onload = resolve;
    script.onerror = reject;
    target.head.append(script);
  });
}
