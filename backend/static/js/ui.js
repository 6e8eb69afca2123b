// Small comforts. Every page works without them.

const root = document.documentElement;

function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

// The theme lies in a cookie and not in local storage: the server writes it into the page, so nothing flashes.
for (const button of document.querySelectorAll("[data-theme-toggle]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
  });
}

function prepare(scope) {
  for (const button of scope.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
  scope.querySelector(".summary")?.focus();
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.querySelector("span").textContent = button.dataset.done;
    return;
  }
  if (event.target.closest("[data-print]")) print();
});

document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && event.target.closest?.("details.confirm[open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));
prepare(document);

// On a phone the navigation and the tabs scroll sideways: show where one is.
for (const here of document.querySelectorAll(".nav [aria-current], .tabs [aria-current]")) {
  const bar = here.closest(".nav, .tabs");
  const room = bar.clientWidth - here.offsetWidth;
  bar.scrollLeft += here.getBoundingClientRect().left - bar.getBoundingClientRect().left - room / 2;
}
