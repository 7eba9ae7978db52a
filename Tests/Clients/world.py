"""Daemons, simulated clouds and checks: what the suites of this folder share. Python's standard library alone."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

HERE = pathlib.Path(__file__).parent
NODE = "edge-1"
PATIENCE = 60
passed = []
failed = []


@contextlib.contextmanager
def check(name):
    """A named check: prints whether it held; what is raised within it fails it and goes no further."""
    begun = time.monotonic()
    try:
        yield
    except Exception as error:  # whatever a client throws is a failure of this check alone
        failed.append(name)
        text = str(error) if isinstance(error, AssertionError) else f"{type(error).__name__}: {error}"
        print(f"FAILED: {name}: {text}", flush=True)
    else:
        passed.append(name)
        seconds = time.monotonic() - begun
        print(f"ok: {name}" + (f" ({seconds:.1f} s)" if seconds > 2 else ""), flush=True)


def expect(holds, text):
    """Fails the check around it."""
    if not holds:
        raise AssertionError(text() if callable(text) else text)


def until(what, holds, patience=PATIENCE):
    """Waits until a condition holds, and gives what it gave."""
    end = time.monotonic() + patience
    while True:
        value = holds()
        if value:
            return value
        expect(time.monotonic() < end, f"not within {patience} s: {what}")
        time.sleep(0.05)


def free_ports(count):
    """Ports of loopback that nobody has now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


class Process:
    """A process of ours, ended by its pid; what it prints is in a file."""

    def __init__(self, arguments, log, **options):
        self.log = log
        with open(log, "ab") as out:
            self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=out, **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    @property
    def runs(self):
        return self.process.poll() is None

    def end(self, number=signal.SIGTERM):
        if self.runs:
            self.process.send_signal(number)
        try:
            return self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    @property
    def output(self):
        return pathlib.Path(self.log).read_text(errors="replace")


class Site:
    """A node in a folder of its own. Here a folder of manifests is its cloud, and its API is open."""

    def __init__(self, binary, folder, settings=()):
        self.binary = binary
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self.manifests = self.folder / "manifests"
        shutil.copytree(HERE / "manifests", self.manifests)
        (self.port,) = free_ports(1)
        self.daemon = None
        self.kubeconfig = str(self.folder / "kubeconfig")
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("METAMANAGER_")}
        self.set({"metaserver.server": f"127.0.0.1:{self.port}", **dict(settings)})
        self.prepare()
        self.environment["METAMANAGER_CONFIG"] = str(self.configuration)

    def set(self, settings):
        for key, value in settings.items():
            self.environment["METAMANAGER_" + key.upper().replace(".", "_").replace("-", "_")] = str(value)

    # What a client needs besides the address: nothing where the API is open.
    token = ""
    authority = None

    def prepare(self):
        """Says how the node is set up, and gives the cloud what no node registers."""
        self.put("node", {"apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE, "labels": {"site": "demo"}}})
        self.configuration = self.folder / "edge.yaml"
        self.configuration.write_text("meta: {}\n")
        self.set({
            "meta.database.path": self.folder / "edgecore.db",
            "edgehub.controller.protocol": "directory",
            "edgehub.controller.node-id": NODE,
            "edgehub.directory.path": self.manifests,
            "modules.enabled": "websocket,metaManager,edged",
            "modules.socket.path": self.folder / "beehive.sock",
            "metaserver.socket": self.folder / "api.sock",
            "metaserver.auth.mode": "none",
        })

    def command(self, *arguments):
        """Runs a command of the program."""
        return subprocess.run(
            [self.binary, *arguments], env=self.environment, cwd=self.folder, capture_output=True, text=True,
            timeout=PATIENCE)

    def status(self):
        answer = self.command("status", "-o", "json")
        return json.loads(answer.stdout) if answer.stdout.startswith("{") else {}

    def start(self):
        self.daemon = Process([self.binary, "run"], self.folder / "daemon.log", env=self.environment, cwd=self.folder)

        def is_ready():
            expect(self.daemon.runs, lambda: f"the daemon ended:\n{self.daemon.output[-2000:]}")
            return self.status().get("ready")

        until("the daemon is ready", is_ready)
        made = self.command("kubeconfig", "--output", self.kubeconfig)
        expect(made.returncode == 0, f"metamanager kubeconfig: {made.stderr}")

    def stop(self):
        """Ends the node's processes, and says whether the daemon ended in order."""
        return self.daemon is None or self.daemon.end() == 0

    def kill(self):
        self.daemon.end(signal.SIGKILL)

    def put(self, name, manifest):
        """Adds or changes an object in the cloud: a file in its folder, never seen half written."""
        draft = self.folder / f"{name}.draft"
        draft.write_text(json.dumps(manifest))
        draft.rename(self.manifests / f"{name}.json")

    def remove(self, name):
        (self.manifests / f"{name}.json").unlink()

    def configure(self, text):
        """Changes keys that apply while the daemon runs."""
        self.configuration.write_text(text)
        self.daemon.process.send_signal(signal.SIGHUP)

    def has_link(self):
        return self.status().get("link", {}).get("state") == "up"


class CloudSite(Site):
    """A node of a simulated CloudCore, joined by token; its API wants a token, over TLS."""

    def prepare(self):
        self.cloud = None
        self.ports = free_ports(2)
        self.configuration = self.folder / "cloud/edge.yaml"
        self.set({"metaserver.tls.mode": "self-signed", "edgehub.reconnect.max": 2})

    @property
    def token(self):
        return (self.folder / "cloud" / NODE / "api.token").read_text().strip()

    @property
    def authority(self):
        return str(self.folder / "cloud" / NODE / "api-ca.crt")

    def connect(self):
        """Starts the cloud, as a process of its own."""
        self.cloud = Process(
            [self.binary, "dev", "cloud", self.manifests, "--folder", self.folder / "cloud", "--node", NODE,
             "--port", str(self.ports[0]), "--https-port", str(self.ports[1])],
            self.folder / "cloud.log", env=self.environment, cwd=self.folder)

        def is_there():
            expect(self.cloud.runs, lambda: f"the cloud ended:\n{self.cloud.output[-2000:]}")
            return (self.folder / "cloud/edge.yaml").exists()

        until("the cloud has written the node's configuration", is_there)

    def cut(self):
        """Ends the cloud without a word."""
        self.cloud.end(signal.SIGKILL)
        until("the node knows that its link is cut", lambda: not self.has_link())

    def stop(self):
        ended = super().stop()
        if self.cloud:
            self.cloud.end(signal.SIGKILL)
        return ended
