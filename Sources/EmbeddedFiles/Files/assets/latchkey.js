// What pages do beyond HTML. Every form and link works without it.
"use strict";

// <button data-copy="ID" hidden>: copies the text of the element with that id and says so.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  const label = button.textContent;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    if (!source) return;
    let said = "Copied";
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
    } catch {
      getSelection().selectAllChildren(source);
      said = "Press Ctrl+C";
    }
    button.textContent = said;
    const status = document.getElementById("said");
    if (status) status.textContent = said;
    setTimeout(() => { button.textContent = label; }, 2000);
  });
}

// <time datetime>: the reader's own zone and words; the page itself has UTC.
const words = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });
for (const time of document.querySelectorAll("time[datetime]")) {
  const date = new Date(time.dateTime);
  if (Number.isNaN(date.valueOf())) continue;
  time.title = time.dateTime;
  if (!time.hasAttribute("data-relative")) time.textContent = words.format(date);
}
