// The store's sum while the buyer writes; without script the order page says it.
(() => {
  "use strict";
  const form = document.querySelector("[data-store]");
  const line = form?.querySelector("[data-total-line]"); // none where all is sold out
  if (!line) return;
  const total = form.querySelector("[data-total]");
  const yuan = new Intl.NumberFormat("zh-CN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

  // Thousandths of a kilogram, so that the sum is the server's to the fen: half up, line by line.
  const grams = (text) => {
    const found = /^\s*(\d{1,6})(?:\.(\d{1,3}))?\s*$/.exec(text);
    return found ? Number(found[1]) * 1000 + Number((found[2] || "").padEnd(3, "0")) : 0;
  };

  const add = () => {
    let fen = 0;
    for (const input of form.querySelectorAll("[data-fen]")) {
      fen += Math.floor((grams(input.value) * Number(input.dataset.fen) + 500) / 1000);
    }
    line.hidden = fen === 0;
    total.textContent = `¥${yuan.format(fen / 100)}`;
  };

  form.addEventListener("input", add);
  add();
})();
