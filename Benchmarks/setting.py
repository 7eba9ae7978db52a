"""What all measuring scripts have in common: their options, the machine, how a figure is labelled, the document."""
import argparse
import contextlib
import datetime
import json
import os
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(ROOT, ".build/release")
NAME = os.path.basename(sys.argv[0])
# The order of the document. A section that no script writes is written by hand.
SECTIONS = ["Machine", "Goals", "Every mix", "Growth", "Counts per message", "How long an ack takes", "Socket to socket",
            "A fleet on one machine"]
INTRODUCTION = """# Benchmarks

What the engine takes and gives, measured with the release binary beside what SQLite and the disk do alone in the same
minutes. Everything is as durable as in production: WAL, `synchronous=FULL`, an ack only after the commit, logs at their default
level, the database on the disk that holds the checkout. Each table says when it was taken and of which commit; `make help`
lists the commands. Rates of a shared machine vary by a third, ratios less, counts hardly.
"""


def say(text):
    print(text, file=sys.stderr, flush=True)


def fail(text):
    sys.exit("%s: %s" % (NAME, text))


def parser(words, runs=3):
    """The options that every script has; a word that none of them knows is an error."""
    result = argparse.ArgumentParser(prog="scripts/" + NAME, description=words, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    result.add_argument("--binary", default=os.path.join(BUILD, "metamanager"), help="another metamanager than .build/release/metamanager")
    result.add_argument("--write", action="store_true", help="write the section of docs/benchmarks.md too")
    result.add_argument("--docs", default=os.path.join(ROOT, "docs"), help="another folder for the document")
    if runs:
        result.add_argument("--runs", type=positive, help="runs of each figure, %d if not given" % runs)
    return result


def positive(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return value


def add_quick(options):
    options.add_argument("--quick", action="store_true", help="a try of seconds, not for the document")


def check(options, **binaries):
    """Refuses what cannot work before anything is measured. `binaries`: option=what makes it."""
    if getattr(options, "quick", False) and options.write and same(options.docs, os.path.join(ROOT, "docs")):
        fail("--quick is for trying, not for the document: name another folder with --docs")
    if options.write and not os.path.isdir(options.docs):
        fail("--docs %s: there is no such folder; make it" % options.docs)
    for option, target in dict(binary="build", **binaries).items():
        path = os.path.abspath(getattr(options, option))
        setattr(options, option, path)
        if not os.access(path, os.X_OK) or os.path.isdir(path):
            fail("%s is not there: `make %s` makes it" % (path, target))
    told = subprocess.run([options.binary, "bench", "--help"], capture_output=True, text=True, errors="replace")
    if "--messages" not in told.stdout:
        fail("%s has no command bench: name a metamanager with --binary" % options.binary)


def same(one, other):
    return os.path.realpath(one) == os.path.realpath(other)


@contextlib.contextmanager
def folder(prefix="metamanager-bench-"):
    """A folder on the disk that holds the checkout; it goes with us, ended from outside too."""
    def end(*_):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sys.exit(143)

    signal.signal(signal.SIGTERM, end)
    try:
        place = tempfile.TemporaryDirectory(prefix=prefix, dir=ROOT)
    except OSError as error:
        fail("%s cannot hold the databases that are measured: %s" % (ROOT, error.strerror))
    with place as path:
        yield path


def compile_c(name, out, *options):
    """Makes a program or library of Benchmarks/NAME.c."""
    compiler = shutil.which("cc") or shutil.which("clang")
    if compiler is None:
        fail("no C compiler (cc or clang) for Benchmarks/%s.c; `make bench-deps` installs one" % name)
    done = subprocess.run([compiler, "-O2", os.path.join(ROOT, "Benchmarks", name + ".c"), "-o", out, *options],
                          capture_output=True, text=True)
    if done.returncode != 0:
        fail("cannot compile Benchmarks/%s.c: %s; `make bench-deps` installs what it needs" % (
            name, (done.stderr.strip().splitlines() or ["?"])[0]))
    return out


def messages(path, mix, count, keys, value_bytes=None, operations=False):
    """A file of a mix, made once, and the same as bare operations beside it."""
    if not os.path.exists(path):
        sized = ["--value-bytes", str(value_bytes)] if value_bytes else []
        run([sys.executable, os.path.join(ROOT, "Benchmarks/gen_messages.py"), "--seed", "1", "--mix", mix, "--count", str(count),
             "--keys", str(keys), "--out", path, *sized])
    if operations and not os.path.exists(path + ".ops"):
        run([sys.executable, os.path.join(ROOT, "Benchmarks/rawops.py"), path, path + ".ops"])
    return path


def run(words):
    """What a command prints; ends with one line when it fails."""
    done = subprocess.run(words, capture_output=True, text=True, errors="replace")
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or done.stdout.strip().splitlines() or ["it says nothing"]
        fail("`%s` ended with %d: %s" % (" ".join(words[:6]) + (" …" if len(words) > 6 else ""), done.returncode, lines[-1]))
    return done.stdout


def run_json(words):
    out = run(words)
    try:
        return json.loads(out)
    except ValueError:
        fail("`%s` printed no JSON: %.100s" % (" ".join(words[:6]), out.strip() or "nothing"))


def spread(values, form):
    """The median, and the least and most of several runs."""
    text = form(statistics.median(values))
    return text if len(values) == 1 else "%s [%s–%s]" % (text, form(min(values)), form(max(values)))


def command(*words):
    """The output of a command in one line, or nothing."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, errors="replace")
    except OSError:
        return ""
    return " ".join(done.stdout.split()) if done.returncode == 0 else ""


def commit():
    """The commit, and whether something but documents was changed since."""
    number = command("git", "rev-parse", "--short=10", "HEAD")
    changed = command("git", "status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs")
    return "no commit known" if not number else "commit %s%s" % (number, ", with changes that are not committed" if changed else "")


def stamp(runs, options=None, begun=None):
    """When and of what: the line above every table."""
    begun = begun or datetime.datetime.now(datetime.timezone.utc)
    words = [commit(), begun.strftime("%Y-%m-%d %H:%M UTC"), "%d processors" % (os.cpu_count() or 0)]
    if options is not None and not same(options.binary, os.path.join(BUILD, "metamanager")):
        words.append("of another binary than the checkout's")
    words.append("one run" if runs == 1 else "medians of %d runs [least–most]" % runs)
    if getattr(options, "quick", False):
        words.append("a short try with few messages")
    return ", ".join(words)


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def first(path, pattern):
    try:
        with open(path) as lines:
            found = re.search(pattern, lines.read(), re.M)
    except OSError:
        return ""
    return found.group(1).strip() if found else ""


def machine():
    """The section that says what all this was measured on."""
    cpu = first("/proc/cpuinfo", r"^model name\s*:(.*)$") or platform.machine()
    memory = first("/proc/meminfo", r"^MemTotal:\s*(\d+)")
    place = command("findmnt", "-n", "-T", ROOT, "-o", "FSTYPE,OPTIONS").split()
    swift = re.search(r"Swift version (\S+)", command("swift", "--version"))
    system = first("/etc/os-release", r'^PRETTY_NAME="?([^"\n]*)')
    sqlite = command("sqlite3", "--version").split()
    facts = [("processor", "%d × %s, %s" % (os.cpu_count() or 0, cpu, platform.machine())),
             ("memory", "%.1f GiB" % (int(memory) / 2 ** 20) if memory else ""),
             ("system", ", ".join(filter(None, [system, "Linux " + platform.release()]))),
             ("disk", disk()),
             ("file system", "%s, `%s`" % tuple(place) if len(place) == 2 else ""),
             ("SQLite", sqlite[0] if sqlite else ""),
             ("Swift", swift.group(1) if swift else "")]
    return "## Machine\n\n| part | here |\n| --- | --- |\n%s\n" % "\n".join("| %s | %s |" % fact for fact in facts if fact[1])


def disk():
    device = os.stat(ROOT).st_dev
    base = "/sys/dev/block/%d:%d" % (os.major(device), os.minor(device))
    if not os.path.exists(base):
        return "of no block device of its own (%s)" % (command("findmnt", "-n", "-T", ROOT, "-o", "SOURCE") or "unknown")
    base = os.path.realpath(base)
    # Of a partition the disk is the folder above.
    whole = base if os.path.exists(base + "/queue") else os.path.dirname(base)
    size = first(base + "/size", r"(\d+)")
    kind = {"1": "called rotating", "0": "called not rotating"}.get(first(whole + "/queue/rotational", r"(\d)"), "")
    model = first(whole + "/device/model", r"(.+)") or ("virtual" if os.path.basename(whole).startswith("vd") else "")
    return ", ".join(filter(None, [os.path.basename(base), model, "%.0f GB" % (int(size) * 512 / 1e9) if size else "", kind]))


def put(docs, title, text):
    """Puts a section into the document, in the place of the one of its title, and says what it was measured on."""
    path = os.path.join(docs, "benchmarks.md")
    sections = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as old:
            for part in ("\n" + old.read()).split("\n## ")[1:]:
                sections[part.split("\n", 1)[0].strip()] = "## " + part
    sections[title] = text
    sections["Machine"] = machine()
    ordered = [name for name in SECTIONS if name in sections] + [name for name in sections if name not in SECTIONS]
    with open(path, "w", encoding="utf-8") as out:
        out.write("\n".join([INTRODUCTION] + [sections[name].strip("\n") + "\n" for name in ordered]))


def old_section(docs, title):
    """A section as it stands in the document; nothing when it is not there."""
    path = os.path.join(docs, "benchmarks.md")
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as old:
        parts = ("\n" + old.read()).split("\n## ")[1:]
    return next(("## " + part for part in parts if part.split("\n", 1)[0].strip() == title), "")
