// Small comforts for people whose browser runs scripts. Every page works
// without this file: each control it adds is made here, so none is ever dead.

const make = (tag, properties) => Object.assign(document.createElement(tag), properties);

// The words are the page's (templates/locales).
const words = document.body.dataset;

const said = make("p", { className: "unseen" });
said.setAttribute("role", "status");
document.body.append(said);

function button(text, label) {
  const made = make("button", { type: "button", className: "btn small", textContent: text });
  if (label) made.setAttribute("aria-label", label);
  return made;
}

// Copy buttons beside values that are typed elsewhere.
if (navigator.clipboard) {
  for (const box of document.querySelectorAll("[data-copy]")) {
    const copy = button(words.copyText, box.dataset.copy);
    copy.onclick = async () => {
      try {
        await navigator.clipboard.writeText(box.querySelector("code").textContent);
        copy.textContent = said.textContent = words.copiedText;
      } catch {
        getSelection().selectAllChildren(box.querySelector("code"));
        said.textContent = words.selectedText;
      }
      setTimeout(() => { copy.textContent = words.copyText; said.textContent = ""; }, 2000);
    };
    box.append(copy);
  }
}

// Show or hide what is typed into a password box.
for (const input of document.querySelectorAll("input[type=password]")) {
  const show = button(words.showText, words.showLabel);
  show.setAttribute("aria-pressed", "false");
  show.onclick = () => {
    const hidden = input.type === "password";
    input.type = hidden ? "text" : "password";
    show.textContent = hidden ? words.hideText : words.showText;
    show.setAttribute("aria-pressed", String(hidden));
  };
  const frame = make("span", { className: "with-button inset" });
  const focused = document.activeElement === input;
  input.replaceWith(frame);
  frame.append(input, show);
  if (focused) input.focus();
  // Sent as a password, so that no browser remembers it as ordinary text.
  input.form?.addEventListener("submit", () => { input.type = "password"; });
}

// A form is sent once. The button stays enabled: a disabled one would not send
// its value, and would still be disabled after the Back button.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  setTimeout(() => release(form), 8000);
});
addEventListener("pageshow", () => document.querySelectorAll("form").forEach(release));
function release(form) { delete form.dataset.sent; }
