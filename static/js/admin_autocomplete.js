"use strict";
// select2 builds its boxes without the name of the field. Runs after Django's autocomplete.js, in
// the order in which jQuery calls what waits for the page.
function nameBoxes() {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const label = select.labels[0]?.textContent.replace(/[:：]\s*$/, "");
    const boxes = select.nextElementSibling?.querySelectorAll(
      ".select2-selection, [role=textbox], .select2-search__field",
    );
    for (const box of boxes ?? []) box.setAttribute("aria-label", label ?? select.getAttribute("aria-label"));
  }
}
window.addEventListener("load", () => window.django?.jQuery?.(nameBoxes));
