// Keys of the workbench: j k move, x ticks, a ticks all, o opens, n p change the cause, / searches, r goes to the reason.
(() => {
  const rows = [...document.querySelectorAll(".bench__row")];
  const groups = [...document.querySelectorAll(".bench__group")];
  const boxes = [...document.querySelectorAll(".bench__row input[type=checkbox]")];
  const told = document.getElementById("ticked");
  let place = -1;
  const count = () => {
    if (told) told.textContent = String(boxes.filter((box) => box.checked).length);
    rows.forEach((row) => row.classList.toggle("is-ticked", Boolean(row.querySelector("input:checked"))));
  };
  const go = (to) => {
    place = Math.max(0, Math.min(rows.length - 1, to));
    rows[place]?.focus({ preventScroll: true });
    rows[place]?.scrollIntoView({ block: "center" });
  };
  const turn = (by) => {
    const now = groups.findIndex((group) => group.getAttribute("aria-current"));
    groups[now + by]?.click();
  };
  const keys = {
    j: () => go(place + 1),
    k: () => go(place - 1),
    x: () => rows[place]?.querySelector("input[type=checkbox]")?.click(),
    a: () => {
      const all = boxes.every((box) => box.checked);
      boxes.forEach((box) => { box.checked = !all; });
      count();
    },
    o: () => rows[place]?.querySelector("a")?.click(),
    n: () => turn(1),
    p: () => turn(-1),
    r: () => document.getElementById("reason")?.focus(),
    "/": () => document.querySelector("#filter [name=words]")?.focus(),
  };
  rows.forEach((row, index) => row.addEventListener("focus", () => { place = index; }));
  boxes.forEach((box) => box.addEventListener("change", count));
  count();
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key === "Escape" && field.matches("input, select, textarea")) { field.blur(); go(Math.max(place, 0)); return; }
    if (field.matches("input:not([type=checkbox]), textarea, select")) return;
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
})();
