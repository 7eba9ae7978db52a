extension ConsoleScript {
    /// The sentence at the top, and the cards below the picture.
    static let cards = #"""
        const passed = (text) => state.document && text
          ? Math.max(0, (Date.parse(state.document.time) - Date.parse(text)) / 1000) : 0;

        function storeKind(status) {
          if (status.store.health !== "ok") return "bad";
          return status.store.lost > 0 || status.store.damaged > 0 || status.store.sealing === "locked" ? "warn" : "good";
        }

        // The node's state in one sentence, worst first: what it is, then what it means.
        function judge(document) {
          const { status } = document;
          const waiting = status.outbox.state + status.outbox.fact;
          const rest = waiting ? `${many(waiting, "change waits", "changes wait")} to be sent.` : "Everything is confirmed.";
          const up = status.link.state === "up";
          if (status.store.health !== "ok") {
            return ["bad", "The store needs attention", status.store.health];
          }
          if (!status.ready) return ["bad", "The node is not ready", status.problems[0] ?? ""];
          if (status.store.lost > 0) {
            return ["bad", `${many(status.store.lost, "object was", "objects were")} lost by damage of the disk`,
              up ? "The cloud has been asked for them again." : "The cloud is asked for them as soon as the link is up."];
          }
          if (document.cloud === "none") {
            return ["plain", "This node has no cloud", "It serves what is stored; nothing is sent anywhere."];
          }
          if (!up) {
            const never = !document.history.some((entry) => entry.state === "up");
            const since = status.link.since ? ` for ${span(passed(status.link.since))}` : "";
            return never
              ? ["warn", "Not connected to the cloud yet", `The node works with what is stored. ${rest}`]
              : ["warn", `Cut off from the cloud${since}`,
                `The node goes on with what is stored. ${waiting ? rest.replace("to be sent.", "and will be sent.") : rest}`];
          }
          if (status.problems.length > 0) {
            return ["warn", `Works, with ${many(status.problems.length, "problem", "problems")}`, rest];
          }
          const link = document.cloud === "directory" ? "A folder stands in for the cloud" : "Connected to the cloud";
          const since = status.link.since ? ` for ${span(passed(status.link.since))}` : "";
          if (status.store.rows === 0) return ["good", "Ready, and empty", `${link}${since}. Nothing has been delivered yet.`];
          return ["good", "All is well", `${link}${since}. ${rest}`];
        }

        function showVerdict(document) {
          const [kind, text, more] = judge(document);
          $("verdict").className = `verdict ${kind}`;
          say($("verdict-sign"), { good: "✓", warn: "!", bad: "✕", plain: "–" }[kind]);
          say($("verdict-text"), text);
          say($("verdict-more"), more);
          // Read out when the state is another, not when a minute has passed.
          const matter = `${kind} ${text.replace(/\d+.*/, "")}`;
          if (matter !== state.matter) say($("told"), `${text}. ${more}`);
          state.matter = matter;
          const problems = document.status.problems;
          show($("problems"), problems.length > 0);
          fill($("problems"), problems, () => [
            ...problems.slice(0, 12).map((problem) => el("li", {}, problem)),
            problems.length > 12 ? el("li", {}, `and ${problems.length - 12} more; metamanager status has them all`) : null,
          ]);
        }

        const minute = (text) => Math.floor(passed(text) / 10);

        function showLink(document) {
          const { link } = document.status;
          const up = link.state === "up";
          const history = document.history;
          fill($("link"), [link, history, document.cloud, minute(document.started), minute(link.since)], () => [
            el("p", { class: "lead" }, badge(up ? "good" : document.cloud === "none" ? "plain" : "warn",
              up ? "up" : document.cloud === "none" ? "no cloud" : "down"),
              link.since ? ` for ${span(passed(link.since))}` : ""),
            facts([
              ["since", link.since ? moment(link.since) : "the start"], ["came back", `${count(link.reconnects)} times`],
              link.phase ? ["phase", link.phase] : null,
              link.certificate_until ? ["certificate until", new Date(link.certificate_until).toLocaleDateString("en-CA")]
                : null,
              document.cloud === "directory" ? ["source", "a folder of manifests"] : null,
            ]),
            ...timeline(document, up),
          ]);
        }

        // The last day, or the time since the start, as a band: up, and down.
        function timeline(document, up) {
          const now = Date.parse(document.time);
          const begin = Math.max(Date.parse(document.started ?? document.time), now - 86400000);
          const length = Math.max(now - begin, 1);
          const history = document.history.map((entry) => ({ ...entry, at: Date.parse(entry.time) }));
          const band = svg("svg", { viewBox: "0 0 600 14", preserveAspectRatio: "none", role: "img", class: "band",
            "aria-label": `Link history: ${many(history.length, "change", "changes")}, now ${up ? "up" : "down"}` });
          let [state, from] = [history[0] ? history[0].state === "down" : up, begin];
          const part = (until) => {
            const [left, right] = [from, until].map((time) => Math.max(0, time - begin) / length * 600);
            if (right > left) {
              band.append(svg("rect", { x: left, y: 0, width: Math.max(right - left, 1.5), height: 14,
                class: state ? "up" : "down" }));
            }
          };
          for (const entry of history) {
            part(entry.at);
            [state, from] = [entry.state === "up", Math.max(entry.at, begin)];
          }
          part(now);
          const changes = history.slice(-5).reverse();
          return [
            el("figure", { class: "history" }, band,
              el("figcaption", {}, el("span", {}, moment(new Date(begin).toISOString())), el("span", {}, "now"))),
            changes.length === 0 ? el("p", { class: "note" }, "No change since the start.")
              : el("ol", { class: "changes" }, changes.map((entry) => el("li", {},
                el("time", { datetime: entry.time }, moment(entry.time)),
                badge(entry.state === "up" ? "good" : "warn", entry.state),
                el("span", { class: "cause" }, entry.cause)))),
          ];
        }

        function showOutbox(document) {
          const { outbox, link } = document.status;
          const total = outbox.state + outbox.fact;
          fill($("outbox"), [outbox, document.flow.on_the_way], () => [
            el("p", { class: "lead" }, el("b", { class: "figure" }, count(total)),
              total === 1 ? " change waits" : " changes wait"),
            facts([
              ["states", count(outbox.state)], ["facts", count(outbox.fact)],
              ["oldest", total ? span(outbox.oldest_seconds) : "–", total && outbox.oldest_seconds > 3600 ? "warn" : ""],
              ["on the way", count(document.flow.on_the_way)],
            ]),
          ]);
          show($("outbox-buttons"), document.admin && total > 0);
          $("flush").disabled = link.state !== "up";
          const mark = `${outbox.state}/${outbox.fact}`;
          const age = Date.now() - (state.outboxTime ?? 0);
          if (total === 0) state.outbox = [];
          showWaiting(document);
          if (total > 0 && ((mark !== state.outboxMark && age > 5000) || age > 20000)) {
            [state.outboxMark, state.outboxTime] = [mark, Date.now()];
            ask("/metamanager/v1/outbox?limit=25").then((list) => {
              state.outbox = Array.isArray(list) ? list.slice(0, 25) : [];
              showWaiting(state.document);
            }).catch(() => { state.outboxMark = undefined; });
          }
        }

        function showWaiting(document) {
          const list = state.outbox ?? [];
          const { outbox } = document.status;
          const total = outbox.state + outbox.fact;
          fill($("outbox-list"), [list, total, document.admin], () => list.length === 0 ? null : [
            el("ul", { class: "entries" }, list.slice(0, 5).map((entry) => el("li", {},
              el("span", { class: "what" }, entry.key || `fact ${entry.id}`),
              el("span", { class: "about" }, `${entry.class} · ${span(entry.age)} · ${bytes(entry.size)}`),
              document.admin ? el("button", { type: "button", class: "quiet small", "data-hold": entry.id,
                "aria-label": `Drop ${entry.key || entry.id}`, on: { click: () => dropOne(entry) } }, "Drop") : null))),
            total > 5 ? el("p", { class: "note" }, `and ${count(total - Math.min(5, list.length))} more; ` +
              "metamanager outbox list has them all") : null,
          ]);
        }

        function dropOne(entry) {
          confirmThen("Drop this change?", `${entry.key || "The fact"} (${entry.id}) will never reach the cloud.`, "Drop",
            () => ask(`/metamanager/v1/outbox/drop?id=${encodeURIComponent(entry.id)}`, "POST").then(soon));
        }
        $("drop-all").addEventListener("click", () => confirmThen("Drop all that waits?",
          "None of these changes will ever reach the cloud, and nothing can bring them back.", "Drop all",
          () => ask("/metamanager/v1/outbox/drop?all=true", "POST").then(soon)));
        $("flush").addEventListener("click", async () => {
          try { await ask("/metamanager/v1/outbox/flush", "POST"); } catch (error) { say($("fresh"), error.message); }
          soon();
        });

        function showStore(document) {
          const { store, backup } = document.status;
          const kind = storeKind(document.status);
          const cached = store.cached;
          fill($("store"), [store, backup?.state, minute(backup?.last)], () => [
            el("p", { class: "lead" }, badge(kind, store.health === "ok" ? (kind === "good" ? "healthy" : "damaged values")
              : "not well"), " ", el("b", { class: "figure" }, bytes(store.bytes))),
            store.health === "ok" ? null : el("p", { class: "fault" }, store.health),
            facts([
              ["objects", count(store.rows)],
              store.lost ? ["lost", count(store.lost), "bad"] : null,
              store.damaged ? ["damaged values", count(store.damaged), "warn"] : null,
              store.check ? ["check", store.check] : null,
              store.repairs ? ["repairs", count(store.repairs), "warn"] : null,
              ["sealing", store.sealing === "on" ? `on, ${count(store.sealed_rows)} sealed` : store.sealing,
                store.sealing === "locked" ? "bad" : ""],
              store.log_bytes === undefined ? null : ["log", bytes(store.log_bytes)],
              backup ? ["backup", backup.last ? `${span(passed(backup.last))} ago` : backup.state ?? "none"] : null,
            ]),
            cached && cached.budget ? el("div", { class: "meter" },
              el("span", {}, `cache ${bytes(cached.bytes)} of ${bytes(cached.budget)}`),
              el("meter", { min: 0, max: cached.budget, value: cached.bytes, "aria-label": "Cache in use" })) : null,
          ]);
        }

        function showModules(document) {
          const rates = new Map();
          for (const module of document.modules) {
            const before = state.taken?.get(module.name);
            rates.set(module.name, before === undefined ? null
              : Math.max(0, (module.taken - before) / Math.max(0.5, (Date.parse(document.time) - state.takenTime) / 1000)));
          }
          state.taken = new Map(document.modules.map((module) => [module.name, module.taken]));
          state.takenTime = Date.parse(document.time);
          fill($("modules"), [document.modules, [...rates]], () => document.modules.length === 0
            ? el("p", { class: "empty" }, "No module has attached yet.")
            : el("div", { class: "scroll", tabindex: "0", role: "region", "aria-labelledby": "modules-title" },
              el("table", {}, el("thead", {}, el("tr", {}, ["Module", "Group", "State", "Waiting", "Dropped", "Gets"]
                .map((text, at) => el("th", { scope: "col", class: at > 2 ? "number" : "" }, text)))),
              el("tbody", {}, document.modules.map((module) => el("tr", {},
                el("th", { scope: "row" }, module.name), el("td", {}, module.group),
                el("td", {}, badge(module.attached ? "good" : "plain", module.attached ? "attached" : "away")),
                el("td", { class: "number" }, count(module.waiting)),
                el("td", { class: `number ${module.dropped ? "warn" : ""}` }, count(module.dropped)),
                el("td", { class: "number" }, rateText(rates.get(module.name) ?? null))))))));
        }

        function showQueues(document) {
          const { status, flow } = document;
          const waiting = document.modules.reduce((sum, module) => sum + module.waiting, 0);
          fill($("queues"), [status.inbox, flow.asked, waiting, document.watchers], () => facts([
            ["inbox of the loop", count(status.inbox), status.inbox > 512 ? "warn" : ""],
            ["mailboxes of modules", count(waiting)], ["asked of the cloud", count(flow.asked)],
            ["watchers of the local API", count(document.watchers)],
          ]));
        }

        function showSync(document) {
          const sync = document.status.podstatus_sync;
          fill($("sync"), [sync, minute(sync.last)], () => sync.last ? [
            el("p", { class: "lead" }, el("b", { class: "figure" }, span(passed(sync.last))), " ago"),
            el("p", { class: "note" }, sync.result || "Nothing to tell."),
          ] : el("p", { class: "empty" }, "No statuses have been pushed yet."));
        }
        """#
}
