// What every state of the page has to hold; gives a list of what does not.
(() => {
  const wrong = [];
  const shown = (element) => element.getClientRects().length > 0 && getComputedStyle(element).visibility !== "hidden";
  const name = (element) => (element.getAttribute("aria-label")
    || (element.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join(" ").trim()
    || [...(element.labels ?? [])].map((label) => label.textContent).join(" ").trim() || element.textContent.trim());
  const about = (element) => `${element.tagName.toLowerCase()}${element.id ? `#${element.id}` : ""} “${element.textContent.trim().slice(0, 40)}”`;

  // Landmarks and headings.
  if (document.documentElement.lang !== "en") wrong.push("the page names no language");
  for (const landmark of ["header", "main", "footer"]) {
    if (document.querySelectorAll(`body > ${landmark}`).length !== 1) wrong.push(`not one ${landmark}`);
  }
  for (const part of document.querySelectorAll("nav, section, dialog")) if (!name(part)) wrong.push(`unnamed: ${part.tagName} ${part.id}`);
  const headings = [...document.querySelectorAll("h1, h2, h3")].filter(shown).map((one) => Number(one.tagName[1]));
  if (headings[0] !== 1 || headings.filter((level) => level === 1).length !== 1) wrong.push(`headings: ${headings}`);
  headings.forEach((level, at) => { if (at && level > headings[at - 1] + 1) wrong.push(`a heading is left out: ${headings}`); });
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  if (new Set(ids).size !== ids.length) wrong.push("an id stands twice");

  // Whatever can be used has a name, and is large enough to be hit.
  for (const control of document.querySelectorAll("button, a[href], input, meter, [role=img], [tabindex='0']")) {
    if (!shown(control)) continue;
    if (!name(control)) wrong.push(`unnamed: ${control.outerHTML.slice(0, 90)}`);
    const box = control.getBoundingClientRect();
    if (control.matches("button:not(.link), input") && box.height < 24) wrong.push(`too small: ${about(control)}`);
  }
  for (const table of document.querySelectorAll("table")) {
    if (table.tBodies[0]?.rows.length > 1 && !table.querySelector("th[scope=col]")) wrong.push(`a table without heads: ${table.id}`);
  }

  // Texts stand out: 4.5 to 1, large ones 3 to 1.
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const paint = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const over = (front, back) => front.slice(0, 3).map((part, at) => part * front[3] / 255 + back[at] * (1 - front[3] / 255));
  const behind = (element) => {
    const plate = element.closest("g.place")?.querySelector("rect");
    const fill = plate ? paint(getComputedStyle(plate).fill) : null;
    const layers = fill ? [fill] : [];
    for (let at = element; at; at = at.parentElement) layers.push(paint(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((back, layer) => over(layer, back), [255, 255, 255]);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.textContent.trim() || !shown(element) || element.closest("[aria-hidden=true], title, desc, noscript, .hidden, .skip, button:disabled")) continue;
    const style = getComputedStyle(element);
    const back = behind(element);
    const paintOf = element.closest("svg") ? style.fill : style.color;
    const front = paint(paintOf);
    front[3] *= Number(style.opacity);
    const [a, b] = [light(over(front, back)), light(back)].sort((one, two) => two - one);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.6 && Number(style.fontWeight) >= 700);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (isLarge ? 3 : 4.5)) wrong.push(`${ratio.toFixed(1)} to 1: ${about(element)}`);
  }

  // Nothing beside the page's own parts, and nothing to be scrolled to the side.
  if (document.images.length || document.querySelector("iframe, object, embed, style")) wrong.push("something foreign is in the page");
  if (document.querySelector("script:not([src='/console/app.js'])")) wrong.push("a foreign script is in the page");
  if (document.documentElement.scrollWidth > innerWidth) wrong.push(`${document.documentElement.scrollWidth} wide in ${innerWidth}`);
  return [...new Set(wrong)].slice(0, 20);
})()
