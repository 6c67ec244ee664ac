/* 开单 without waiting for the network: the bill is kept on the phone and sent once, whatever the line does. */
(() => {
  "use strict";
  const form = document.getElementById("sell");
  if (!form) return;
  const find = (name) => form.querySelector(`[data-${name}]`);
  const place = `ebao-sell-${form.dataset.stall}`;
  const grid = find("goods-grid"), weigh = find("weigh"), bill = find("bill"), rows = find("lines");
  const kg = form.querySelector("[name=kg]"), price = find("price"), picked = form.querySelector("input[name=pick]");
  const goods = new Map([...grid.querySelectorAll("[data-pick]")].map((b) => [b.dataset.pick, b]));
  const draft = { key: form.elements.draft_key.value, lines: [], waiting: false };
  let sending = false;

  const keep = () => {
    try {
      if (draft.lines.length || draft.waiting) localStorage.setItem(place, JSON.stringify({ ...draft, at: Date.now() }));
      else localStorage.removeItem(place);
    } catch { /* private mode: the page itself still holds the bill */ }
  };
  const recall = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(place) || "null");
      if (!kept || Date.now() - kept.at > 12 * 3600e3) return;
      Object.assign(draft, { key: kept.key, waiting: kept.waiting, lines: kept.lines.filter((l) => goods.has(l.goods)) });
    } catch { localStorage.removeItem(place); }
  };

  // Exact: thousandths of a kg and whole fen, half up, as the server counts.
  const grams = (text) => (/^\d{1,6}(\.\d{0,3})?$/.test(text) ? Math.round(Number(text) * 1000) : NaN);
  const fenOf = (text) => (/^\d{1,6}(\.\d{0,2})?$/.test(text) ? Math.round(Number(text) * 100) : NaN);
  const amount = (line) => Math.floor((line.grams * line.fen + 500) / 1000);
  const yuan = (fen) => "¥" + (fen / 100).toFixed(2).replace(/\B(?=(\d{3})+\.)/g, ",");
  const weight = (g) => String(g / 1000);
  const current = () => {
    const line = { goods: picked.value, grams: grams(kg.value), fen: fenOf(price.value) };
    return !picked.disabled && line.grams > 0 && line.fen > 0 ? line : null;
  };

  const row = (line, at) => {
    const item = document.createElement("div");
    item.className = "row row--bare sell__line";
    const main = document.createElement("span");
    main.className = "row__main";
    const title = document.createElement("span");
    title.className = "row__title";
    title.textContent = goods.get(line.goods).dataset.label;
    const sub = document.createElement("span");
    sub.className = "row__sub num";
    sub.textContent = `${weight(line.grams)} kg × ${yuan(line.fen)}`;
    main.append(title, sub);
    const tail = document.createElement("span");
    tail.className = "row__tail sell__tail";
    const sum = document.createElement("span");
    sum.className = "amount amount--m";
    sum.textContent = yuan(amount(line));
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "tap";
    drop.setAttribute("aria-label", `× ${title.textContent}`);
    drop.textContent = "×";
    drop.addEventListener("click", () => { draft.lines.splice(at, 1); changed(); });
    tail.append(sum, drop);
    item.append(main, tail);
    return item;
  };

  const paint = () => {
    const now = current();
    rows.replaceChildren(...draft.lines.map(row));
    bill.hidden = !draft.lines.length;
    weigh.hidden = picked.disabled;
    grid.toggleAttribute("data-behind", !picked.disabled);
    find("add").hidden = picked.disabled;
    find("add").disabled = !now;
    find("actions").hidden = picked.disabled && !draft.lines.length;
    const total = draft.lines.reduce((sum, line) => sum + amount(line), now ? amount(now) : 0);
    find("total").textContent = total ? yuan(total) : "";
    find("send").disabled = !total || sending;
    find("working").textContent = now ? `${weight(now.grams)} kg × ${yuan(now.fen)} = ${yuan(amount(now))}` : "";
    find("offline").hidden = !draft.waiting;
  };
  const changed = () => { keep(); paint(); };
  const say = (text) => { const box = find("error"); box.lastElementChild.textContent = text; box.hidden = !text; };

  const pick = (button) => {
    take();
    picked.disabled = false;
    picked.value = button.dataset.pick;
    find("name").textContent = button.dataset.label;
    price.value = (Number(button.dataset.fen) / 100).toFixed(2);
    kg.value = "";
    say("");
    changed();
    weigh.scrollIntoView({ block: "nearest" });
    if (!window.matchMedia("(pointer: coarse)").matches) kg.focus();
  };
  const away = () => { picked.disabled = true; kg.value = ""; };
  const take = () => {
    const line = current();
    if (line) { draft.lines.push(line); draft.key = draft.waiting ? draft.key : fresh(); }
    away();
  };
  const fresh = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

  const send = async () => {
    if (sending) return;
    take();
    if (!draft.lines.length) return;
    sending = true;
    changed();
    const body = new FormData();
    ["csrfmiddlewaretoken", "stall"].forEach((name) => body.append(name, form.elements[name].value));
    body.append("draft_key", draft.key);
    body.append("do", "bill");
    draft.lines.forEach((line) => body.append("line", `${line.goods}:${weight(line.grams)}:${line.fen}`));
    let answer;
    try { answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin" }); } catch { answer = null; }
    sending = false;
    if (answer && answer.ok && answer.redirected) {
      Object.assign(draft, { lines: [], waiting: false });
      keep();
      window.location.assign(answer.url);
      return;
    }
    if (answer && answer.status < 500) {
      draft.waiting = false;
      draft.key = fresh();
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const told = page.querySelector("[data-error] span");
      say(told ? told.textContent : "");
    } else draft.waiting = true;
    changed();
  };

  grid.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pick]");
    if (!button) return;
    event.preventDefault();
    pick(button);
  });
  form.addEventListener("input", () => { say(""); paint(); });
  weigh.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    take();
    changed();
  });
  find("away").addEventListener("click", () => { away(); changed(); });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter && event.submitter.value === "add") { take(); changed(); } else send();
  });
  window.addEventListener("online", () => { if (draft.waiting) send(); });
  setInterval(() => { if (draft.waiting && navigator.onLine) send(); }, 5000);

  recall();
  if (!draft.lines.length) rows.querySelectorAll("input[name=line]").forEach((field) => {
    const [number, weighed, fen] = field.value.split(":");
    draft.lines.push({ goods: number, grams: grams(weighed), fen: Number(fen) });
  });
  paint();
  if (draft.waiting) send();
})();
