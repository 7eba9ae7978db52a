extension ConsoleScript {
    /// The objects: kinds, search, and one of them in the drawer.
    static let objects = #"""
        const view = { kind: "", search: "", asked: 0, revision: -1, number: 0 };

        async function listObjects() {
          const number = view.number += 1;
          view.asked = Date.now();
          view.revision = state.document?.flow.revision ?? -1;
          const query = new URLSearchParams();
          if (view.kind) query.set("type", view.kind);
          if (view.search) query.set("search", view.search);
          try {
            const found = await ask(`/metamanager/v1/console/objects?${query}`);
            if (number === view.number) showObjects(found);
          } catch (error) {
            if (number === view.number) say($("objects-note"), `The objects cannot be read: ${error.message}`);
          }
        }

        function showObjects(found) {
          const all = found.types.reduce((sum, type) => sum + type.count, 0);
          fill($("kinds"), [found.types, view.kind], () => [{ type: "", count: all }, ...found.types].map((type) =>
            el("button", { type: "button", class: "kind", "aria-pressed": String(type.type === view.kind),
              "data-hold": `kind ${type.type}`,
              on: { click: () => { view.kind = type.type; listObjects(); } } },
            type.type || "all", el("span", { class: "tally" }, count(type.count)))));
          const shown = found.items.length;
          say($("objects-note"), found.matches === 0
            ? view.search ? `Nothing is stored whose name holds “${view.search}”.` : "Nothing is stored."
            : shown < found.matches ? `The first ${count(shown)} of ${count(found.matches)}: search for the others.`
              : many(shown, "object", "objects"));
          fill($("objects-table"), found.items.map((item) => [item.key, item.revision, item.origin, Math.floor(item.age / 60)]),
            () => shown === 0 ? null : [
              el("thead", {}, el("tr", {}, ["Name", "Namespace", "Kind", "Origin", "Confirmed"].map((text, at) =>
                el("th", { scope: "col", class: at === 4 ? "number" : "" }, text)))),
              el("tbody", {}, found.items.map((item) => el("tr", {},
                el("th", { scope: "row" }, item.key === null ? item.name : opener(item.key, item.name)),
                el("td", {}, item.namespace === "null" ? "–" : item.namespace), el("td", {}, item.type),
                el("td", {}, item.origin), el("td", { class: "number" }, `${span(item.age)} ago`)))),
            ]);
        }

        function opener(key, text) {
          return el("button", { type: "button", class: "link", "data-hold": `open ${key}`,
            on: { click: () => openObject(key) } }, text);
        }

        let typing = 0;
        $("search").addEventListener("input", () => {
          clearTimeout(typing);
          typing = setTimeout(() => { view.search = $("search").value.trim(); listObjects(); }, 250);
        });
        $("search-form").addEventListener("submit", (event) => {
          event.preventDefault();
          clearTimeout(typing);
          view.search = $("search").value.trim();
          listObjects();
        });

        async function openObject(key) {
          const dialog = $("detail");
          say($("detail-title"), key);
          $("detail-body").replaceChildren(el("p", { class: "note" }, "Reading …"));
          if (!dialog.open) dialog.showModal();
          try {
            const object = await ask(`/metamanager/v1/console/object?key=${encodeURIComponent(key)}`);
            const why = await explain(key);
            $("detail-body").replaceChildren(...detail(object, why).filter(Boolean));
          } catch (error) {
            $("detail-body").replaceChildren(el("p", { class: "fault" }, error.message));
          }
        }

        // Told by daemons that explain; without it the drawer shows the rest.
        async function explain(key) {
          const [namespace, type, name] = key.split("/");
          if (state.noExplain || !name) return null;
          try {
            return await ask(`/metamanager/v1/explain?${new URLSearchParams({ type, namespace, name })}`);
          } catch (error) {
            if (error.status === 404 && error.message.includes("/metamanager/v1/explain")) state.noExplain = true;
            return null;
          }
        }

        function detail(object, why) {
          const cloud = why?.cloud?.version ?? object.version;
          const messages = why?.messages?.length ? why.messages.slice(-30) : object.messages;
          return [
            el("p", { class: "badges" }, badge("plain", object.type), badge("plain", object.origin),
              object.masked ? badge("warn", "secrets hidden") : null,
              why ? badge(why.divergent ? "bad" : "good", why.divergent ? "differs from the cloud" : "as the cloud has it")
                : null),
            object.error ? el("p", { class: "fault" }, object.error) : null,
            why?.why?.length ? el("ul", { class: "problems" }, why.why.slice(0, 20).map((text) => el("li", {}, text))) : null,
            facts([
              ["cloud's version", cloud || "none"], ["store's revision", object.revision], ["uid", object.uid || "none"],
              ["stored", moment(object.stored)], ["confirmed", `${span(object.age)} ago`],
              why?.watchers === undefined ? null : ["watchers", count(why.watchers)],
            ]),
            el("h3", {}, "Waiting for the cloud"),
            object.waiting.length === 0 ? el("p", { class: "empty" }, "Nothing of it waits.")
              : el("ul", { class: "entries" }, object.waiting.slice(0, 20).map((entry) => el("li", {},
                el("span", { class: "what" }, entry.key), el("span", { class: "about" },
                  `${entry.class} · ${span(entry.age)}`)))),
            el("h3", {}, "Messages and decisions"),
            messages.length === 0 ? el("p", { class: "empty" }, "None of the last messages was about it.")
              : el("ol", { class: "story" }, [...messages].reverse().map((message) => el("li", {},
                el("time", { datetime: message.time }, moment(message.time)), outcome(message.outcome),
                el("span", { class: "cause" }, [message.operation, message.source && `from ${message.source}`,
                  message.reason].filter(Boolean).join(" · "))))),
            el("div", { class: "headline" }, el("h3", {}, "Object"),
              el("button", { type: "button", class: "quiet small", on: { click: (event) => copy(event.target, object.yaml) } },
                "Copy")),
            el("pre", { class: "yaml", tabindex: "0", "aria-label": "The object as YAML" }, yaml(object.yaml)),
            object.cut ? el("p", { class: "note" }, "It is longer than what is shown; metamanager get has all of it.") : null,
          ];
        }

        async function copy(button, text) {
          try { await navigator.clipboard.writeText(text); say(button, "Copied"); } catch { say(button, "Not allowed"); }
        }

        // Colours keys and what is hidden, line by line, for as many lines as somebody may read.
        function yaml(text) {
          const lines = text.split("\n");
          if (lines.length > 3000) return [text];
          return lines.flatMap((line, at) => {
            const parts = /^(\s*(?:- )*)([^\s:"'][^:]*)(:)(.*)$/.exec(line);
            const end = at < lines.length - 1 ? "\n" : "";
            if (!parts || line.length > 2000) return [line + end];
            const value = parts[4] === " (hidden)" ? el("span", { class: "hid" }, parts[4]) : parts[4];
            return [parts[1], el("span", { class: "key" }, parts[2]), parts[3], value, end];
          });
        }

        $("detail-close").addEventListener("click", () => $("detail").close());
        $("detail").addEventListener("click", (event) => {
          if (event.target === $("detail") && event.clientX < $("detail").getBoundingClientRect().left) $("detail").close();
        });
        """#
}
