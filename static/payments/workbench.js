// Keys of the workbench: j and k move, x ticks, a ticks all, r goes to the reason.
(() => {
  const rows = [...document.querySelectorAll(".bench-row")];
  let place = -1;
  const go = (to) => {
    place = Math.max(0, Math.min(rows.length - 1, to));
    rows[place]?.focus();
    rows[place]?.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input:not([type=checkbox]), textarea, select") || event.ctrlKey || event.metaKey) return;
    const box = (row) => row?.querySelector("input[type=checkbox]");
    if (event.key === "j") go(place + 1);
    else if (event.key === "k") go(place - 1);
    else if (event.key === "x" && box(rows[place])) box(rows[place]).click();
    else if (event.key === "a") rows.forEach((row) => { box(row).checked = true; });
    else if (event.key === "r") document.querySelector("[name=reason]")?.focus();
    else return;
    event.preventDefault();
  });
})();
