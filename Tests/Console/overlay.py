"""Puts the page's files of this checkout over those of the daemon, for working on them without a build."""

import base64
import pathlib
import re
import textwrap

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Sources/MetaServer/Console"
TYPES = {"style.css": "text/css", "app.js": "text/javascript", "": "text/html; charset=utf-8"}


def literals(name):
    """The long texts of a Swift file, by name."""
    text = (FOLDER / name).read_text()
    found = re.findall(r'(?:let (\w+)(?:: \w+)? = |String \{\n\s*)(#?)"""\n(.*?)\n *"""\2', text, re.S)
    return {key or "page": textwrap.dedent(body) for key, _, body in found}


def files(wants_token):
    script = {}
    for path in sorted(FOLDER.glob("ConsoleScript*.swift")):
        script |= literals(path.name)
    order = re.search(r"\[(.*?)\]", (FOLDER / "ConsoleScript.swift").read_text())[1].split(", ")
    style = literals("ConsoleStyle.swift")
    looks = re.search(r"\[(.*?)\]", (FOLDER / "ConsoleStyle.swift").read_text())[1].split(", ")
    page = literals("ConsolePage.swift")
    html = page["page"]
    for key, body in page.items():
        html = html.replace(f"\\({key})", body)
    html = re.sub(r"\\\(asksForToken.*?\)(?=\")", "wanted" if wants_token else "not-wanted", html)
    return {
        "app.js": "\n".join(script[name] for name in order), "style.css": "\n".join(style[name] for name in looks),
        "": html,
    }


def put_over(page, wants_token=False, mock=None):
    """Answers requests for the page's files with this checkout's; `mock` may answer others."""
    def answer(page, event):
        path = event["request"]["url"].split("/", 3)[3].split("#")[0]
        body, kind = None, "application/json"
        if path.startswith("console/") and path[8:] in TYPES:
            body, kind = files(wants_token)[path[8:]], TYPES[path[8:]]
        elif mock:
            body = mock(path)
        if body is None:
            page.browser.send("Fetch.continueRequest", {"requestId": event["requestId"]}, page.session)
            return
        page.browser.send("Fetch.fulfillRequest", {
            "requestId": event["requestId"], "responseCode": 200,
            "responseHeaders": [{"name": "Content-Type", "value": kind}],
            "body": base64.b64encode(body.encode()).decode()}, page.session)

    page.overlay = answer
    page.call("Fetch.enable", {"patterns": [{"urlPattern": "*"}]})
