// Warns five minutes before half an hour without a click ends the session, and prolongs it when asked to; when it has
// ended, what was typed stays on the page, out of sight, until the same person is back (WCAG 2.2, 2.2.1 Timing
// Adjustable). And the browser asks before it leaves a form whose words are not saved: fields are not kept by it
// (autocomplete is off, so that nothing lies in its files), so going back to them would show them empty.
// Nothing is stored, and all pages work without this.
"use strict";

(() => {
  const dialog = document.getElementById("lotsa-session");
  if (!dialog || !dialog.showModal) return;
  const WARNING = 300; // seconds before the end
  const LOOK = 15; // seconds between looks at the clock: a machine that has slept is past all timers
  const DOOR = "/directory/session";

  const parts = { soon: dialog.querySelector("[data-when=soon]"), over: dialog.querySelector("[data-when=over]") };
  let leaving = false; // somebody has said that the words may go, or is sending them
  let ends = Date.now() + Number(dialog.dataset.left) * 1000;

  const left = () => Math.max(0, (ends - Date.now()) / 1000);

  function show() {
    if (left() > WARNING) {
      delete dialog.dataset.when;
      dialog.close();
      return;
    }
    const when = left() > 0 ? "soon" : "over";
    const changed = !dialog.open || dialog.dataset.when !== when;
    dialog.dataset.when = when;
    dialog.setAttribute("aria-labelledby", `lotsa-session-${when}`);
    dialog.setAttribute("aria-describedby", `lotsa-session-${when}-why`);
    for (const [name, part] of Object.entries(parts)) part.hidden = name !== when;
    // on a page with nothing typed, nothing is said of it
    dialog.querySelector("[data-typed]").hidden = ![...document.forms].some(unsaved);
    if (!dialog.open) dialog.showModal();
    if (changed) parts[when].querySelector("button, a").focus();
  }

  // what other pages of the same person did counts too, so the server is asked before anything is said
  async function ask(method) {
    try {
      const headers = { "X-CSRFToken": document.querySelector("input[name=csrf_token]")?.value ?? "" };
      const answer = await fetch(DOOR, { method, headers });
      if (!answer.ok && answer.status !== 400) throw new Error("busy, or away");
      const told = answer.ok ? await answer.json() : { left: 0 };
      if (told.left > 0 && told.assignment !== dialog.dataset.assignment) {
        // somebody else, or in another role: this page is not theirs, nor may a form that it answered be sent again
        leaving = true;
        location.replace("/");
        return;
      }
      ends = Date.now() + told.left * 1000;
      if (told.left > 0) {
        dialog.querySelector("[data-until]").textContent = told.until;
        for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = told.csrf_token;
      }
    } catch {
      // no network, or a server that is busy: the page's own reckoning stands
    }
    show();
  }

  const look = () => left() <= WARNING && dialog.dataset.when !== "over" && ask("GET");
  setInterval(look, LOOK * 1000);
  for (const back of ["visibilitychange", "focus"]) {
    window.addEventListener(back, () => document.visibilityState === "visible" && left() <= WARNING && ask("GET"));
  }
  // some browsers close a dialog at the second Escape whatever is said
  dialog.addEventListener("close", show);
  dialog.querySelector("[data-prolong]").addEventListener("click", () => ask("POST"));
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    if (dialog.dataset.when === "soon") ask("POST");
  });

  // what the server shows again with a mistake or a conflict is not saved either
  const answered = "answered" in dialog.dataset;
  const typable = (field) => field.name && !["hidden", "submit", "button"].includes(field.type);
  const touched = (field) =>
    field.type === "checkbox" || field.type === "radio"
      ? field.checked !== field.defaultChecked
      : field.options
        ? field.value !== (field.querySelector("option[selected]") ?? field.options[0])?.value
        : field.value !== field.defaultValue;
  const unsaved = (form) =>
    form.method === "post" &&
    form.getAttribute("role") !== "search" &&
    [...form.elements].filter(typable).some((field) => answered || touched(field));

  document.addEventListener("submit", (event) => {
    leaving = [...document.forms].every((form) => form === event.target || !unsaved(form));
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("a[data-unsaved=leave]")) leaving = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && [...document.forms].some(unsaved)) event.preventDefault();
    leaving = false;
  });
})();
