// Passkeys need a script (WebAuthn). This file is served behind base.js, as one.
// Without it a page has its other ways: what needs it is hidden until here.

const decoded = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const encoded = (buffer) => buffer ? btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "") : undefined;

// The options as the browser takes them (WebAuthn §5.1.8), which some browsers
// cannot do themselves yet.
function options(form) {
  const all = JSON.parse(form.dataset.options);
  all.challenge = decoded(all.challenge);
  if (all.user) all.user.id = decoded(all.user.id);
  for (const key of [...all.allowCredentials ?? [], ...all.excludeCredentials ?? []]) key.id = decoded(key.id);
  return all;
}

// The answer as JSON (§5.1.7).
function answer({ id, rawId, type, authenticatorAttachment, response }) {
  return JSON.stringify({
    id, rawId: encoded(rawId), type, authenticatorAttachment: authenticatorAttachment ?? undefined, clientExtensionResults: {},
    response: {
      clientDataJSON: encoded(response.clientDataJSON), attestationObject: encoded(response.attestationObject), transports: response.getTransports?.(),
      authenticatorData: encoded(response.authenticatorData), signature: encoded(response.signature), userHandle: encoded(response.userHandle),
    },
  });
}

// The words for what goes wrong, by the name of the error: attributes of the form.
const reasons = { NotAllowedError: "cancelled", InvalidStateError: "taken", SecurityError: "address", NotSupportedError: "unsupported" };

// A browser asks one thing at a time: the next one ends the one before.
let asking = new AbortController();

async function ask(form, mediation) {
  const told = form.querySelector("[data-said]");
  asking.abort();
  asking = new AbortController();
  if (!mediation) told.hidden = true;
  try {
    const made = await navigator.credentials[form.dataset.passkey]({ publicKey: options(form), signal: asking.signal, mediation });
    form.elements.passkey_answer.value = answer(made);
    for (const field of form.querySelectorAll("[data-like]")) field.value = document.getElementById(field.dataset.like).checked ? "1" : "";
    form.requestSubmit();
  } catch (error) {
    if (error?.name === "AbortError" || mediation) return;
    told.textContent = form.dataset[reasons[error?.name] ?? "failed"];
    told.hidden = false;
    suggest(form);
  }
}

// Where the browser can, the passkey is offered in the address field.
async function suggest(form) {
  if ("autofill" in form.dataset && await PublicKeyCredential.isConditionalMediationAvailable?.()) ask(form, "conditional");
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("[data-passkey]")) {
    form.addEventListener("submit", (event) => {
      if (form.elements.passkey_answer.value) return;
      event.preventDefault();
      event.stopPropagation();
      ask(form);
    });
    // A page that is shown again has a new answer to give.
    addEventListener("pageshow", () => { form.elements.passkey_answer.value = ""; });
    form.hidden = false;
    suggest(form);
  }
  for (const without of document.querySelectorAll("[data-without]")) without.hidden = true;
}
