// What only the forms of the account and the administration need.

const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
const button = (text) => make("button", { type: "button", className: "btn small", textContent: text });

// The words are the page's (templates/locales).
const words = document.body.dataset;

// Where there is room the menu is open; a browser that cannot say so in CSS is
// told here (desk.css).
const menu = document.querySelector(".menu");
if (menu && !CSS.supports("selector(::details-content)")) menu.open = matchMedia("(min-width:56rem)").matches;

// A list of addresses, one per line, becomes rows. The text box stays in the
// form and carries the value; the first row takes over its id and its label.
for (const box of document.querySelectorAll("textarea[data-rows]")) {
  const rows = make("div", { className: "stack tight" });
  const add = button(words.addText);
  add.onclick = () => insert("").focus();
  const last = make("div");
  last.append(add);
  rows.append(last);
  const gather = () => {
    box.value = inputs().map((input) => input.value.trim()).filter(Boolean).join("\n");
  };
  const inputs = () => [...rows.querySelectorAll("input")];
  const number = () => inputs().forEach((input, n) => {
    if (n) input.setAttribute("aria-label", box.dataset.rows.replace("{number}", n + 1));
    input.nextSibling.setAttribute("aria-label", box.dataset.remove.replace("{number}", n + 1));
    input.nextSibling.hidden = n === 0;
  });
  const insert = (value, after) => {
    const row = make("div", { className: "with-button" });
    const input = make("input", { inputMode: "url", value, spellcheck: false, className: "mono" });
    const remove = button(words.removeText);
    remove.onclick = () => { row.remove(); number(); gather(); inputs().at(-1).focus(); };
    input.oninput = gather;
    input.onkeydown = (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      insert("", row).focus();
    };
    input.onpaste = (event) => {
      const lines = event.clipboardData.getData("text").split(/\s+/).filter(Boolean);
      if (lines.length < 2) return;
      event.preventDefault();
      input.setRangeText(lines.shift());
      let last = row;
      for (const line of lines) last = insert(line, last).parentNode;
      gather();
    };
    row.append(input, remove);
    after ? after.after(row) : last.before(row);
    number();
    return input;
  };
  for (const value of box.value.trim().split(/\s+/)) insert(value);
  const first = inputs()[0];
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (box.hasAttribute(name)) first.setAttribute(name, box.getAttribute(name));
  }
  first.id = box.id;
  box.removeAttribute("id");
  box.hidden = true;
  box.after(rows);
}

// Addresses that end in the id follow what is typed.
const keyID = document.getElementById("key_id");
const ours = document.querySelector("[data-starts]");
if (keyID && ours) {
  keyID.oninput = () => {
    for (const code of ours.querySelectorAll("code"))
      for (const start of ours.dataset.starts.split(" ")) if (code.textContent.startsWith(start)) code.textContent = start + keyID.value.trim();
  };
  document.getElementById("look").hidden = true;
}

// What waits for something looks for news by itself, for a quarter of an hour:
// an open page must not keep anybody signed in. What is typed elsewhere on the
// page stays.
const opened = Date.now();
function watch() {
  const section = document.querySelector("[data-watch]");
  if (!section || Date.now() - opened > 15 * 60 * 1000) return;
  setTimeout(async () => {
    let fresh = section;
    try {
      const page = new DOMParser().parseFromString(await (await fetch(section.dataset.watch)).text(), "text/html");
      fresh = page.getElementById(section.id);
    } catch {
      // The hub may be there again the next time.
    }
    if (!fresh) return;
    if (fresh.textContent !== section.textContent) {
      const focused = section.contains(document.activeElement) && document.activeElement.id;
      section.replaceWith(fresh);
      if (focused) document.getElementById(focused)?.focus();
      const said = document.querySelector(".unseen[role=status]");
      const done = [...fresh.querySelectorAll("li.ok h3")].at(-1);
      if (said && done) said.textContent = words.doneText.replace("{name}", () => done.textContent);
    }
    watch();
  }, 3000);
}
watch();
