// Shows what needs a passkey where the browser has them, and says in words when one was not used.
(function () {
  document.addEventListener("DOMContentLoaded", function () {
    if (window.PublicKeyCredential) {
      document.querySelectorAll("[data-passkey]").forEach(function (part) { part.hidden = false; });
    }
  });
  document.addEventListener("allauth.error", function (event) {
    event.preventDefault();
    document.querySelectorAll("[data-passkey-error]").forEach(function (part) { part.hidden = false; });
  });
})();
