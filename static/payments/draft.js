// The amount typed is kept on the phone and sent once, whatever the line does; the payer's code is read by camera.
(() => {
  "use strict";
  const form = document.querySelector("form[data-draft]");
  if (form) {
    const place = `ebao-${form.dataset.draft}-${form.dataset.stall}`;
    const told = form.querySelector("[data-offline]");
    const names = ["amount", "description", "order_no"];
    let sending = false;
    const read = () => {
      try { return JSON.parse(localStorage.getItem(place) || "null"); } catch { return null; }
    };
    const keep = (waiting) => {
      const typed = Object.fromEntries(names.map((name) => [name, form.elements[name].value]));
      try {
        if (typed.amount) localStorage.setItem(place, JSON.stringify({ ...typed, waiting, at: Date.now() }));
        else localStorage.removeItem(place);
      } catch { /* private mode: the page itself still holds the amount */ }
    };
    const kept = read();
    if (kept && Date.now() - kept.at < 3600e3 && !form.elements.amount.value) {
      names.forEach((name) => { form.elements[name].value = kept[name]; });
    }
    const send = () => {
      if (sending) return;
      sending = true;
      keep(true);
      fetch(form.action, { method: "POST", body: new FormData(form), redirect: "follow" })
        .then((answer) => {
          if (answer.redirected) {
            localStorage.removeItem(place);
            location.replace(answer.url);
            return;
          }
          keep(false);
          form.submit();  // refused in words: let the page say them
        })
        .catch(() => {
          sending = false;
          told.hidden = false;
          setTimeout(() => { if (!told.hidden) send(); }, 4000);
        });
    };
    form.addEventListener("input", () => keep(false));
    form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
    window.addEventListener("online", () => { if (!told.hidden) send(); });
    window.addEventListener("pageshow", (event) => { if (event.persisted) sending = false; });
    if (kept && kept.waiting && form.elements.order_no.value === kept.order_no) { told.hidden = false; send(); }
  }

  const camera = document.querySelector("[data-camera]");
  if (!camera || !("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  camera.hidden = false;
  camera.addEventListener("click", async () => {
    const view = document.querySelector("[data-camera-view]");
    let stream;
    try { stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }); }
    catch { camera.hidden = true; return; }
    const reader = new window.BarcodeDetector({ formats: ["code_128", "qr_code"] });
    view.srcObject = stream;
    view.hidden = false;
    await view.play();
    const look = async () => {
      const found = (await reader.detect(view).catch(() => [])).find((one) => /^\d{16,28}$/.test(one.rawValue));
      if (!found) { requestAnimationFrame(look); return; }
      stream.getTracks().forEach((track) => track.stop());
      view.hidden = true;
      const field = document.getElementById("barcode");
      field.value = found.rawValue;
      if (field.form.elements.amount.value) field.form.requestSubmit();
    };
    look();
  });
})();
