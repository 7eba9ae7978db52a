"""Uses the console of a real daemon in a real browser, in four states of the node, and takes their pictures.

usage: main.py BINARY [--shots FOLDER] [--overlay] [--only STATE] [--cost SECONDS]
"""

import argparse
import json
import pathlib
import shutil
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Clients"))

import cdp  # noqa: E402
import overlay  # noqa: E402
import states  # noqa: E402
from world import Site, check, expect, failed, passed, until  # noqa: E402

FACTS = (HERE / "facts.js").read_text()
TEXT = "document.getElementById({!r}).textContent"


class Run:
    """One run of the checks: its browser, its node, and the pages that were open."""

    def __init__(self, options, browser, folder):
        self.options, self.browser, self.folder = options, browser, folder
        self.site = states.ConsoleSite(options.binary, folder / "node")
        self.load = None

    def page(self, site=None, signed=True, **settings):
        """The console in a new tab; signed in, as after the door."""
        site = site or self.site
        page = self.browser.page(**settings)
        token = site.token
        if self.options.overlay:
            overlay.put_over(page, wants_token=bool(token))
        page.site = site
        if signed and token:
            page.call("Page.addScriptToEvaluateOnNewDocument", {
                "source": f"sessionStorage.setItem('metamanager-token', {json.dumps(token)})"})
        page.open(f"http://127.0.0.1:{site.port}/console/")
        if signed:
            page.until("!document.getElementById('board').hidden && document.querySelector('#objects-table')", "the board")
        return page

    def shot(self, page, name):
        if self.options.shots:
            page.run("(document.activeElement?.blur(), scrollTo(0, 0))")
            page.shot(self.options.shots / f"console-{name}.png")

    def holds(self, page):
        """What holds in every state; errors of the page's own are none."""
        wrong = page.run(FACTS)
        expect(not wrong, lambda: "; ".join(wrong))
        strange = [url for _, url in page.requests if not url.startswith(f"http://127.0.0.1:{page.site.port}/")]
        expect(not strange, lambda: f"asked elsewhere: {strange[:5]}")
        # A page that is opened without the token is answered 401, and says so.
        faults = [text for text in page.faults if "/console/" not in text or "401" not in text]
        faults = [text for text in faults if "/metamanager/v1/explain" not in text]
        expect(not faults, lambda: f"the browser's console: {faults[:5]}")
        expect("broken" not in page.run("document.title"), "a name was run as a script")


def verdict(page, start):
    return f"{TEXT.format('verdict-text')}.startsWith({start!r})"


def fresh(run):
    site = run.site
    site.connect()
    site.start()
    with check("without the token there is a page with a 401, and no data"):
        code, body = site.ask("/console/", token="")
        expect(code == 401 and b'data-token="wanted"' in body, f"{code}: {body[:200]}")
        code, _ = site.ask("/metamanager/v1/console", token="")
        expect(code == 401, f"data without the token: {code}")
        code, body = site.ask("/console/")
        expect(code == 200 and b'data-token="not-wanted"' in body, f"{code}: {body[:200]}")
    with check("a page of another site cannot act through the browser"):
        code, _ = site.ask("/metamanager/v1/outbox/drop?all=true", "POST", Origin="http://evil.example")
        expect(code == 403, f"{code}")
    with check("the door: a wrong token is told, the right one opens, by keyboard alone"):
        page = run.page(signed=False)
        page.until("!document.getElementById('door').hidden", "the door")
        expect(page.run("document.activeElement.id") == "token", "the field has no focus")
        page.type("a-token-of-nobody")
        page.enter()
        page.until(f"{TEXT.format('door-fault')}.includes('not the token')", "the refusal is told")
        expect(page.run("sessionStorage.length") == 0, "a wrong token was kept")
        page.faults.clear()  # The browser tells of each 401.
        run.holds(page)
        page.type(site.token)
        page.enter()
        page.until("!document.getElementById('board').hidden", "the board is shown")
        expect(page.run("document.cookie") == "" and page.run("localStorage.length") == 0, "something stays behind")
        page.reload()
        page.until("!document.getElementById('board').hidden", "the board is shown after a reload")
        page.click("#sign-out")
        page.until("!document.getElementById('door').hidden", "the door is shown after signing out")
        expect(page.run("sessionStorage.length") == 0, "the token stays after signing out")
        page.close()
    until("the link is up", site.has_link)
    with check("fresh: all is well"):
        page = run.page(scheme="light")
        page.until(verdict(page, "All is well"), "the verdict")
        page.until("document.querySelectorAll('#objects-table tbody tr').length >= 10", "the objects are listed")
        expect(page.run(TEXT.format("node")) == states.NODE, "the node's name")
        page.until("document.querySelectorAll('#flow g.place.good').length >= 5", "the picture of the flow")
        page.until("document.querySelectorAll('.changes li').length >= 1", "the link's history")
        run.holds(page)
        run.shot(page, "fresh")
        page.close()
    with check("fresh: every place is reached by keyboard, and a drawer gives the focus back"):
        keyboard(run)
    with check("fresh: a secret is shown without what it holds"):
        page = run.page()
        page.click("#search")
        page.type("CAMERA-login")
        page.until("document.querySelectorAll('#objects-table tbody tr').length === 1", "the secret is found")
        page.click("#objects-table tbody button")
        page.until("document.querySelector('#detail .yaml')", "the object's YAML")
        text = page.run("document.querySelector('#detail .yaml').textContent")
        expect("password: (hidden)" in text and "bm90LW" not in text, text)
        run.holds(page)
        page.close()


