"""Drives a headless Chromium over its debugging pipe; Python's own library alone."""

import base64
import collections
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time

FLAGS = [
    "--headless=new", "--no-first-run", "--no-default-browser-check", "--disable-gpu", "--disable-extensions",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
    "--disable-client-side-phishing-detection", "--disable-dev-shm-usage", "--metrics-recording-only", "--mute-audio",
    "--hide-scrollbars", "--force-color-profile=srgb", "--lang=en-GB", "--remote-debugging-pipe",
    # Whatever the page might want, nothing but this machine has a name.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


class CDPError(Exception):
    pass


class Browser:
    """One Chromium with a profile of its own, which goes away with it."""

    def __init__(self, program=None):
        program = program or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        if not program:
            raise CDPError("there is no chromium: make deps-console")
        self.profile = tempfile.mkdtemp(prefix="console-browser.")
        ours_read, theirs_write = os.pipe()
        theirs_read, ours_write = os.pipe()
        flags = list(FLAGS)
        if os.geteuid() == 0:
            flags.append("--no-sandbox")  # Its sandbox refuses root, which CI runs as.
        command = [program, *flags, f"--user-data-dir={self.profile}", "about:blank"]
        # The pipe's ends are 3 and 4 in the browser.
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", f'exec "$@" 3<&{theirs_read} 4>&{theirs_write}', "sh", *command],
            pass_fds=(theirs_read, theirs_write), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True, env={**os.environ, "TZ": "UTC"})
        os.close(theirs_read)
        os.close(theirs_write)
        self.reading, self.writing = ours_read, ours_write
        self.buffer = b""
        self.number = 0
        self.answers = {}
        self.events = collections.deque()
        self.listeners = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(10)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for end in (self.reading, self.writing):
            os.close(end)
        shutil.rmtree(self.profile, ignore_errors=True)

    def pump(self, seconds):
        """Takes what has come, waiting no longer than this for the first of it."""
        ready, _, _ = select.select([self.reading], [], [], seconds)
        if not ready:
            return False
        chunk = os.read(self.reading, 1 << 20)
        if not chunk:
            raise CDPError("the browser has ended")
        self.buffer += chunk
        *messages, self.buffer = self.buffer.split(b"\0")
        for raw in messages:
            message = json.loads(raw)
            if "id" in message:
                self.answers[message["id"]] = message
            else:
                listener = self.listeners.get(message.get("sessionId"))
                if listener:
                    listener(message["method"], message.get("params", {}))
        return True

    def send(self, method, params=None, session=None):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.writing, data):]
        return self.number

    def call(self, method, params=None, session=None, seconds=60):
        number = self.send(method, params, session)
        end = time.monotonic() + seconds
        while number not in self.answers:
            if time.monotonic() > end:
                raise CDPError(f"{method} was not answered within {seconds} s")
            self.pump(0.2)
        answer = self.answers.pop(number)
        if "error" in answer:
            raise CDPError(f"{method}: {answer['error'].get('message')}")
        return answer.get("result", {})

    def page(self, **settings):
        return Page(self, **settings)


class Page:
    """One tab, in a context of its own: no cookies, no stored token of another."""

    def __init__(self, browser, width=1280, height=900, scheme="light", phone=False, motion="no-preference"):
        self.browser = browser
        self.context = browser.call("Target.createBrowserContext")["browserContextId"]
        target = browser.call("Target.createTarget", {"url": "about:blank", "browserContextId": self.context})["targetId"]
        self.target = target
        self.session = browser.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        self.requests = []
        self.statuses = {}
        self.faults = []
        self.overlay = None
        self.loads = 0
        browser.listeners[self.session] = self.hear
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.call("Page.bringToFront")
        self.call("Emulation.setFocusEmulationEnabled", {"enabled": True})
        self.size(width, height, phone)
        self.call("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": motion}]})

    def close(self):
        self.browser.call("Target.disposeBrowserContext", {"browserContextId": self.context})
        self.browser.listeners.pop(self.session, None)

    def call(self, method, params=None, seconds=60):
        return self.browser.call(method, params, self.session, seconds)

    def hear(self, method, params):
        if method == "Network.requestWillBeSent":
            self.requests.append((params["request"]["method"], params["request"]["url"]))
        elif method == "Network.responseReceived":
            self.statuses[params["response"]["url"]] = params["response"]["status"]
        elif method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.faults.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
            self.faults.append(" ".join(str(a.get("value", a.get("description"))) for a in params["args"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            entry = params["entry"]
            self.faults.append(f"{entry['source']}: {entry['text']} {entry.get('url', '')}".strip())
        elif method == "Page.loadEventFired":
            self.loads += 1
        elif method == "Fetch.requestPaused" and self.overlay:
            self.overlay(self, params)

    def size(self, width, height, phone=False):
        self.call("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1.5 if phone else 1, "mobile": phone})

    def open(self, url, seconds=60):
        self.call("Page.navigate", {"url": url})
        self.until(f"location.href === {json.dumps(url)} && document.readyState === 'complete'", f"{url} was loaded", seconds)

    def reload(self):
        loads = self.loads
        self.call("Page.reload")
        self.until(lambda: self.loads > loads, "the page was loaded again")

    def run(self, expression):
        """The value of an expression, awaited."""
        result = self.call("Runtime.evaluate", {
            "expression": expression, "returnByValue": True, "awaitPromise": True, "userGesture": True})
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise CDPError(details.get("exception", {}).get("description") or details["text"])
        return result["result"].get("value")

    def until(self, holds, what, seconds=60):
        """Waits for a condition: a function, or an expression in the page."""
        end = time.monotonic() + seconds
        fault = ""
        while True:
            try:
                value = holds() if callable(holds) else self.run(f"Boolean({holds})")
            except CDPError as error:  # A page that is just being loaded has no parts yet.
                value, fault = False, f" ({error})"
            if value:
                return value
            if time.monotonic() > end:
                raise CDPError(f"not within {seconds} s: {what}{fault}")
            self.browser.pump(0.1)

    def key(self, key, code=None, number=0, text=None, modifiers=0):
        for kind in ("keyDown", "keyUp"):
            event = {"type": kind, "key": key, "code": code or key, "windowsVirtualKeyCode": number, "modifiers": modifiers}
            if text and kind == "keyDown":
                event["text"] = text
            self.call("Input.dispatchKeyEvent", event)

    def tab(self, back=False):
        self.key("Tab", number=9, modifiers=8 if back else 0)

    def enter(self):
        self.key("Enter", number=13, text="\r")

    def type(self, text):
        self.call("Input.insertText", {"text": text})

    def click(self, selector):
        place = self.run(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.scrollIntoView({{block: 'center'}});"
            " const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", {
                "type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1})

    def shot(self, path, whole=True):
        """A picture of the page, all of it."""
        options = {"format": "png"}
        if whole:
            size = self.call("Page.getLayoutMetrics")["cssContentSize"]
            options |= {"captureBeyondViewport": True, "clip": {
                "x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 6000), "scale": 1}}
        data = self.call("Page.captureScreenshot", options)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
