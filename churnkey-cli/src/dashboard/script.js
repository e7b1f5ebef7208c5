// Everything works without this script. It updates the progress and adds buttons to copy text.
"use strict";

const announce = (text) => {
  const place = document.getElementById("announce");
  if (place && place.textContent !== text) place.textContent = text;
};

const follow = async () => {
  const progress = document.getElementById("progress");
  if (!progress) return;
  try {
    const answer = await fetch("/progress", { credentials: "same-origin", cache: "no-store" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("progress");
    if (!fresh) return;
    if (fresh.hasAttribute("data-done")) {
      location.hash = "results";
      location.reload();
      return;
    }
    progress.replaceWith(fresh);
    announce(fresh.dataset.status);
  } catch {
    announce("The dashboard does not respond. It may have stopped.");
  }
  setTimeout(follow, 400);
};

// The state of `churnkey dev`. The page is not replaced while a form is filled in.
const watch = async () => {
  const state = document.getElementById("dev");
  if (!state) return;
  try {
    const answer = await fetch("/dev", { credentials: "same-origin", cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("dev");
    if (fresh && fresh.dataset.version !== state.dataset.version) {
      if (!document.activeElement?.matches("input, select, summary")) {
        location.reload();
        return;
      }
      state.replaceWith(fresh);
      announce("There are new results. Reload the page to see them.");
    }
  } catch {
    announce("The dashboard does not respond. It may have stopped.");
  }
  setTimeout(watch, 700);
};

const copying = (block) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy: ${block.getAttribute("aria-label")}`);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(block.textContent);
      announce("Copied");
      button.textContent = "Copied";
    } catch {
      announce("The browser did not allow copying");
    }
  });
  block.before(button);
};

if (navigator.clipboard) document.querySelectorAll("pre.copyable").forEach(copying);
if (location.hash === "#results") document.getElementById("results")?.focus();
follow();
watch();
