/// The console's script, in parts that share one scope.
///
/// Whatever comes from the store is written as text, never as markup: names of objects are chosen by strangers.
enum ConsoleScript {
    /// The whole script.
    static let text = [base, asking, flow, cards, objects, differences, main].joined(separator: "\n")

    /// Elements, times and numbers.
    private static let base = #"""
        "use strict";
        const $ = (id) => document.getElementById(id);
        const SVG = "http://www.w3.org/2000/svg";

        // Makes an element; whatever is no element among the children becomes text.
        function el(name, attributes = {}, ...children) {
          const svg = attributes.svg;
          const element = svg ? document.createElementNS(SVG, name) : document.createElement(name);
          for (const [key, value] of Object.entries(attributes)) {
            if (key === "svg" || value === undefined || value === null || value === false) continue;
            if (key === "on") for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
            else element.setAttribute(key, value === true ? "" : String(value));
          }
          for (const child of children.flat()) {
            if (child === null || child === undefined || child === false) continue;
            element.append(child instanceof Node ? child : document.createTextNode(String(child)));
          }
          return element;
        }
        const svg = (name, attributes, ...children) => el(name, { svg: true, ...attributes }, ...children);

        // Texts and children are touched only when they change: a reader's place and selection stay.
        function say(element, text) { if (element.textContent !== text) element.textContent = text; }
        function show(element, shown) { if (element.hidden === shown) element.hidden = !shown; }
        function fill(element, signature, make) {
          const mark = JSON.stringify(signature);
          if (element.consoleMark === mark) return;
          const held = element.contains(document.activeElement) ? document.activeElement.dataset.hold : undefined;
          element.consoleMark = mark;
          element.replaceChildren(...[make()].flat().filter(Boolean));
          if (held === undefined) return;
          for (const one of element.querySelectorAll("[data-hold]")) if (one.dataset.hold === held) one.focus();
        }

        const whole = new Intl.NumberFormat("en");
        const count = (number) => whole.format(number ?? 0);
        const many = (number, one, more) => `${count(number)} ${number === 1 ? one : more}`;
        function bytes(number) {
          if (number === null || number === undefined) return "unknown";
          let [value, unit] = [number, 0];
          const units = ["B", "KiB", "MiB", "GiB", "TiB"];
          while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
          return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
        }
        function span(seconds) {
          const value = Math.max(0, Math.floor(seconds));
          if (value < 60) return `${value} s`;
          if (value < 3600) return `${Math.floor(value / 60)} min`;
          if (value < 172800) return `${Math.floor(value / 3600)} h ${Math.floor(value % 3600 / 60)} min`;
          return `${Math.floor(value / 86400)} days`;
        }
        const clock = (text) => new Date(text).toLocaleTimeString("en-GB");
        function moment(text) {
          const date = new Date(text);
          const today = date.toDateString() === new Date().toDateString();
          return today ? clock(text) : `${date.toLocaleDateString("en-CA")} ${clock(text)}`;
        }
        function rateText(rate) {
          if (rate === null) return "–";
          if (rate === 0) return "0/s";
          return rate < 0.095 ? "<0.1/s" : rate < 10 ? `${rate.toFixed(1)}/s` : `${count(Math.round(rate))}/s`;
        }
        const badge = (kind, text) => el("span", { class: `badge ${kind}` }, text);
        function facts(rows) {
          return el("dl", { class: "facts" }, rows.filter(Boolean).map(([name, value, kind]) =>
            el("div", {}, el("dt", {}, name), el("dd", { class: kind }, value))));
        }
        """#
}
