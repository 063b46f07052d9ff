/* ⌘K: a field over everything that leads anywhere by its name. The server finds; here are only the keys. Without script
   the button is a link to a page that does the same. */
"use strict";

(() => {
  const palette = document.getElementById("palette");
  if (!palette) return;
  const field = palette.querySelector("input[type=search]");
  const found = palette.querySelector(".palette-found");
  const isMac = /Mac|iP(hone|ad)/.test(navigator.platform);
  const PAUSE = 120;
  let waiting;
  let latest = 0;

  if (!isMac) for (const key of document.querySelectorAll("[data-palette] kbd")) key.textContent = "Ctrl K";

  const options = () => [...found.querySelectorAll("[role=option]")];
  const chosen = () => found.querySelector("[aria-selected=true]");

  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) field.setAttribute("aria-activedescendant", option.id);
    else field.removeAttribute("aria-activedescendant");
  }

  async function ask() {
    const turn = ++latest;
    const address = new URL(palette.dataset.address, location.href);
    address.searchParams.set("q", field.value);
    const answer = await fetch(address, { headers: { "HX-Request": "true" } });
    if (turn !== latest) return;
    if (!answer.ok || answer.redirected) {
      location.assign(address);
      return;
    }
    found.innerHTML = await answer.text();
    choose(options()[0]);
  }

  function open() {
    if (palette.open) return;
    palette.showModal();
    field.select();
    ask();
  }

  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE);
  });

  field.addEventListener("keydown", (event) => {
    const all = options();
    const at = all.indexOf(chosen());
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 };
    if (event.key in steps && all.length && !((event.key === "Home" || event.key === "End") && field.value)) {
      event.preventDefault();
      choose(all[steps[event.key] % all.length]);
    } else if (event.key === "Escape") {
      /* A search field keeps the key to empty itself. */
      event.preventDefault();
      palette.close();
    } else if (event.key === "Enter" && chosen()) {
      event.preventDefault();
      chosen().click();
    }
  });

  palette.addEventListener("click", (event) => {
    if (event.target === palette) palette.close();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette]")) {
      event.preventDefault();
      open();
    }
  });

  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
    const isCall = event.key.toLowerCase() === "k" && (event.metaKey || event.ctrlKey) && !event.shiftKey;
    if (isCall || (event.key === "/" && !isTyping)) {
      event.preventDefault();
      open();
    }
  });
})();
