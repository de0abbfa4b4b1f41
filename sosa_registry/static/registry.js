// Two conveniences, neither needed to read anything: a switch between light and dark, and forms
// that leave empty fields out of the address. Runs in the head, so that no page flashes or shifts.
"use strict";
(function () {
  const root = document.documentElement;
  const stored = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const show = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  };
  root.classList.add("js");
  show(stored());

  document.addEventListener("DOMContentLoaded", () => {
    const dark = () =>
      (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
    for (const button of document.querySelectorAll(".theme")) {
      const say = () => button.setAttribute("aria-pressed", String(dark()));
      button.addEventListener("click", () => {
        const theme = dark() ? "light" : "dark";
        try { localStorage.setItem("theme", theme); } catch { /* kept for this page only */ }
        show(theme);
        say();
      });
      say();
    }
  });

  document.addEventListener("submit", (event) => {
    if (event.target.method !== "get") return;
    for (const field of event.target.elements) if (field.name && !field.value) field.disabled = true;
  });
  // Back from the next page, the fields must be there again.
  addEventListener("pageshow", () => {
    for (const field of document.querySelectorAll("form [name]:disabled")) field.disabled = false;
  });
})();
