"use strict";
// From the press of the button until the next page comes: what happens, and no second press.
function show(form, isRunning) {
  document.querySelector("[data-in-progress] p").hidden = !isRunning;
  for (const button of form.querySelectorAll("[type=submit]")) button.disabled = isRunning;
}
const form = document.querySelector("#content-main form, #content form");
form?.addEventListener("submit", () => show(form, true));
// Back from the next page: the browser shows this one as it was left.
window.addEventListener("pageshow", () => form && show(form, false));