def keyboard(run):
    page = run.page()
    page.until("document.querySelector('#objects-table tbody button')", "the objects")
    seen = []
    page.run("document.body.focus()")
    for _ in range(60):
        page.tab()
        here = page.run("(() => { const e = document.activeElement; const s = getComputedStyle(e);"
                        " return [e.id || e.className || e.tagName, e.textContent.slice(0, 30), s.outlineStyle, e.matches('#objects-table button')]; })()")
        seen.append(here)
        if here[3]:
            break
    names = [name for name, *_ in seen]
    expect(names[0] == "skip", f"the first place is {names[0]}")
    expect("search" in names and any("kind" in name for name in names), f"not reached: {names}")
    expect(seen[-1][3], f"no object was reached: {names}")
    expect(all(style != "none" for _, _, style, _ in seen), f"no focus is shown: {seen}")
    held = page.run("document.activeElement.textContent")
    page.enter()
    page.until("document.getElementById('detail').open && document.querySelector('#detail .yaml')", "the drawer opens")
    page.until("document.getElementById('detail').contains(document.activeElement)", "the drawer has the focus")
    page.key("Escape", number=27)
    page.until("!document.getElementById('detail').open", "the drawer closes")
    expect(page.run("document.activeElement.textContent") == held, "the focus is lost")
    run.holds(page)
    page.close()


