/* Small and unobtrusive: every page works without it. */
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");

  // Theme: the server keeps the choice in a cookie; here the page changes at once.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-theme-form]")) return;
    const theme = event.submitter && event.submitter.value;
    if (!theme) return;
    event.preventDefault();
    fetch(form.action, { method: "POST", body: new FormData(form, event.submitter), redirect: "manual" });
    root.dataset.theme = theme;
    form.querySelectorAll("button").forEach((b) => b.setAttribute("aria-pressed", String(b === event.submitter)));
  });

  // Number pad: keys write into the field that people without script type into.
  const press = (input, key) => {
    const places = Number(input.dataset.places || 2);
    const longest = Number(input.dataset.digits || 7);
    let text = input.value;
    if (key === "back") text = text.slice(0, -1);
    else if (key === "clear") text = "";
    else if (key === ".") text = text.includes(".") || places === 0 ? text : (text || "0") + ".";
    else {
      const [whole, part] = text.split(".");
      const full = part === undefined ? whole.length >= longest : part.length >= places;
      if (!full) text = text === "0" ? key : text + key;
    }
    input.value = text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  document.addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]");
    if (!key) return;
    const pad = key.closest("[data-pad]");
    press(pad.querySelector("input"), key.dataset.key);
    if (navigator.vibrate) navigator.vibrate(8);
  });
  const quietKeyboard = (scope) => {
    // With our keys on a touch screen the phone's own keyboard would only cover them.
    if (!window.matchMedia("(pointer: coarse)").matches) return;
    scope.querySelectorAll("[data-pad] input").forEach((input) => input.setAttribute("inputmode", "none"));
  };

  // Money arrived: a rising two-note sound, a short vibration, then back by itself.
  let sound;
  document.addEventListener("pointerdown", () => {
    const Context = window.AudioContext || window.webkitAudioContext;
    if (!sound && Context && document.querySelector("[data-sounds]")) sound = new Context();
  });
  const ring = () => {
    const Context = window.AudioContext || window.webkitAudioContext;
    if (!sound && Context && navigator.userActivation && navigator.userActivation.hasBeenActive) sound = new Context();
    if (!sound) return;
    [[880, 0], [1318.5, 0.14]].forEach(([pitch, wait]) => {
      const note = sound.createOscillator();
      const loudness = sound.createGain();
      note.frequency.value = pitch;
      loudness.gain.setValueAtTime(0.25, sound.currentTime + wait);
      loudness.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + wait + 0.5);
      note.connect(loudness).connect(sound.destination);
      note.start(sound.currentTime + wait);
      note.stop(sound.currentTime + wait + 0.5);
    });
  };
  const arrive = (scope) => {
    const done = scope.querySelector ? scope.querySelector("[data-arrived]") : null;
    if (!done || done.dataset.rung) return;
    done.dataset.rung = "1";
    ring();
    if (navigator.vibrate && navigator.userActivation && navigator.userActivation.hasBeenActive) navigator.vibrate([120, 60, 120]);
    const back = done.querySelector("[data-return]");
    if (back) setTimeout(() => window.location.assign(back.href), Number(back.dataset.return) * 1000);
  };

  // Toasts leave by themselves; a refusal stays until it is read.
  const settle = (scope) => {
    scope.querySelectorAll("[data-toast='passing']").forEach((toast) => setTimeout(() => toast.remove(), 5000));
  };

  // What just arrived in a live list shows itself once.
  const seen = new Set();
  const mark = (scope, first) => {
    scope.querySelectorAll("[data-live-key]").forEach((row) => {
      if (!first && !seen.has(row.dataset.liveKey)) row.classList.add("row--new");
      seen.add(row.dataset.liveKey);
    });
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.querySelector(".dialog:target")) window.location.hash = "";
  });

  // A picture of the page to keep or print.
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });

  const begin = (scope, first) => {
    quietKeyboard(scope);
    settle(scope);
    mark(scope, first);
    arrive(scope);
  };
  document.addEventListener("DOMContentLoaded", () => begin(document, true));
  document.addEventListener("htmx:load", (event) => begin(event.detail.elt.parentElement || document, false));
})();
