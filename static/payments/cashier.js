// Opens the wallet that shows this page. It decides nothing: the result page asks the server.
(() => {
  "use strict";
  const place = document.getElementById("bridge");
  if (!place) return;
  const fields = {};
  for (let n = 1; n <= Number(place.dataset.fields); n += 1) {
    const text = place.getAttribute("data-field-" + n) || "";
    const cut = text.indexOf("=");
    fields[text.slice(0, cut)] = text.slice(cut + 1);
  }
  const done = () => { location.href = place.dataset.result; };
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
