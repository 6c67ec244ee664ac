// Shows what needs a passkey where one can be had, and says in words when one was not used.
// Browsers give passkeys to names, not to bare addresses such as 127.0.0.1.
(function () {
  const isName = /[a-z]/i.test(location.hostname) && !location.hostname.includes(":");
  const part = window.PublicKeyCredential && isName ? "[data-passkey]" : "[data-passkey-none]";
  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll(part).forEach(function (one) { one.hidden = false; });
  });
  document.addEventListener("allauth.error", function (event) {
    event.preventDefault();
    document.querySelectorAll("[data-passkey-error]").forEach(function (one) { one.hidden = false; });
  });
})();
