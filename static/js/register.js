/* Names of the chosen prefecture's bodies to choose from, members marked; without it they are typed.
   The page itself knows them: it is asked for with the prefecture in its address. */
"use strict";

const prefecture = document.getElementById("id_prefecture");
const bodies = document.getElementById("bodies");

async function offerBodies() {
  const address = `${prefecture.form.dataset.bodies}?prefecture=${encodeURIComponent(prefecture.value)}`;
  const answer = await fetch(address);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  bodies.replaceChildren(...page.getElementById("bodies").children);
}

prefecture.addEventListener("change", offerBodies);
/* Back fills the form in without telling. */
if (prefecture.value && !bodies.children.length) offerBodies();
