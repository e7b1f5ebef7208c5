// Everything works without this script. It updates the progress and the times, looks for a
// provider that cannot be reached, and adds buttons to copy text.
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

const wait = async () => {
  try {
    const answer = await fetch("/reach", { credentials: "same-origin", cache: "no-store" });
    if (answer.ok && (await answer.text()) === "up") {
      announce("The provider answers again");
      location.reload();
      return;
    }
  } catch {
    announce("The dashboard does not respond. It may have stopped.");
  }
  setTimeout(wait, 2000);
};

const units = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

const since = (seconds) => {
  const [unit, length] = units.find(([, length]) => seconds >= length) ?? units[3];
  const count = Math.floor(seconds / length);
  return seconds < 5 ? "just now" : `${count} ${unit}${count === 1 ? "" : "s"} ago`;
};

const updateTimes = () => {
  for (const time of document.querySelectorAll("time.ago")) {
    time.textContent = since((Date.now() - Date.parse(time.dateTime)) / 1000);
  }
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
setInterval(updateTimes, 10_000);
if (document.body.hasAttribute("data-waits")) setTimeout(wait, 2000);
follow();
watch();
