// Opens the wallet that shows this page, and watches for the money. It decides nothing: the server is asked.
(() => {
  "use strict";
  const watch = document.querySelector("[data-status]");
  if (!watch) return;
  const done = () => { location.href = watch.dataset.result; };
  const look = () => {
    fetch(watch.dataset.status, { cache: "no-store" })
      .then((answer) => answer.json())
      .then((found) => (found.state === "waiting" ? setTimeout(look, 3000) : done()))
      .catch(() => setTimeout(look, 6000));
  };
  setTimeout(look, 3000);

  const place = document.getElementById("bridge");
  if (!place) return;
  const fields = {};
  for (let n = 1; n <= Number(place.dataset.fields); n += 1) {
    const text = place.getAttribute("data-field-" + n) || "";
    const cut = text.indexOf("=");
    fields[text.slice(0, cut)] = text.slice(cut + 1);
  }
  const ready = (name, event, open) => {
    if (window[name]) open(window[name]);
    else document.addEventListener(event, () => open(window[name]), { once: true });
  };
  if (place.dataset.wallet === "WECHAT") {
    ready("WeixinJSBridge", "WeixinJSBridgeReady", (bridge) => bridge.invoke("getBrandWCPayRequest", fields, done));
  } else if (place.dataset.wallet === "ALIPAY") {
    ready("AlipayJSBridge", "AlipayJSBridgeReady", (bridge) => bridge.call("tradePay", fields, done));
  }
})();
