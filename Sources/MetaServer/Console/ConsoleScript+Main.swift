extension ConsoleScript {
    /// Differences from the cloud, and the last messages.
    static let differences = #"""
        function outcome(word) {
          const kinds = { refused: "bad", failed: "bad", unknown: "warn", dropped: "warn", older: "plain", "other-uid": "warn" };
          return badge(kinds[word] ?? (word === "unchanged" || word === "absent" ? "plain" : "good"), word);
        }

        async function listWrites(document) {
          const writes = document.status.writes ?? {};
          const mark = JSON.stringify([writes, document.status.store.lost]);
          if (mark === state.writesMark) return;
          state.writesMark = mark;
          if (!writes.pending && !writes.conflicts) { showWrites({ pending: [], conflicts: [] }, document); return; }
          try { showWrites(await ask("/metamanager/v1/console/writes"), document); } catch { state.writesMark = undefined; }
        }

        function showWrites(writes, document) {
          const lost = document.status.store.lost;
          const what = (write) => `${write.verb} ${write.resource} ${write.namespace ? `${write.namespace}/` : ""}${write.name}`;
          fill($("writes"), [writes, lost, document.admin], () => [
            writes.pending.length + writes.conflicts.length + lost === 0
              ? el("p", { class: "empty" }, "None is known: no local write waits, no conflict is open, no object is lost.") : null,
            lost ? el("p", {}, badge("bad", "lost"), ` ${many(lost, "object", "objects")} of the cloud: the disk damaged ` +
              "them, and they have not come again.") : null,
            writes.conflicts.length ? [el("h3", {}, "Conflicts: the cloud did not take these"),
              el("ul", { class: "entries" }, writes.conflicts.map((write) => el("li", {},
                el("span", { class: "what" }, opener(write.key, what(write))),
                el("span", { class: "about" }, `${write.reason}: ${write.message} · ${moment(write.ended)}`),
                document.admin ? el("button", { type: "button", class: "quiet small", "data-hold": `drop ${write.key}`,
                  "aria-label": `Forget the conflict of ${write.name}`, on: { click: () => forgetConflict(write) } },
                "Forget") : null)))] : null,
            writes.pending.length ? [el("h3", {}, "Local writes that wait for the cloud"),
              el("ul", { class: "entries" }, writes.pending.map((write) => el("li", {},
                el("span", { class: "what" }, opener(write.key, what(write))),
                el("span", { class: "about" }, `by ${write.caller} · ${moment(write.changed)}` +
                  (write.problem ? ` · ${write.problem}` : "")))))] : null,
          ].flat());
        }

        function forgetConflict(write) {
          confirmThen("Forget this conflict?", `The local copy of ${write.name} is gone then; the cloud's object stays.`,
            "Forget", () => ask(`/metamanager/v1/conflicts/drop?key=${encodeURIComponent(write.key)}`, "POST").then(soon));
        }

        // The last message of each kind; what comes again moves to the top.
        const heard = new Map();
        function hear(document) {
          for (const message of document.messages) {
            const kind = JSON.stringify([message.source, message.operation, message.resource, message.outcome]);
            heard.delete(kind);
            heard.set(kind, message);
          }
          for (const kind of heard.keys()) { if (heard.size <= 60) break; heard.delete(kind); }
          const rows = [...heard.values()].reverse();
          if ($("hold").getAttribute("aria-pressed") === "true") return;
          fill($("messages-table"), rows.map((message) => [message.time, message.id]), () => rows.length === 0
            ? el("tbody", {}, el("tr", {}, el("td", { class: "empty" }, "No message yet."))) : [
              el("thead", {}, el("tr", {}, ["Time", "From", "Operation", "Resource", "Outcome", "Why"]
                .map((text) => el("th", { scope: "col" }, text)))),
              el("tbody", {}, rows.map((message) => el("tr", {},
                el("td", {}, el("time", { datetime: message.time }, clock(message.time))), el("td", {}, message.source),
                el("td", {}, message.operation),
                el("td", { class: "resource" }, message.resource.split("/").length === 3
                  ? opener(message.resource, message.resource) : message.resource),
                el("td", {}, outcome(message.outcome)), el("td", { class: "reason" }, message.reason)))),
            ]);
        }
        $("hold").addEventListener("click", () => {
          const held = $("hold").getAttribute("aria-pressed") === "true";
          $("hold").setAttribute("aria-pressed", String(!held));
          say($("hold"), held ? "Hold" : "Go on");
        });
        """#

    /// The rounds: one small document every few seconds, while somebody looks.
    static let main = #"""
        const every = 2500;

        function take(document) {
          state.document = document;
          state.failures = 0;
          sample(document);
          say($("node"), document.node);
          window.document.title = `${document.node} · MetaManager`;
          say($("foot"), `MetaManager ${document.version} · running for ${span(passed(document.started))} · ${document.user}`);
          say($("fresh"), `as of ${clock(document.time)}`);
          $("fresh").className = "fresh";
          showVerdict(document);
          showFlow(document);
          showLink(document);
          showOutbox(document);
          showStore(document);
          showModules(document);
          showQueues(document);
          showSync(document);
          hear(document);
          listWrites(document);
          const age = Date.now() - view.asked;
          if (view.asked === 0 || (document.flow.revision !== view.revision && age > 10000)) listObjects();
        }

        async function round() {
          try {
            const document = await ask("/metamanager/v1/console");
            closeDoor();
            take(document);
          } catch (error) {
            if (error.status === 401) {
              forget();
              openDoor(state.document ? "The token is not taken any more." : "");
              return;
            }
            state.failures += 1;
            $("fresh").className = "fresh late";
            say($("fresh"), error.status ? error.message : "no answer from the node");
            if (state.failures > 1) {
              $("verdict").className = "verdict bad";
              say($("verdict-sign"), "✕");
              say($("verdict-text"), "The node does not answer");
              say($("verdict-more"), "What stands below is the last that was heard.");
              show($("board"), true);
            }
          }
          later();
        }

        // Nobody looks at a hidden page: it asks for nothing until it is shown again.
        function later() {
          clearTimeout(state.timer);
          if (!document.hidden) state.timer = setTimeout(round, Math.min(10000, every * (1 + state.failures)));
        }
        function soon() { clearTimeout(state.timer); state.outboxTime = 0; state.timer = setTimeout(round, 300); }
        document.addEventListener("visibilitychange", () => {
          if (document.hidden) clearTimeout(state.timer); else if ($("door").hidden) round();
        });
        narrow.addEventListener("change", () => { draw(); if (state.document) showFlow(state.document); });

        draw();
        if (document.documentElement.dataset.token === "wanted" && !state.token) openDoor(""); else round();
        """#
}