def busy(run):
    run.load = states.Load(run.site)
    page = run.page(scheme="dark")
    # The picture is worth more with a curve in it.
    page.until("document.querySelectorAll('#flow g.line.brisk, #flow g.line.fast').length >= 3", "the flow moves", 90)
    page.until("document.querySelector('.chart .curve').getAttribute('points').split(' ').length > 5", "the curve grows", 90)
    with check("busy: rates are shown, and all is well"):
        page.until(verdict(page, "All is well"), "the verdict")
        page.until(r"[...document.querySelectorAll('#flow .rate')].filter((one) => /[1-9]/.test(one.textContent)).length >= 5",
                   "five rates that are not 0")
        page.until("document.querySelectorAll('#messages-table tbody tr').length >= 12", "messages are shown")
        run.holds(page)
        run.shot(page, "busy")
    with check("busy: a hostile name is a text"):
        page.click("#search")
        page.type("onerror")
        page.until("document.querySelectorAll('#objects-table tbody tr').length === 1", "it is found")
        expect(page.run("document.querySelector('#objects-table tbody button').textContent") == states.HOSTILE, "as it is")
        page.click("#objects-table tbody button")
        page.until("document.querySelector('#detail .yaml')", "its YAML")
        expect(states.HOSTILE in page.run("document.querySelector('#detail').textContent"), "in the drawer")
        run.holds(page)
    with check("busy: a page that nobody sees asks for nothing"):
        page.run("(Object.defineProperty(document, 'hidden', { get: () => true, configurable: true }),"
                 " document.dispatchEvent(new Event('visibilitychange')))")
        until("what was under way has ended", lambda: not page.browser.pump(0.5))
        count = len(page.requests)
        end = time.monotonic() + 4
        while time.monotonic() < end:
            page.browser.pump(0.2)
        expect(len(page.requests) == count, lambda: f"it asked: {page.requests[count:]}")
        page.run("(Object.defineProperty(document, 'hidden', { get: () => false, configurable: true }),"
                 " document.dispatchEvent(new Event('visibilitychange')))")
        page.until(lambda: len(page.requests) > count, "it asks again when it is seen")
    page.close()
    with check("busy: nothing moves for who wants no motion"):
        page = run.page(motion="reduce")
        page.until("document.querySelector('#flow g.line.brisk, #flow g.line.fast')", "the flow")
        expect(page.run("getComputedStyle(document.querySelector('#flow g.line.brisk .train, #flow g.line.fast .train'))"
                        ".animationName") == "none", "the picture moves")
        page.close()


def cut(run):
    site = run.site
    page = run.page(scheme="light")
    page.until(verdict(page, "All is well"), "the verdict before the cut")
    site.cut()
    site.ask("/api/v1/namespaces/site/configmaps/gateway-config", "PATCH", json.dumps({"data": {"retention": "24h"}}),
             Content_Type="application/merge-patch+json")
    with check("cut: it is told what that means, what waits and since when"):
        page.until(verdict(page, "Cut off from the cloud"), "the verdict")
        page.until("document.querySelectorAll('#outbox-list li').length >= 3", "what waits is listed")
        page.until("document.querySelector('.changes .badge').textContent === 'down'", "the history")
        page.until("document.querySelector('#flow g.line.cut')", "the picture shows the cut")
        page.until("document.querySelector('#writes').textContent.includes('gateway-config')", "the write that waits")
        expect(page.run("document.getElementById('flush').disabled"), "what cannot be done is offered")
        page.until("document.querySelector('.chart .curve').getAttribute('points').split(' ').length > 3", "the curve grows")
        run.holds(page)
        run.shot(page, "cut")
    with check("cut: one change is dropped, after a question"):
        before = [entry["id"] for entry in json.loads(site.ask("/metamanager/v1/outbox")[1])]
        what = page.run("document.querySelector('#outbox-list button').dataset.hold")
        expect(what in before, f"{what} does not wait")
        page.click("#outbox-list button")
        page.until("document.getElementById('ask').open", "the question")
        expect(page.run("document.activeElement.id") == "ask-no", "the harmless answer has no focus")
        expect(what in {entry["id"] for entry in json.loads(site.ask("/metamanager/v1/outbox")[1])}, "it went unasked")
        page.click("#ask-yes")
        until("it is gone", lambda: what not in {
            entry["id"] for entry in json.loads(site.ask("/metamanager/v1/outbox")[1])})
        page.until("!document.getElementById('ask').open", "the question is closed")
        run.holds(page)
    page.close()
    for scheme in ("light", "dark"):
        with check(f"cut: on a phone, {scheme}: readable without scrolling to the side"):
            page = run.page(width=360, height=740, phone=True, scheme=scheme)
            page.until("document.querySelectorAll('#objects-table tbody tr').length > 5", "the objects")
            page.until("document.querySelector('#flow svg.narrow g.line.cut')", "the narrow picture")
            run.holds(page)
            if scheme == "light":
                run.shot(page, "phone")
            page.click("#objects-table tbody button")
            page.until("document.querySelector('#detail .yaml')", "the drawer")
            run.holds(page)
            page.close()


