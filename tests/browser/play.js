/* Plays a visitor on the page of a shop, and tells the site what it sees. */
(function () {
  "use strict";
  var story = new URLSearchParams(location.search).get("story");
  var errors = [];
  window.addEventListener("error", function (event) { errors.push(String(event.message)); });
  window.addEventListener("securitypolicyviolation", function (event) {
    errors.push("CSP: " + event.violatedDirective + " " + event.blockedURI);
  });

  function root() {
    var host = Array.prototype.find.call(document.body.children, function (one) { return one.shadowRoot; });
    return host ? host.shadowRoot : null;
  }

  function pick(selector) { var found = root(); return found && found.querySelector(selector); }

  function lines() {
    return Array.prototype.map.call(root().querySelectorAll("li"), function (one) {
      return { ours: one.classList.contains("ours"), text: one.textContent };
    });
  }

  function says(words) {
    return lines().some(function (one) { return one.text.indexOf(words) >= 0; });
  }

  function until(condition) {
    return new Promise(function (done) {
      (function look() { if (condition()) done(); else setTimeout(look, 100); })();
    });
  }

  function tell(step, more) {
    var told = Object.assign({
      step: step, errors: errors, lines: root() ? lines() : [], hacked: Boolean(window.hacked),
      markup: root() ? root().querySelectorAll("li img, li script").length : 0,
      label: pick(".launch") ? pick(".launch").getAttribute("aria-label") : ""
    }, more);
    return fetch("/report", { method: "POST", body: JSON.stringify(told) });
  }

  function shown(selector) { var found = pick(selector); return Boolean(found && !found.hidden); }

  function write(selector, text) { pick(selector).value = text; }

  var STORIES = {
    /* Opens the chat, writes, and waits for the answer. */
    write: function () {
      return until(function () { return pick(".launch"); }).then(function () {
        pick(".launch").click();
        write("form:not(.leave) textarea", "Chào shop, áo này còn size M không ạ? <b>đậm</b>");
        pick("form:not(.leave) button").click();
        return until(function () { return says("Đã gửi") || /\d\d:\d\d/.test(lines().slice(-1)[0].text); });
      }).then(function () { return tell("written"); }).then(function () {
        return until(function () { return says("còn đủ size"); });
      }).then(function () {
        var focus = root().activeElement.tagName;
        pick(".close").click(); /* what comes from here on is not read */
        return tell("answered", { focus: focus });
      }).then(function () {
        return fetch("/go"); /* answered when the page is to be loaded again */
      }).then(function () { location.search = "?story=back"; });
    },
    /* Comes back: everything said is there, what came meanwhile is counted. */
    back: function () {
      return until(function () { return shown(".badge"); }).then(function () {
        return tell("counted", { badge: pick(".badge").textContent });
      }).then(function () {
        pick(".launch").click();
        return until(function () { return !shown(".badge") && says("giao trong ngày"); });
      }).then(function () { return tell("read"); });
    },
    /* Is shown buttons, a page and a file; taps a button. */
    choose: function () {
      return until(function () { return pick(".launch"); }).then(function () {
        pick(".launch").click();
        write("form:not(.leave) textarea", "Mình muốn đổi đơn vừa đặt");
        pick("form:not(.leave) button").click();
        return until(function () { return pick("button.choice"); });
      }).then(function () {
        var buttons = Array.prototype.map.call(root().querySelectorAll("button.choice"), function (one) { return one.textContent; });
        var told = { buttons: buttons, page: pick("a.choice").href, file: pick("a.file").textContent, address: pick("a.file").href, rel: pick("a.file").rel };
        pick("button.choice").click();
        return until(function () { return says("Bạn: Đổi size"); }).then(function () { return tell("chosen", told); });
      });
    },
    /* Nobody is here: leaves a message. */
    leave: function () {
      return until(function () { return pick(".launch"); }).then(function () {
        pick(".launch").click();
        return until(function () { return shown("form.leave"); });
      }).then(function () {
        write("#message", "Gọi lại giúp mình về đơn DH10293");
        pick("form.leave button").click();
        var warned = shown("form.leave [role=alert]");
        write("#name", "Lê Thị Cúc");
        write("#phone", "0987 000 111");
        pick("form.leave button").click();
        return until(function () { return says("Đã gửi"); }).then(function () { return tell("left", { warned: warned }); });
      });
    },
    /* The connection is lost while something is sent, and comes back. */
    lost: function () {
      var real = window.fetch;
      return until(function () { return pick(".launch"); }).then(function () {
        pick(".launch").click();
        window.fetch = function () { return Promise.reject(new TypeError("no connection")); };
        write("form:not(.leave) textarea", "Alo, còn ai trực không ạ");
        pick("form:not(.leave) button").click();
        return until(function () { return shown("[role=status]"); });
      }).then(function () {
        window.fetch = real;
        return tell("lost", { said: pick("[role=status]").textContent });
      }).then(function () {
        return until(function () { return says("Đã gửi") || /\d\d:\d\d$/.test(lines().slice(-1)[0].text); });
      }).then(function () {
        return until(function () { return !shown("[role=status]"); });
      }).then(function () { return tell("found"); });
    },
    /* A contact form in the page. */
    form: function () {
      return until(function () { return pick("form button"); }).then(function () {
        pick("form button").click();
        var warned = shown("[role=alert]");
        write("#name", "Trần Thị Bưởi");
        write("#message", "Cho mình hỏi chính sách đổi trả <b>ạ</b>");
        pick("form button").click();
        return until(function () { return pick("[role=status]").textContent; }).then(function () {
          return tell("formed", { warned: warned, said: pick("[role=status]").textContent });
        });
      });
    },
    /* For pictures: opens the chat. */
    open: function () {
      return until(function () { return pick(".launch"); }).then(function () { pick(".launch").click(); });
    },
    look: function () { return Promise.resolve(); }
  };

  STORIES[story]();
})();
