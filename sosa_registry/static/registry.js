// Conveniences, none needed to read anything: a switch between light and dark, forms that leave
// empty fields out of the address, and a slider that steps matrix and map from change to change.
// Runs in the head, so that no page flashes or shifts.
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
    for (const box of document.querySelectorAll(".player")) play(box);
  });

  // The slider's stops are the days on which something changes (`data-days`). Each step asks the
  // server for the page of that day, as the links beside it would, and shows its answer in place.
  const REPLACED = ["#answer", ".views", ".foot"];
  const PACE = 1100;
  function play(box) {
    const days = box.dataset.days.split(" ");
    const make = (name, more) => box.appendChild(Object.assign(document.createElement(name), more));
    const button = make("button", { type: "button", textContent: "Play" });
    const slider = make("input", { type: "range", min: 0, max: days.length - 1, step: 1 });
    const said = make("output", { value: box.dataset.day });
    slider.setAttribute("aria-label", "Days on which something changes");
    let timer = 0, asked = 0;
    const place = (day) => { slider.value = Math.max(0, days.filter((one) => one <= day).length - 1); tell(day); };
    const tell = (day) => { said.value = day; slider.setAttribute("aria-valuetext", day); };
    const stop = () => { clearTimeout(timer); timer = 0; button.textContent = "Play"; };

    async function go(day) {
      const address = new URL(location.href), mine = ++asked;
      address.searchParams.set("as_of", day);
      let text;
      try {
        const answer = await fetch(address);
        if (!answer.ok) throw new Error(answer.status);
        text = await answer.text();
      } catch { location.assign(address); return; }
      if (mine !== asked) return; // a later step overtook this one
      const page = new DOMParser().parseFromString(text, "text/html");
      for (const name of REPLACED) document.querySelector(name)?.replaceWith(page.querySelector(name));
      const field = document.querySelector("[name=as_of]");
      if (field) field.value = day;
      history.replaceState(null, "", address);
    }
    async function on() {
      const next = Number(slider.value) + 1;
      if (next >= days.length) { stop(); return; }
      place(days[next]);
      await go(days[next]);
      if (timer) timer = setTimeout(on, PACE);
    }
    slider.addEventListener("input", () => { stop(); tell(days[slider.value]); });
    slider.addEventListener("change", () => go(days[slider.value]));
    button.addEventListener("click", () => {
      if (timer) { stop(); return; }
      if (Number(slider.value) === days.length - 1) slider.value = -1;
      button.textContent = "Pause";
      timer = setTimeout(on, 0);
    });
    place(box.dataset.day);
  }

  // Forms and links marked hx-boost are answered in place (vendor/VERSION.txt): the page asked for is
  // the same, its content takes the place of this one's, and what the reader had opened stays open.
  const SLOW = 1000;
  let late = 0;
  const tell = (text) => {
    clearTimeout(late);
    document.querySelector(".waiting").textContent = text;
  };
  document.addEventListener("DOMContentLoaded", () => {
    if (!window.Idiomorph) return;
    Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) =>
      !(name === "open" && node.tagName === "DETAILS");
  });
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    for (const [name, value] of Object.entries(detail.parameters)) if (!value) delete detail.parameters[name];
  });
  document.addEventListener("htmx:beforeSend", () => {
    tell("");
    late = setTimeout(() => {
      document.getElementById("content").setAttribute("aria-busy", "true");
      tell("Still asking the registry …");
    }, SLOW);
  });
  document.addEventListener("htmx:afterRequest", () => {
    document.getElementById("content").removeAttribute("aria-busy");
    const best = ["[role=alert]", "#rows caption", "h1"].map((one) => document.querySelector(`#content ${one}`));
    tell(best.find(Boolean)?.textContent.trim() || "");
  });
  document.addEventListener("htmx:sendError", ({ detail }) => location.assign(detail.requestConfig.path));
  document.addEventListener("htmx:afterSwap", () => {
    for (const box of document.querySelectorAll(".player:empty")) play(box);
  });

  document.addEventListener("submit", (event) => {
    if (event.target.method !== "get" || event.defaultPrevented) return;
    for (const field of event.target.elements) if (field.name && !field.value) field.disabled = true;
  });
  // Back from the next page, the fields must be there again.
  addEventListener("pageshow", () => {
    for (const field of document.querySelectorAll("form [name]:disabled")) field.disabled = false;
  });
})();
