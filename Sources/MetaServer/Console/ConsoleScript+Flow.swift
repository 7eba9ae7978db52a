extension ConsoleScript {
    /// The picture of the flow, and the rates in it.
    static let flow = #"""
        // Where things stand, on wide screens and on narrow ones: x, y, width, height.
        const layouts = {
          wide: {
            box: [1000, 262], chart: [2, 150, 426, 106],
            places: {
              cloud: [2, 12, 156, 88], hub: [272, 12, 156, 88], manager: [542, 12, 180, 88],
              modules: [838, 12, 160, 88], store: [542, 176, 180, 80], api: [838, 176, 160, 80],
            },
            lines: {
              received: [[158, 42], [272, 42], 215, 32], sent: [[272, 70], [158, 70], 215, 90],
              inward: [[428, 42], [542, 42], 485, 32], outward: [[542, 70], [428, 70], 485, 90],
              delivered: [[722, 42], [838, 42], 780, 32], reported: [[838, 70], [722, 70], 780, 90],
              written: [[632, 100], [632, 176], 646, 143, "start"], served: [[722, 216], [838, 216], 780, 206],
            },
          },
          narrow: {
            box: [340, 560], chart: [186, 474, 152, 84],
            places: {
              cloud: [72, 2, 196, 70], hub: [72, 126, 196, 70], manager: [72, 250, 196, 70],
              store: [2, 374, 152, 70], modules: [186, 374, 152, 70], api: [2, 488, 152, 70],
            },
            lines: {
              received: [[146, 72], [146, 126], 136, 104, "end"], sent: [[194, 126], [194, 72], 204, 104, "start"],
              inward: [[146, 196], [146, 250], 136, 228, "end"], outward: [[194, 250], [194, 196], 204, 228, "start"],
              written: [[100, 320], [100, 374], 90, 352, "end"],
              delivered: [[212, 320], [212, 374], 202, 352, "end"],
              reported: [[252, 374], [252, 320], 262, 352, "start"], served: [[78, 444], [78, 488], 68, 471, "end"],
            },
          },
        };
        const narrow = matchMedia("(max-width: 700px)");
        let picture = null;

        function head([x1, y1], [x2, y2]) {
          const length = Math.hypot(x2 - x1, y2 - y1);
          const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length];
          const at = (back, off) => `${x2 - dx * back - dy * off},${y2 - dy * back + dx * off}`;
          return `${at(1, 0)} ${at(9, 4.5)} ${at(9, -4.5)}`;
        }

        function draw() {
          const layout = narrow.matches ? layouts.narrow : layouts.wide;
          const [title, text] = [svg("title", { id: "flow-name" }, "Message flow"), svg("desc", { id: "flow-text" })];
          const root = svg("svg", {
            viewBox: `0 0 ${layout.box.join(" ")}`, role: "img", "aria-labelledby": "flow-name flow-text",
            class: narrow.matches ? "narrow" : "wide",
          }, title, text);
          const [lines, places] = [{}, {}];
          for (const [id, [from, to, x, y, anchor]] of Object.entries(layout.lines)) {
            const ends = { x1: from[0], y1: from[1], x2: to[0], y2: to[1] };
            const label = svg("text", { x, y, "text-anchor": anchor ?? "middle", class: "rate" }, "–");
            const group = svg("g", { class: "line" }, svg("line", { ...ends, class: "rail" }),
              svg("line", { ...ends, class: "train" }), svg("polygon", { points: head(from, to) }), label);
            lines[id] = { group, label };
            root.append(group);
          }
          const names = {
            cloud: "Cloud", hub: "EdgeHub", manager: "MetaManager", modules: "Modules", store: "Store", api: "Local API",
          };
          for (const [id, [x, y, width, height]] of Object.entries(layout.places)) {
            const sub = svg("text", { x: x + 18, y: y + height / 2 + 20, class: "sub" });
            const group = svg("g", { class: "place" },
              svg("rect", { x, y, width, height, rx: 12 }),
              svg("circle", { cx: x + width - 18, cy: y + 18, r: 5, class: "lamp" }),
              svg("text", { x: x + 18, y: y + height / 2 - 2, class: "title" }, names[id]), sub);
            places[id] = { group, sub };
            root.append(group);
          }
          const [left, top, width, height] = layout.chart;
          const chart = {
            area: svg("polygon", { class: "area" }), curve: svg("polyline", { class: "curve" }),
            now: svg("text", { x: left, y: top + 16, class: "now" }),
            top: svg("text", { x: left + width, y: top + 16, "text-anchor": "end", class: "sub" }),
          };
          root.append(svg("g", { class: "chart" }, svg("line", { x1: left, y1: top + height, x2: left + width, y2: top + height }),
            chart.area, chart.curve, chart.now, chart.top));
          $("flow").replaceChildren(root);
          picture = { lines, places, text, chart, frame: layout.chart };
        }

        // Rates over the last few samples: a single burst should be seen, a single gap should not blink.
        function rate(name) {
          const known = state.samples.filter((sample) => sample.flow[name] !== null);
          if (known.length < 2) return null;
          const [first, last] = [known[Math.max(0, known.length - 4)], known[known.length - 1]];
          const seconds = (last.time - first.time) / 1000;
          return seconds > 0 ? Math.max(0, (last.flow[name] - first.flow[name]) / seconds) : null;
        }

        function sample(document) {
          const time = Date.parse(document.time);
          const last = state.samples.at(-1);
          if (last && time <= last.time) return;
          // The counters begin anew with the daemon.
          if (last && document.started !== state.started) state.samples = [];
          state.started = document.started;
          const flow = { ...document.flow };
          flow.handled = flow.from_cloud + flow.from_modules;
          state.samples.push({ time, flow });
          if (state.samples.length > 61) state.samples.shift();
        }

        function showFlow(document) {
          const { flow, status } = document;
          const up = status.link.state === "up";
          const isFolder = document.cloud === "directory";
          const rates = {
            received: rate("received"), sent: isFolder ? rate("from_modules") : rate("sent"), inward: rate("from_cloud"),
            outward: isFolder ? rate("from_modules") : rate("sent"), delivered: rate("to_modules"),
            reported: rate("from_modules"), written: rate("revision"), served: rate("requests"),
          };
          for (const [id, { group, label }] of Object.entries(picture.lines)) {
            const value = rates[id];
            const outside = id === "received" || id === "sent";
            const speed = !value || (outside && !up) ? "still" : value < 5 ? "slow" : value < 100 ? "brisk" : "fast";
            group.setAttribute("class", `line ${speed}${outside && !up ? " cut" : ""}`);
            say(label, outside && !up ? (id === "received" ? "no link" : "") : rateText(value));
          }
          const waiting = status.outbox.state + status.outbox.fact;
          const attached = document.modules.filter((module) => module.attached).length;
          const dropped = document.modules.some((module) => module.dropped > 0);
          const storeState = storeKind(status);
          const words = {
            cloud: [document.cloud === "none" ? "not configured" : up ? (isFolder ? "a folder" : "connected") : "no link",
              document.cloud === "none" ? "off" : up ? "good" : "warn"],
            hub: [waiting ? `${count(waiting)} waiting` : "nothing waits", waiting && !up ? "warn" : "good"],
            manager: [status.inbox > 8 ? `${count(status.inbox)} in the inbox` : "inbox empty",
              status.inbox > 512 ? "warn" : "good"],
            modules: [`${count(attached)} attached`, attached ? (dropped ? "warn" : "good") : "off"],
            store: [many(status.store.rows, "object", "objects"), storeState],
            api: [many(document.watchers, "watcher", "watchers"), "good"],
          };
          for (const [id, [text, kind]] of Object.entries(words)) {
            say(picture.places[id].sub, text);
            picture.places[id].group.setAttribute("class", `place ${kind}`);
          }
          say(picture.text, `From the cloud ${rateText(rates.received)}, to the cloud ${rateText(rates.sent)}, ` +
            `to modules ${rateText(rates.delivered)}, from modules ${rateText(rates.reported)}, ` +
            `changes of the store ${rateText(rates.written)}, requests of the local API ${rateText(rates.served)}. ` +
            Object.entries(words).map(([id, [text]]) => `${id}: ${text}`).join(", ") + ".");
          showPulse();
        }

        // Messages handled a second, over the last two and a half minutes.
        function showPulse() {
          const steps = [];
          for (let at = 1; at < state.samples.length; at += 1) {
            const [before, now] = [state.samples[at - 1], state.samples[at]];
            steps.push(Math.max(0, (now.flow.handled - before.flow.handled) / Math.max(0.1, (now.time - before.time) / 1000)));
          }
          const [left, top, width, height] = picture.frame;
          const most = Math.max(1, ...steps);
          const points = steps.map((step, at) => [left + (60 - steps.length + at) / 59 * width,
            top + height - step / most * (height - 28)].map((number) => number.toFixed(1)).join(","));
          const { chart } = picture;
          chart.curve.setAttribute("points", points.join(" "));
          const [first, last] = [points[0], points.at(-1)].map((point) => point?.split(",")[0]);
          chart.area.setAttribute("points", points.length > 1
            ? `${first},${top + height} ${points.join(" ")} ${last},${top + height}` : "");
          const now = rate("handled");
          say(chart.now, now === null ? "" : `${rateText(now)} handled`);
          say(chart.top, steps.length > 1 && !narrow.matches ? `at most ${rateText(Math.max(...steps))}` : "");
        }
        """#
}
