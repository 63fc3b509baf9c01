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
function localTimes(part) {
  for (const time of part.querySelectorAll("time[datetime]")) {
    const date = new Date(time.dateTime);
    if (Number.isNaN(date.valueOf())) continue;
    time.title = time.dateTime;
    if (!time.hasAttribute("data-relative")) time.textContent = words.format(date);
  }
}
localTimes(document);

// .choice: who reads one language reads it everywhere.
const choices = [...document.querySelectorAll(".choice input")];
function choose(value) {
  for (const input of choices) if (input.value === value) input.checked = true;
}
for (const input of choices) {
  if (input.closest(".choice").firstElementChild.textContent !== "Language") continue;
  input.addEventListener("change", () => {
    const before = input.getBoundingClientRect().top;
    choose(input.value);
    scrollBy(0, input.getBoundingClientRect().top - before);
    try { localStorage.setItem("language", input.value); } catch { /* The choice lasts as long as the page. */ }
  });
}
try { choose(localStorage.getItem("language")); } catch { /* The first one it is. */ }

// form.try: sends the request that the page is about, and shows the answer. Nothing is kept.
for (const form of document.querySelectorAll("form.try")) {
  form.hidden = false;
  const button = form.querySelector("button");
  const outcome = form.querySelector(".outcome");
  const shown = form.querySelector("pre");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    shown.hidden = true;
    outcome.textContent = "Asking the server …";
    try {
      const answer = await fetch(form.action, requestOf(form));
      const text = await answer.text();
      const fields = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
      outcome.textContent = `Status ${answer.status}`;
      shown.textContent = `${fields}\n\n${indented(text)}`;
      shown.hidden = false;
    } catch {
      outcome.textContent = "There was no answer: the server could not be reached.";
    }
    if (form.elements.password) form.elements.password.value = "";
    button.disabled = false;
  });
}

function requestOf(form) {
  const { email, password, token } = form.elements;
  const headers = {};
  let body;
  if (form.dataset.kind === "generate") {
    body = new FormData();
    body.append("email", email.value);
    body.append("password", password.value);
  } else if (form.dataset.kind === "basic") {
    const bytes = new TextEncoder().encode(`${email.value}:${password.value}`);
    headers.Authorization = `Basic ${btoa(String.fromCharCode(...bytes))}`;
  } else {
    headers.Authorization = `Bearer ${token.value.trim()}`;
  }
  return { method: form.dataset.method, headers, body, cache: "no-store", credentials: "omit", redirect: "error" };
}

function indented(text) {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}

// [data-refresh]: the same part of the same page, as it is now.
for (const part of document.querySelectorAll("[data-refresh]")) {
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const text = await (await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" })).text();
      const now = new DOMParser().parseFromString(text, "text/html").querySelector("[data-refresh]");
      if (!now) throw new Error();
      part.replaceChildren(...now.childNodes);
      localTimes(part);
    } catch {
      const heading = part.querySelector("h1");
      heading.textContent = "No answer";
      heading.nextElementSibling.textContent = "The server cannot be reached from here just now. This page goes on looking.";
      const picture = part.querySelector("svg");
      if (picture) picture.remove();
    }
  }, part.dataset.refresh * 1000);
}
