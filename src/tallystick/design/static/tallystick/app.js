/* Small help for pages that all work without it. What an element wants stands in its data- attributes; one listener for
   the whole page, so that what htmx brings later is helped as well. */
"use strict";

/** Say something to everybody: in a toast, and to screen readers. */
function tell(text) {
  const told = document.getElementById("told");
  if (told) told.textContent = text;
  let place = document.querySelector(".toasts");
  if (!place) {
    place = document.createElement("div");
    place.className = "toasts";
    place.setAttribute("aria-hidden", "true");
    document.body.append(place);
  }
  const toast = document.createElement("p");
  toast.className = "toast";
  toast.textContent = text;
  place.append(toast);
  setTimeout(() => toast.remove(), 2500);
}

/* ---- theme: at once, and kept by the server as without script */

function choose(theme) {
  const root = document.documentElement;
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  document.querySelector("meta[name=color-scheme]").content = theme || "light dark";
  for (const button of document.querySelectorAll("[data-theme-form] button")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-theme-form]") && event.submitter) {
    event.preventDefault();
    const body = new FormData(form, event.submitter);
    choose(event.submitter.value);
    fetch(form.action, { method: "POST", body, redirect: "manual" });
  } else if (form.matches("[data-once]")) {
    if (form.dataset.isSent) event.preventDefault();
    form.dataset.isSent = "1";
    event.submitter?.setAttribute("aria-busy", "true");
  }
});

/* A page that comes back by the browser's arrow may be sent again. */
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-is-sent]")) delete form.dataset.isSent;
  for (const button of document.querySelectorAll("button[aria-busy=true]:not(:disabled)")) button.removeAttribute("aria-busy");
});

/* ---- presses */

document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    await navigator.clipboard.writeText(copy.dataset.copy);
    tell(copy.dataset.copied);
  }
  const toast = event.target.closest("[data-toast]");
  if (toast) tell(toast.dataset.toast);
  for (const menu of document.querySelectorAll("details.menu[open], details.tip[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open], details.tip[open]")) {
    menu.open = false;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
  }
});

/* ---- picking rows */

function count(form) {
  const boxes = [...form.querySelectorAll("tbody .pick input")];
  const picked = boxes.filter((box) => box.checked).length;
  const all = form.querySelector("[data-all]");
  if (all) {
    all.checked = picked > 0 && picked === boxes.length;
    all.indeterminate = picked > 0 && picked < boxes.length;
  }
  form.querySelector(".bulk")?.classList.toggle("is-used", picked > 0);
  const said = form.querySelector("[data-picked]");
  if (said && said.dataset.picked) said.textContent = said.dataset.picked.replace("%", picked);
}

document.addEventListener("change", (event) => {
  const box = event.target;
  const form = box.form;
  if (!form || !box.closest(".pick")) return;
  if (box.matches("[data-all]")) {
    for (const each of form.querySelectorAll("tbody .pick input")) each.checked = box.checked;
  }
  count(form);
});

/* ---- what a person must not miss */

document.querySelector("[data-focus]")?.focus();

document.addEventListener("htmx:after:swap", () => {
  const said = document.querySelector("#list [data-said]");
  const told = document.getElementById("told");
  if (said && told) told.textContent = said.textContent;
});
