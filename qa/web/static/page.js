// Shared by every panel of the page. Each panel calls wenju.listen(element, trigger) when it loads:
// clicks on elements with data-… become Gradio events, everything else stays in the browser.
window.wenju = (() => {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const narrow = matchMedia("(max-width: 1023px)");
  let opener = null;

  document.documentElement.lang = navigator.language.startsWith("zh") ? navigator.language : "en";

  function listen(element, trigger) {
    element.addEventListener("click", (event) => {
      const target = event.target.closest("[data-cite],[data-near],[data-document],[data-ask],[data-close]");
      if (!target) return;
      event.preventDefault();
      const data = { ...target.dataset };
      if ("close" in data) return closeSource();
      if ("ask" in data) return trigger("ask", data);
      if (!element.closest("#source")) opener = target;
      wanted = true;
      closeMenu();
      trigger("open", data);
    });
  }

  // The source panel: shown when it has something to show, scrolled to the current quotation.
  let wanted = false;

  function sourceChanged(element) {
    const article = element.querySelector("article.source");
    if (!article) return closeSource();
    // On a small screen the source covers the chat, so it opens only when it was asked for.
    if (wanted || !narrow.matches) document.body.classList.add("reading");
    const mark = element.querySelector("mark.current");
    if (!mark) return element.querySelector(".original")?.scrollTo({ top: 0 });
    requestAnimationFrame(() =>
      mark.scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" }));
    if (wanted) mark.focus({ preventScroll: true });
    wanted = false;
  }

  function closeSource() {
    document.body.classList.remove("reading");
    if (opener?.isConnected) opener.focus();
    opener = null;
  }

  function closeMenu() {
    document.body.classList.remove("menu");
  }

  // The thread follows its newest turn while the reader is near its end.
  function threadChanged(element) {
    document.body.classList.toggle("asked", !!element.querySelector(".turn"));
    const last = element.querySelector(".turn:last-child");
    if (last) last.scrollIntoView({ block: "nearest", behavior: calm.matches ? "auto" : "smooth" });
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (document.body.classList.contains("menu")) closeMenu();
    else if (document.body.classList.contains("reading")) closeSource();
  });

  return { listen, sourceChanged, threadChanged };
})();
