/* A contact form of a site, as one script without anything else, put where it stands:
 *
 *   <script src="https://HOST/widget/form.js" data-site="NAME" data-key="KEY" async></script>
 *
 * Further attributes: data-lang (vi, en), data-kind (store: our page behind a shop's QR code).
 * Texts are only ever set as text. Styles live in a shadow root, as a constructed sheet.
 */
(function () {
  "use strict";
  var script = document.currentScript;
  if (!script || !script.dataset.site || !Element.prototype.attachShadow) return;

  var store = script.dataset.kind === "store";
  var base = script.src.replace(/\/widget\/form\.js.*$/, "");
  var target = base + "/webhooks/" + (store ? "store" : "website") + "/" + encodeURIComponent(script.dataset.site);
  var lang = /^en/i.test(script.dataset.lang || document.documentElement.lang || "vi") ? "en" : "vi";
  var texts = "@texts"[lang]; /* put in when this is served, like the style below */
  var style = "@style";
  /* name, kind of input, characters at most, whether it must be given */
  var FIELDS = [
    ["name", "text", 200, false], ["phone", "tel", 50, false], ["email", "email", 254, false],
    ["order", "text", 100, false], ["message", "textarea", 5000, true]
  ];
  var id = uuid(), inputs = {}, busy = false;

  function uuid() {
    if (window.crypto && crypto.randomUUID) return crypto.randomUUID();
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.prototype.map.call(bytes, function (b) { return ("0" + b.toString(16)).slice(-2); }).join("");
  }

  function make(name, attributes, children) {
    var found = document.createElement(name);
    Object.keys(attributes || {}).forEach(function (key) {
      if (key === "text") found.textContent = attributes[key];
      else found.setAttribute(key, attributes[key]);
    });
    (children || []).forEach(function (child) { found.appendChild(child); });
    return found;
  }

  function row(name, kind, most, needed) {
    var area = kind === "textarea";
    var input = inputs[name] = make(area ? "textarea" : "input", { id: name, name: name, maxlength: String(most) });
    if (area) input.setAttribute("rows", "5"); else input.setAttribute("type", kind);
    if (needed) { input.required = true; input.setAttribute("aria-required", "true"); }
    var label = store && name === "message" ? texts.visit : texts[name];
    return make("div", {}, [make("label", { "for": name, text: label + (needed ? " *" : "") }), input]);
  }

  var trap = make("input", { name: "website", tabindex: "-1", autocomplete: "off", "aria-hidden": "true", "class": "trap" });
  var agree = make("input", { type: "checkbox", id: "consent", name: "consent" });
  var said = make("p", { role: "status" }), wrong = make("p", { role: "alert", hidden: "" });
  var send = make("button", { type: "submit", text: texts.send });
  var more = make("button", { type: "button", text: texts.more, hidden: "" });
  var rows = FIELDS.map(function (field) { return row.apply(null, field); });
  var box = make("div", { "class": "box" }, [agree, make("label", { "for": "consent", text: texts.consent })]);
  var form = make("form", { novalidate: "" }, rows.concat([trap, box, wrong, send]));
  inputs.name.autocomplete = "name"; inputs.phone.autocomplete = "tel"; inputs.email.autocomplete = "email";

  function given() {
    var body = { client_id: id, website: trap.value };
    if (agree.checked) body.consent = true;
    if (script.dataset.key) body.widget_key = script.dataset.key;
    Object.keys(inputs).forEach(function (name) {
      var value = inputs[name].value.trim();
      if (value) body[name] = value;
    });
    if (!store) body.page_url = location.href.split(/[?#]/)[0].slice(0, 2000);
    return body;
  }

  function refuse(text) { wrong.textContent = text; wrong.hidden = !text; }

  function submit(event) {
    event.preventDefault();
    if (busy) return;
    if (!inputs.message.value.trim()) { refuse(texts.missing); inputs.message.focus(); return; }
    busy = send.disabled = true;
    refuse("");
    fetch(target, {
      method: "POST", credentials: "omit", headers: { "Content-Type": "application/json" },
      body: JSON.stringify(given())
    }).then(function (answer) {
      if (answer.ok) return finish();
      if (answer.status === 429) return refuse(texts.busy);
      if (answer.status !== 422) return refuse(texts.failed);
      return answer.json().then(function (told) { refuse(told.detail); });
    }).catch(function () { refuse(texts.failed); }).then(function () { busy = send.disabled = false; });
  }

  function finish() {
    form.hidden = true;
    more.hidden = false;
    said.textContent = texts.thanks;
    more.focus();
  }

  /* A kiosk is used by the next customer: nothing of the last one stays. */
  function again() {
    form.reset();
    id = uuid();
    form.hidden = false;
    more.hidden = true;
    said.textContent = "";
    inputs.name.focus();
  }

  form.addEventListener("submit", submit);
  more.addEventListener("click", again);
  var host = make("div", { lang: lang }), root = host.attachShadow({ mode: "open" });
  try { var sheet = new CSSStyleSheet(); sheet.replaceSync(style); root.adoptedStyleSheets = [sheet]; }
  catch (error) { root.appendChild(make("style", { text: style })); }
  root.appendChild(form);
  root.appendChild(said);
  root.appendChild(more);
  script.parentNode.insertBefore(host, script);
})();
