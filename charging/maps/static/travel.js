/* Moving the map: on command, and to where the reader is. */
const chargingTravel = (() => {
  "use strict";

  const { isStill, state, element } = chargingState;
  const { keep, setMark } = chargingRegistry;
  const FLIGHT_S = 0.8;
  const HERE_ZOOM = 14; // shows a few kilometres around the reader
  const LAST_COMMAND_KEY = "charging.obeyed"; // key of the last command in the tab's storage
  const SVG = "http://www.w3.org/2000/svg";

  /** @param {L.Layer} shell @param {string} digest @param {Flight} flight */
  function flyTo(shell, digest, { lat, lon, zoom, token }) {
    keep(shell, "flyTo", digest, () => {
      if (isNewCommand(token)) go([lat, lon], zoom);
      return {};
    });
  }

  /** Answers repeat the last command, also to a frame that is mounted again. @param {string} token */
  function isNewCommand(token) {
    if (state.lastCommand === null) state.lastCommand = readStored(LAST_COMMAND_KEY);
    if (token === state.lastCommand) return false;
    state.lastCommand = token;
    try {
      window.sessionStorage.setItem(LAST_COMMAND_KEY, token);
    } catch {
      // the browser keeps nothing: the command may be obeyed once more after a new mount
    }
    return true;
  }

  function readStored(/** @type {string} */ key) {
    try {
      return window.sessionStorage.getItem(key);
    } catch {
      return null;
    }
  }

  function go(/** @type {LatLon} */ centre, /** @type {number} */ zoom) {
    const { map } = state;
    if (isStill || map.getSize().x === 0) {
      map.setView(centre, zoom, { animate: false });
    } else {
      map.flyTo(centre, zoom, { duration: FLIGHT_S });
    }
  }

  // The browser is asked for the position on a click only, and the position goes nowhere but onto the map.
  function locateControl() {
    const control = new L.Control({ position: "bottomright" });
    control.onAdd = () => {
      const box = element("div", "charging-locate"), bar = element("div", "leaflet-bar");
      const button = element("a"), note = element("div", "note");
      button.href = "#";
      button.setAttribute("role", "button");
      button.append(crosshair());
      note.setAttribute("role", "status");
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.on(button, "click", (event) => {
        L.DomEvent.preventDefault(event);
        locate(button, note);
      });
      bar.append(button);
      box.append(note, bar);
      return box;
    };
    return control;
  }

  function crosshair() {
    const [svg, ring, arms] = ["svg", "circle", "path"].map((tag) => document.createElementNS(SVG, tag));
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    for (const [name, value] of [["cx", "12"], ["cy", "12"], ["r", "5"]]) ring.setAttribute(name, value);
    arms.setAttribute("d", "M12 2v5M12 17v5M2 12h5M17 12h5");
    svg.append(ring, arms);
    return svg;
  }

  function locate(/** @type {HTMLElement} */ button, /** @type {HTMLElement} */ note) {
    const say = (/** @type {string | undefined} */ text) => {
      note.textContent = text ?? "";
      state.map.once("movestart click", () => { note.textContent = ""; });
    };
    note.textContent = "";
    if (!navigator.geolocation) {
      say(state.texts.locateFailed);
      return;
    }
    button.setAttribute("aria-busy", "true");
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      button.removeAttribute("aria-busy");
      showHere([coords.latitude, coords.longitude], coords.accuracy);
    }, (error) => {
      button.removeAttribute("aria-busy");
      say(error.code === error.PERMISSION_DENIED ? state.texts.locateRefused : state.texts.locateFailed);
    }, { enableHighAccuracy: true, timeout: 10_000, maximumAge: 60_000 });
  }

  function showHere(/** @type {LatLon} */ here, /** @type {number} */ accuracyM) {
    const { theme } = state;
    const still = { interactive: false, color: theme.hereRing, fillColor: theme.here };
    setMark("here", [
      L.circle(here, { ...still, radius: accuracyM, stroke: false, fillOpacity: 0.12 }),
      L.circleMarker(here, { ...still, radius: 7, weight: 2.5, fillOpacity: 1 }),
    ]);
    go(here, Math.max(HERE_ZOOM, state.map.getZoom()));
  }

  return { flyTo, locateControl };
})();