def damaged(run):
    site = run.site
    run.load.end()
    run.load = None
    site.daemon.end()
    hits = states.damage(site.folder / "cloud" / states.NODE / "edgecore.db", '"line":"1')
    expect(hits >= 5, f"only {hits} values could be damaged")
    site.start()
    with check("damaged: what was lost is told, and where it will come from"):
        page = run.page(scheme="dark")
        page.until(rf"/^\d+ objects were lost by damage/.test({TEXT.format('verdict-text')})", "the verdict")
        page.until("!document.getElementById('problems').hidden", "the problems")
        page.until("document.querySelector('#store').textContent.includes('lost')", "the store's card")
        page.until("document.querySelector('#flow g.place.warn, #flow g.place.bad')", "the picture")
        page.until("document.querySelectorAll('#objects-table tbody tr').length > 5", "the other objects")
        page.until("document.querySelector('.chart .curve').getAttribute('points').includes(' ')", "the curve begins")
        run.holds(page)
        run.shot(page, "damaged")
        page.close()
    with check("damaged: the page says when the node does not answer, and comes back with it"):
        page = run.page()
        page.until("document.getElementById('verdict-text').textContent.length > 12", "the verdict")
        site.daemon.end()
        for _ in range(2):
            page.run("document.dispatchEvent(new Event('visibilitychange'))")
        page.until(verdict(page, "The node does not answer"), "the verdict")
        site.start()
        page.run("document.dispatchEvent(new Event('visibilitychange'))")  # Who looks again is not kept waiting.
        page.until(rf"/lost by damage/.test({TEXT.format('verdict-text')})", "the verdict")
        page.close()
    site.stop()


def unlocked(run):
    """A node with `metaserver.auth.mode: none`, whose cloud is a folder."""
    site = Site(run.options.binary, run.folder / "open")
    site.start()
    try:
        with check("without authentication: no door, and a folder stands in for the cloud"):
            page = run.page(site=site)
            page.until(f"{TEXT.format('verdict-more')}.startsWith('A folder stands in')", "the verdict")
            expect(page.run("document.getElementById('sign-out').hidden"), "there is nothing to sign out of")
            run.holds(page)
            page.close()
    finally:
        site.stop()


def spent(pid):
    """The processor time of all threads that run, in seconds."""
    return sum(int((task / "schedstat").read_text().split()[0]) for task in pathlib.Path(f"/proc/{pid}/task").iterdir()) / 1e9


def cost(run, seconds):
    """What an open page costs the node: the daemon's processor time with it and without."""
    run.site.connect()
    run.site.start()
    until("the link is up", run.site.has_link)
    pid = run.site.daemon.process.pid

    def measure(page=None):
        end = time.monotonic() + 5
        while time.monotonic() < end:
            run.browser.pump(0.2)
        first, count = spent(pid), len(page.requests) if page else 0
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            run.browser.pump(0.2)
        return (spent(pid) - first) / seconds * 1000, (len(page.requests) - count if page else 0) / seconds

    closed, _ = measure()
    page = run.page()
    opened, rate = measure(page)
    size = len(run.site.ask("/metamanager/v1/console")[1])
    print(f"processor time of the daemon, ms a second: closed {closed:.2f}, open {opened:.2f}; "
          f"{rate:.2f} requests a second of {size} bytes")
    run.site.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", type=lambda text: str(pathlib.Path(text).resolve()))
    parser.add_argument("--shots", type=pathlib.Path, help="where the pictures go; none are taken without")
    parser.add_argument("--overlay", action="store_true", help="the page's files of this checkout, in place of the program's")
    parser.add_argument("--cost", type=int, metavar="SECONDS", help="measures what an open page costs, and nothing else")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="console."))
    begun = time.monotonic()
    try:
        with cdp.Browser() as browser:
            run = Run(options, browser, folder)
            try:
                if options.cost:
                    cost(run, options.cost)
                    return 0
                for state in (unlocked, fresh, busy, cut, damaged):
                    state(run)
            finally:
                if run.load:
                    run.load.end()
                run.site.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"console: {len(passed)} checks held, {len(failed)} failed, {time.monotonic() - begun:.0f} s")
    for name in failed:
        print(f"FAILED: {name}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
