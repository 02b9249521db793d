/* The chat of a web site, as one script without anything else:
 *
 *   <script src="https://HOST/widget/live-chat.js" data-site="NAME" async></script>
 *
 * Further attributes: data-lang (vi, en), data-identifier and data-identifier-hash (whom the
 * site vouches for), data-name. Texts of others are only ever set as text, never as markup.
 * Styles live in a shadow root, as a constructed sheet: the page's styles and its CSP for
 * styles do not matter. Its CSP must allow HOST in script-src and connect-src.
 */
(function () {
  "use strict";
  var script = document.currentScript;
  if (!script || !script.dataset.site || !Element.prototype.attachShadow) return;

  var SITE = script.dataset.site;
  var BASE = script.src.replace(/\/widget\/live-chat\.js.*$/, "");
  var CHAT = BASE + "/v1/live-chat/" + encodeURIComponent(SITE);
  var POST = BASE + "/webhooks/live_chat/" + encodeURIComponent(SITE);
  var KEY = "lien-mach-chat:" + SITE;
  var LANG = /^en/i.test(script.dataset.lang || document.documentElement.lang || "vi") ? "en" : "vi";
  /* Seconds between two looks, by how long ago something was last said or opened. */
  var PACES = [[120, 2], [600, 5], [1800, 15], [Infinity, 60]];
  var CLOSED_PACE = 15, LONGEST_PAUSE = 60, LONGEST_TEXT = 5000, MOST_KEPT = 50;

  var T = "@texts"[LANG]; /* put in when this is served, like the style below */

  /* ------------------------------------------------------------ what is remembered */

  var who = script.dataset.identifier || "";
  var state = kept();
  var site = null, messages = [], seen = "", now = 0, touched = 0;
  var opened = false, failures = 0, timer = 0, sendingNow = false, leftContact = false;

  function kept() {
    var found = null;
    try { found = JSON.parse(localStorage.getItem(KEY)); } catch (error) { found = null; }
    /* Whoever else used this browser before is somebody else. */
    var mine = found && found.who === who && Array.isArray(found.waiting);
    return mine ? found : { who: who, token: "", waiting: [], readUntil: 0, renewed: 0 };
  }

  function keep() {
    state.waiting = state.waiting.slice(-MOST_KEPT);
    try { localStorage.setItem(KEY, JSON.stringify(state)); } catch (error) { return; }
  }

  function uuid() {
    if (window.crypto && crypto.randomUUID) return crypto.randomUUID();
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.prototype.map.call(bytes, function (b) { return ("0" + b.toString(16)).slice(-2); }).join("");
  }

  /* ------------------------------------------------------------ talking to the server */

  function call(url, body, headers) {
    return fetch(url, {
      method: "POST", credentials: "omit", referrerPolicy: "no-referrer",
      headers: Object.assign({ "Content-Type": "application/json" }, headers),
      body: JSON.stringify(body)
    });
  }

  /* Another tab may have begun the visit meanwhile: then it is the same visitor. */
  function adopt() {
    if (!state.token) state.token = kept().token;
    return Boolean(state.token);
  }

  function visit() {
    var asked = {};
    if (state.token) asked.token = state.token;
    if (who) { asked.identifier = who; asked.identifier_hash = script.dataset.identifierHash || ""; }
    return call(CHAT + "/visits", asked).then(function (answer) {
      if (!answer.ok) throw answer;
      return answer.json();
    }).then(function (told) {
      state.token = told.token;
      state.renewed = Date.now();
      keep();
    });
  }

  function deliver(item) {
    return call(POST, item.body, { "X-Visitor-Token": state.token });
  }

  /* The first of what waits; one after the other, so that their order is the visitor's. */
  function push() {
    var item = state.waiting.filter(function (one) { return !one.done && !one.refused; })[0];
    if (sendingNow || !item) return;
    sendingNow = true;
    (adopt() ? Promise.resolve() : visit()).then(function () {
      return deliver(item);
    }).then(function (answer) {
      sendingNow = false;
      if (answer.ok) { item.done = true; settled(item); return; }
      if (answer.status === 401) { state.token = ""; seen = ""; keep(); throw answer; }
      if (answer.status === 429 || answer.status >= 500) throw answer;
      item.refused = true;
      settled(item);
    }).catch(function () {
      sendingNow = false;
      again(push);
    });
  }

  function settled(item) {
    failures = 0;
    if (item.body.type === "read") state.waiting.splice(state.waiting.indexOf(item), 1);
    keep(); show(); push(); soon();
  }

  function again(step) {
    failures += 1;
    show();
    var pause = Math.min(LONGEST_PAUSE, Math.pow(2, failures)) * (0.75 + Math.random() / 2);
    setTimeout(step, pause * 1000);
  }

  /* ------------------------------------------------------------ looking for answers */

  function pace() {
    var quiet = (Date.now() - touched) / 1000;
    var seconds = PACES.filter(function (row) { return quiet < row[0]; })[0][1];
    return opened ? seconds : Math.max(seconds, CLOSED_PACE);
  }

  function soon() { look(0); }

  function look(seconds) {
    clearTimeout(timer);
    timer = setTimeout(fetchNew, seconds * 1000);
  }

  function fetchNew() {
    /* A page nobody sees asks nothing; it does so when it is seen again. */
    if (!state.token || document.hidden) return;
    call(CHAT + "/messages", seen ? { token: state.token, seen: seen } : { token: state.token })
      .then(function (answer) {
        if (answer.status === 401) { state.token = ""; keep(); if (who) return visit(); return null; }
        if (!answer.ok) throw answer;
        return answer.json().then(take);
      })
      .then(function () {
        if (failures) { failures = 0; show(); push(); }
        look(pace());
      })
      .catch(function () {
        failures += 1;
        show();
        look(Math.min(LONGEST_PAUSE, Math.pow(2, failures)) * (0.75 + Math.random() / 2));
      });
  }

  function take(told) {
    seen = told.seen;
    now = told.now;
    if (!told.changed) return;
    var known = {};
    messages.forEach(function (one) { known[one.id] = true; });
    var fresh = told.messages.filter(function (one) { return !known[one.id]; });
    if (fresh.length) {
      messages = messages.concat(fresh).sort(function (a, b) { return a.at < b.at ? -1 : 1; });
      if (messages.length > fresh.length || fresh.some(isUnread)) touched = Date.now();
    }
    var arrived = {};
    messages.forEach(function (one) { arrived[one.client_id] = true; });
    state.waiting = state.waiting.filter(function (one) { return !(one.done && arrived[one.body.id]); });
    keep();
    show();
    tellRead();
  }

  function isUnread(one) { return one.ours && Date.parse(one.at) > state.readUntil; }

  /* Shown is: in an open chat on a page that is seen. */
  function tellRead() {
    if (!opened || document.hidden || !messages.some(isUnread)) return;
    state.readUntil = now;
    state.waiting.push({ body: { type: "read", until: now } });
    keep(); show(); push();
  }

  function say(text, contact) {
    var body = Object.assign({ type: "message", id: uuid(), text: text }, contact);
    body.page_url = location.href.split(/[?#]/)[0].slice(0, 2000);
    if (script.dataset.name && !body.name) body.name = script.dataset.name.slice(0, 200);
    state.waiting.push({ body: body, at: new Date().toISOString() });
    touched = Date.now();
    keep(); show(); push();
  }

  /* ------------------------------------------------------------ what is seen */

  var STYLE = "@style";

  function make(name, attributes, children) {
    var found = document.createElement(name);
    Object.keys(attributes || {}).forEach(function (key) {
      if (key === "text") found.textContent = attributes[key];
      else found.setAttribute(key, attributes[key]);
    });
    (children || []).forEach(function (child) { found.appendChild(child); });
    return found;
  }

  var host = make("div"), root = host.attachShadow({ mode: "open" });
  var badge = make("span", { "class": "badge", hidden: "" });
  var launch = make("button", { "class": "launch", type: "button", "aria-expanded": "false", "aria-controls": "panel" });
  var heading = make("h2", { id: "title", text: T.title });
  var close = make("button", { "class": "close", type: "button", "aria-label": T.close, text: "×" });
  var notice = make("div", { "class": "status", role: "status", hidden: "" });
  var log = make("ol", { role: "log", "aria-live": "polite", "aria-label": T.log, tabindex: "0" });
  var field = make("textarea", { rows: "2", maxlength: String(LONGEST_TEXT), "aria-label": T.placeholder, placeholder: T.placeholder });
  var form = make("form", {}, [field, make("button", { type: "submit", text: T.send })]);
  var leave = leaveForm();
  var panel = make("section", { "class": "panel", id: "panel", role: "dialog", "aria-labelledby": "title", hidden: "" },
    [make("header", {}, [heading, close]), notice, log, leave.form, form]);

  function leaveForm() {
    var inputs = {};
    function row(name, kind, most) {
      var input = inputs[name] = make(kind === "textarea" ? "textarea" : "input", { id: name, maxlength: String(most) });
      if (kind === "textarea") input.setAttribute("rows", "3"); else input.setAttribute("type", kind);
      return make("div", {}, [make("label", { "for": name, text: T[name] }), input]);
    }
    var asked = make("p", { text: T.offline }), wrong = make("p", { role: "alert", hidden: "" });
    var rows = [row("name", "text", 200), row("phone", "tel", 50), row("email", "email", 254), row("message", "textarea", LONGEST_TEXT)];
    var made = make("form", { "class": "leave", hidden: "", novalidate: "" },
      [asked].concat(rows, [wrong, make("button", { type: "submit", text: T.send })]));
    inputs.name.autocomplete = "name"; inputs.phone.autocomplete = "tel"; inputs.email.autocomplete = "email";
    return { form: made, inputs: inputs, asked: asked, wrong: wrong };
  }

  function icon() {
    var svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    var path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("fill", "currentColor");
    path.setAttribute("d", "M4 3h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H9l-5 4v-4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z");
    svg.appendChild(path);
    return svg;
  }

  /* ------------------------------------------------------------ bringing it up to date */

  var lines = {};

  function entries() {
    var said = messages.map(function (one) {
      return { key: one.client_id || one.id, ours: one.ours, text: one.text, note: clock(one.at),
        files: one.files, choices: one.choices };
    });
    var there = {};
    said.forEach(function (one) { there[one.key] = true; });
    state.waiting.forEach(function (one) {
      if (one.body.type === "read" || there[one.body.id]) return;
      var note = one.refused ? T.failed : one.done ? T.sent : T.sending;
      said.push({ key: one.body.id, ours: false, text: one.body.text, note: note, refused: one.refused });
    });
    return said;
  }

  function clock(at) {
    return new Date(at).toLocaleTimeString(LANG, { hour: "2-digit", minute: "2-digit" });
  }

  /* An address is never anything but a page: no script, whatever a server says. */
  function link(url, attributes) {
    var safe = /^https?:\/\//i.test(url) ? { href: url, target: "_blank", rel: "noopener noreferrer" } : {};
    return make("a", Object.assign(safe, attributes));
  }

  function fileOf(file) {
    var name = file.name || T.file;
    if (file.kind !== "image") return link(file.url, { "class": "file", text: "📎 " + name + " (" + size(file.size) + ")" });
    var shown = link(file.url, { "class": "picture", "aria-label": name });
    var image = make("img", { alt: name, loading: "lazy", referrerpolicy: "no-referrer" });
    /* A site whose CSP shows no pictures of ours shows the name instead. */
    image.addEventListener("error", function () { shown.className = "file"; shown.textContent = "📎 " + name; });
    image.src = file.url;
    shown.appendChild(image);
    return shown;
  }

  function size(bytes) {
    return bytes < 1048576 ? Math.max(1, Math.round(bytes / 1024)) + " KB" : (bytes / 1048576).toFixed(1) + " MB";
  }

  function choicesOf(choices) {
    return make("div", { "class": "choices", role: "group", "aria-label": T.choices }, choices.map(function (one) {
      if (one.url) return link(one.url, { "class": "choice", text: one.title });
      var button = make("button", { "class": "choice", type: "button", text: one.title });
      button.addEventListener("click", function () {
        say(one.title, { postback: one.value });
        log.scrollTop = log.scrollHeight;
      });
      return button;
    }));
  }

  function line(entry) {
    var found = lines[entry.key];
    if (!found) {
      var item = make("li"), note = make("small");
      item.appendChild(make("span", { "class": "who", text: (entry.ours ? T.us : T.you) + ": " }));
      item.appendChild(document.createTextNode(entry.text));
      (entry.files || []).forEach(function (file) { item.appendChild(fileOf(file)); });
      if ((entry.choices || []).length) item.appendChild(choicesOf(entry.choices));
      item.appendChild(note);
      found = lines[entry.key] = { item: item, note: note };
    }
    found.item.className = (entry.ours ? "ours" : "theirs") + (entry.refused ? " refused" : "");
    if (found.note.textContent !== entry.note) found.note.textContent = entry.note;
    return found.item;
  }

  function show() {
    var all = entries(), low = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
    /* Only what is new or moved is touched, so that a screen reader reads just that. */
    all.forEach(function (entry, place) {
      var item = line(entry), there = log.children[place + 1] || null;
      if (item !== there) log.insertBefore(item, there);
    });
    if (low) log.scrollTop = log.scrollHeight;
    var unread = opened ? 0 : messages.filter(isUnread).length;
    badge.hidden = !unread;
    badge.textContent = unread > 99 ? "99+" : String(unread);
    launch.setAttribute("aria-label", opened ? T.close : T.open + (unread ? " (" + unread + " " + T.unread + ")" : ""));
    notice.hidden = !failures && !leftContact;
    notice.textContent = failures ? T.lost : leftContact ? T.thanks : "";
    /* Who has begun to talk goes on talking, also after hours; a stranger leaves a message. */
    var away = Boolean(site) && !site.staffed && !all.length;
    leave.form.hidden = !away;
    form.hidden = away;
    log.hidden = away;
  }

  function toggle(open) {
    opened = open;
    panel.hidden = !open;
    launch.setAttribute("aria-expanded", String(open));
    touched = Date.now();
    show();
    if (open) {
      log.scrollTop = log.scrollHeight;
      (leave.form.hidden ? field : leave.inputs.name).focus();
      tellRead();
      soon();
    } else {
      launch.focus();
    }
  }

  function start(told) {
    site = told;
    failures = 0;
    if (told.color) host.style.setProperty("--c", told.color);
    if (told.title) heading.textContent = told.title;
    if (told.offline) leave.asked.textContent = told.offline;
    log.appendChild(make("li", { "class": "ours", text: told.greeting || T.greeting }));
    var sheet = null;
    try { sheet = new CSSStyleSheet(); sheet.replaceSync(STYLE); root.adoptedStyleSheets = [sheet]; }
    catch (error) { root.appendChild(make("style", { text: STYLE })); }
    launch.appendChild(icon());
    launch.appendChild(badge);
    root.appendChild(panel);
    root.appendChild(launch);
    host.lang = LANG;
    document.body.appendChild(host);

    launch.addEventListener("click", function () { toggle(!opened); });
    close.addEventListener("click", function () { toggle(false); });
    root.addEventListener("keydown", function (event) { if (event.key === "Escape" && opened) toggle(false); });
    field.addEventListener("keydown", function (event) {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
    });
    form.addEventListener("submit", function (event) { event.preventDefault(); submit(); });
    leave.form.addEventListener("submit", function (event) { event.preventDefault(); leaveMessage(); });
    document.addEventListener("visibilitychange", function () { if (!document.hidden) { tellRead(); soon(); } });
    window.addEventListener("storage", function (event) { if (event.key === KEY && !state.token && adopt()) soon(); });
    window.addEventListener("online", function () { push(); soon(); });

    show();
    /* A token is renewed when its visitor comes back, once a day. */
    var old = state.token && Date.now() - state.renewed > 86400000;
    (old || (who && !state.token) ? visit() : Promise.resolve()).catch(function () { return null; }).then(function () {
      push();
      soon();
    });
  }

  function submit() {
    var text = field.value.trim();
    if (!text) return;
    field.value = "";
    say(text, {});
    log.scrollTop = log.scrollHeight;
  }

  function leaveMessage() {
    var given = {};
    ["name", "phone", "email"].forEach(function (name) {
      var value = leave.inputs[name].value.trim();
      if (value) given[name] = value;
    });
    var text = leave.inputs.message.value.trim(), reachable = given.phone || given.email;
    leave.wrong.hidden = Boolean(text && reachable);
    leave.wrong.textContent = T.contact;
    if (!text) { leave.inputs.message.focus(); return; }
    if (!reachable) { leave.inputs.phone.focus(); return; }
    leftContact = true;
    say(text, given);
  }

  function begin() {
    fetch(CHAT, { credentials: "omit", referrerPolicy: "no-referrer" }).then(function (answer) {
      if (!answer.ok) throw answer;
      return answer.json();
    }).then(start).catch(function (answer) {
      /* A site that is not there, or not for this page, shows nothing; anything else passes. */
      if (answer.status && answer.status < 500 && answer.status !== 429) return;
      failures += 1;
      setTimeout(begin, Math.min(LONGEST_PAUSE, Math.pow(2, failures)) * 1000);
    });
  }

  if (document.body) begin(); else document.addEventListener("DOMContentLoaded", begin);
})();
