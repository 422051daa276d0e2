// The page's behaviour. Every panel calls wenju.panel when it loads: clicks on elements with data-event become
// Gradio events that carry their other data-…, those with data-do stay in the browser.
window.wenju = (() => {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const narrow = matchMedia("(max-width: 1023px)");
  const page = () => document.body.classList;
  let opener = null; // what had the focus when the source was opened
  let wanted = false; // the source was asked for, and did not open by itself

  document.documentElement.lang = navigator.language.startsWith("zh") ? navigator.language : "en";

  function panel(element, trigger, watch) {
    const name = element.closest("[id]:not([id^=html-])").id;
    if (name === "bar") new MutationObserver(nameButtons).observe(element.closest("#talk"), { childList: true, subtree: true });
    const changed = { bar: nameButtons, thread: threadChanged, viewer: sourceChanged, library: libraryChanged }[name];
    element.addEventListener("click", (event) => clicked(event, element, trigger));
    if (name === "library") prepareLibrary(element, trigger);
    if (changed) watch("value", () => changed(element));
  }

  async function clicked(event, element, trigger) {
    const target = event.target.closest("[data-event],[data-do],[data-copy]");
    if (!target) return;
    event.preventDefault();
    if ("copy" in target.dataset) return copy(target);
    if ("do" in target.dataset) return actions[target.dataset.do]();
    const { event: name, confirm, prompt, yes, no, ...data } = target.dataset;
    target.closest("details.menu")?.removeAttribute("open");
    if (confirm && !(await ask({ text: confirm, yes, no, danger: true }))) return;
    if (prompt && !(data.value = await ask({ text: prompt, yes, no, value: data.value }))) return;
    if (name === "open") {
      if (!element.closest("#source")) opener = target;
      wanted = true;
      showAgain(data);
    }
    if (name === "choose" || name === "new" || (name === "open" && narrow.matches)) page().remove("navigating");
    if (name === "choose" || name === "new") uncover("managing");
    trigger(name, data);
    if (name === "new") document.querySelector("#composer textarea")?.focus();
  }

  const actions = {
    close: closeSource,
    menu: () => page().toggle("navigating"),
    manage: () => { page().remove("navigating"); cover("managing"); document.querySelector("#library button")?.focus(); },
    toPage: () => face(true),
    toText: () => face(false),
    unmanage: () => { uncover("managing"); document.querySelector("#composer textarea")?.focus(); },
  };

  // Gradio gives the buttons of a text field no name.
  function nameButtons() {
    const words = document.querySelector("#bar .line")?.dataset;
    for (const [kind, word] of [["submit", words?.send], ["stop", words?.stop]])
      document.querySelector(`#composer .${kind}-button`)?.setAttribute("aria-label", word);
  }

  // ---- what covers the chat: the browser's "back" takes it away, as it would leave a page

  let covers = []; // "managing", "reading": those with an entry of their own in the history, the topmost last

  function cover(name) {
    page().add(name);
    if (covers.includes(name)) return;
    covers = [...covers, name];
    history.pushState({ covers }, "");
  }

  function uncover(name) {
    page().remove(name);
    const at = covers.indexOf(name);
    if (at < 0) return;
    if (covers.length > at + 1) { // what was opened over it goes with it
      page().remove(...covers.slice(at + 1));
      opener = null;
    }
    history.go(at - covers.length);
    covers = covers.slice(0, at); // at once: what else closes in this moment must not go back a second time
  }

  addEventListener("popstate", () => {
    const before = covers;
    covers = history.state?.covers ?? [];
    page().toggle("managing", covers.includes("managing"));
    // A source that opened by itself, beside the chat, covers nothing and stays.
    if (!covers.includes("reading")) before.includes("reading") && closeSource();
    else if (document.querySelector("#viewer article.source")) page().add("reading");
    nameAddress(); // another conversation may have been entered since
  });

  if (history.state?.covers) history.replaceState(null, ""); // loaded anew, with nothing open

  function nameAddress() {
    const id = document.querySelector("#thread .turns")?.dataset.conversation;
    const address = new URL(location.href);
    if (id) address.searchParams.set("c", id);
    else address.searchParams.delete("c");
    if (address.href !== location.href) history.replaceState(history.state, "", address);
  }

  // ---- thread

  function threadChanged(element) {
    nameAddress();
    const last = element.querySelector(".turn:last-child");
    if (!last || last === threadChanged.last && last.dataset.seen === last.textContent) return;
    threadChanged.last = last;
    last.dataset.seen = last.textContent;
    // The end of a long answer matters less than its question and its best quotation.
    const long = last.offsetHeight > element.closest("#thread").clientHeight - 60;
    last.scrollIntoView({ block: long ? "start" : "nearest", behavior: calm.matches ? "auto" : "smooth" });
  }

  async function copy(button) {
    const text = button.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // The clipboard is open to secure pages only; on a team's plain address the old way still works.
      const area = Object.assign(document.createElement("textarea"), { value: text });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    const label = button.getAttribute("aria-label");
    button.classList.add("done");
    button.setAttribute("aria-label", button.dataset.done);
    setTimeout(() => { button.classList.remove("done"); button.setAttribute("aria-label", label); }, 1600);
  }

  // ---- source

  function sourceChanged(element) {
    if (!element.querySelector("article.source")) return closeSource();
    // On a small screen the source covers the chat, so it opens only when it was asked for.
    if (wanted) cover("reading");
    else if (!narrow.matches) page().add("reading");
    const article = element.querySelector("article");
    for (const picture of element.querySelectorAll(".pages img"))
      picture.onerror = () => { picture.closest(".pages").remove(); pictured(article); };
    pictured(article);
    if (wanted) element.querySelector(".paged .pages, article:not(.paged) .original")?.focus({ preventScroll: true });
    wanted = false;
  }

  function pictured(article) {
    const pages = article.querySelector(".pages");
    article.classList.toggle("pictured", !!pages);
    face(!!pages);
  }

  // A document's pages or its text, scrolled to the quotation.
  function face(paged) {
    const article = document.querySelector("#viewer article");
    article.classList.toggle("paged", paged);
    article.querySelector(".to-page")?.setAttribute("aria-pressed", paged);
    article.querySelector(".to-text")?.setAttribute("aria-pressed", !paged);
    const mark = article.querySelector("mark.current");
    if (!mark) article.querySelector(".original")?.scrollTo({ top: 0 });
    else if (!paged)
      requestAnimationFrame(() => mark.scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" }));
  }

  // What is open already, perhaps covered or closed, brings no change from the server.
  function showAgain({ cite, near, document: name, turn }) {
    const key = name !== undefined ? `document-${name}` : cite !== undefined ? `cite-${turn}-${cite}` : `near-${turn}-${near}`;
    const viewer = document.getElementById("viewer");
    if (viewer.querySelector("article.source")?.dataset.key === key) sourceChanged(viewer);
  }

  function closeSource() {
    uncover("reading");
    if (opener?.isConnected) opener.focus();
    opener = null;
  }

  // ---- documents

  function libraryChanged(element) {
    // A box that was clicked no longer follows its attribute.
    for (const box of element.querySelectorAll("input[type=checkbox]")) box.checked = box.hasAttribute("checked");
  }

  function prepareLibrary(element, trigger) {
    const receipts = Object.assign(document.createElement("ul"), { className: "receipts" });
    receipts.setAttribute("aria-live", "polite");
    element.parentElement.append(receipts);
    element.addEventListener("change", (event) => {
      if (event.target.type === "file") return upload([...event.target.files], element, receipts, trigger);
      const boxes = [...element.querySelectorAll("input[type=checkbox]:checked")];
      trigger("scope", { names: boxes.map((box) => box.value) });
    });
    element.addEventListener("input", (event) => {
      if (event.target.type !== "search") return;
      const wanted = event.target.value.toLowerCase();
      for (const row of element.querySelectorAll("tbody tr"))
        row.hidden = !row.textContent.toLowerCase().includes(wanted);
    });
    for (const kind of ["dragover", "dragleave", "drop"])
      element.addEventListener(kind, (event) => {
        const zone = event.target.closest?.(".drop");
        if (!zone) return;
        event.preventDefault();
        zone.classList.toggle("over", kind === "dragover");
        if (kind === "drop") upload([...event.dataTransfer.files], element, receipts, trigger);
      });
  }

  async function upload(chosen, element, receipts, trigger) {
    receipts.replaceChildren();
    const said = element.querySelector(".drop").dataset;
    for (const file of chosen) {
      const line = document.createElement("li");
      const meter = document.createElement("progress");
      line.append(`${said.readingFile} ${file.name} `, meter);
      receipts.append(line);
      line.scrollIntoView({ block: "nearest" });
      const outcome = await send(file, meter).catch((error) => ({ problem: error.message }));
      line.replaceChildren(...receipt(file, outcome, said));
      line.classList.toggle("failed", !!(outcome.problem || outcome.failed?.length));
    }
    const input = element.querySelector("input[type=file]");
    if (input) input.value = "";
    trigger("refresh", {});
  }

  function send(file, meter) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      const form = new FormData();
      form.append("files", file);
      request.upload.onprogress = (event) => { meter.max = event.total; meter.value = event.loaded; };
      request.upload.onload = () => meter.removeAttribute("value");
      request.onerror = () => reject(new Error(""));
      request.onload = () => {
        const answer = JSON.parse(request.responseText || "{}");
        if (request.status < 300) resolve(answer);
        else reject(new Error(typeof answer.detail === "string" ? answer.detail : String(request.status)));
      };
      request.open("POST", "api/documents");
      request.send(form);
    });
  }

  function receipt(file, outcome, said) {
    if (outcome.problem !== undefined) return [`${said.uploadFailed}: ${file.name} ${outcome.problem}`];
    const lines = [];
    for (const [list, word] of [["added", said.receiptAdded], ["updated", said.receiptUpdated], ["skipped", said.receiptSkipped]])
      for (const name of outcome[list]) lines.push(`${word}: ${name}`);
    for (const failure of outcome.failed) lines.push(`${said.receiptFailed}: ${failure.name}: ${failure.reason}`);
    const parts = lines.map((line) => Object.assign(document.createElement("p"), { textContent: line }));
    const kinds = JSON.parse(said.kinds);
    for (const stretches of Object.values(outcome.set_aside)) {
      if (!stretches.length) continue;
      const small = document.createElement("small");
      const named = stretches.map((stretch) => stretch.replace(/^[a-z ]+(?=: )/, (kind) => kinds[kind] ?? kind));
      small.textContent = `${said.receiptSetAside}${named.join(" · ")}`;
      parts.push(small);
    }
    return parts;
  }

  // ---- questions to the person: a sentence to agree to, or a line to fill in

  function ask({ text, yes, no, value, danger }) {
    const dialog = document.createElement("dialog");
    const form = Object.assign(document.createElement("form"), { method: "dialog" });
    const asked = Object.assign(document.createElement("label"), { textContent: text });
    const field = value === undefined ? null : Object.assign(document.createElement("input"), { value, maxLength: 120 });
    const refuse = Object.assign(document.createElement("button"), { textContent: no, value: "", type: "button" });
    const agree = Object.assign(document.createElement("button"), { textContent: yes, value: "yes", className: danger ? "danger" : "main" });
    refuse.onclick = () => dialog.close("");
    if (field) asked.append(field);
    form.append(asked, refuse, agree);
    dialog.append(form);
    document.body.append(dialog);
    dialog.showModal();
    if (field) field.select();
    else refuse.focus();
    return new Promise((resolve) => {
      dialog.onclose = () => {
        resolve(dialog.returnValue && (field ? field.value.trim() : true));
        dialog.remove();
      };
    });
  }

  // ---- keyboard

  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]") || event.isComposing) return;
    const writing = event.target.closest("input, textarea");
    if (event.key === "Escape") {
      if (page().contains("navigating")) page().remove("navigating");
      else if (page().contains("reading")) closeSource();
      else if (page().contains("managing")) actions.unmanage();
    } else if (event.key === "/" && !writing) {
      event.preventDefault();
      document.querySelector("#composer textarea")?.focus();
    } else if ((event.key === "ArrowLeft" || event.key === "ArrowRight") && event.target.closest("#source")) {
      document.querySelector(`#viewer .steps button:${event.key === "ArrowLeft" ? "first" : "last"}-of-type`)?.click();
    }
  });

  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]"))
      if (!menu.contains(event.target)) menu.removeAttribute("open");
    if (page().contains("navigating") && !event.target.closest("#side, [data-do=menu], dialog")) page().remove("navigating");
  });

  return { panel };
})();
