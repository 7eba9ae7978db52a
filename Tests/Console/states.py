"""The node in its states: fresh, busy, cut off, damaged. Daemon and cloud are the real program's."""

import contextlib
import http.client
import json
import pathlib
import shutil
import socket
import struct
import threading
import time

import world

ROOT = pathlib.Path(__file__).resolve().parents[2]
NODE = "edge-node-1"
HOSTILE = "<img src=x onerror=document.title='broken'>"
world.NODE = NODE


class ConsoleSite(world.CloudSite):
    """A node with the example manifests, whose API wants a token over plain HTTP on loopback."""

    def prepare(self):
        super().prepare()
        shutil.rmtree(self.manifests)
        shutil.copytree(ROOT / "examples/manifests", self.manifests)
        self.set({"metaserver.tls.mode": "off", "meta.sync.podstatus.interval": 5})

    def start(self):
        self.daemon = world.Process([self.binary, "run"], self.folder / "daemon.log", env=self.environment, cwd=self.folder)

        def is_ready():
            world.expect(self.daemon.runs, lambda: f"the daemon ended:\n{self.daemon.output[-2000:]}")
            return self.status().get("ready")

        world.until("the daemon is ready", is_ready)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/console/"

    @property
    def socket_path(self):
        return self.folder / "cloud" / NODE / "beehive.sock"

    def ask(self, path, method="GET", body=None, token=None, **headers):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            headers = {name.replace("_", "-"): value for name, value in headers.items()}
            token = self.token if token is None else token
            if token:
                headers["Authorization"] = f"Bearer {token}"
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read()


class Module:
    """A module on the node's socket, which asks and tells at a rate of its own; what it gets is thrown away."""

    def __init__(self, path, name, rate, message):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.name, self.rate, self.message = name, rate, message
        self.ends = threading.Event()
        self.number = 0
        self.send({"group": name}, "module", "add")
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self.talk, self.hear)]
        for thread in self.threads:
            thread.start()

    def send(self, content, resource, operation, sync=False):
        self.number += 1
        body = json.dumps({
            "header": {
                "msg_id": f"{self.name[:8]}-{time.time_ns()}-{self.number}", "timestamp": int(time.time() * 1000),
                "sync": sync},
            "route": {"source": self.name, "group": "meta", "operation": operation, "resource": resource},
            "content": content}).encode()
        self.socket.sendall(b"beehv1rv" + struct.pack(">I", len(body)) + body)

    def talk(self):
        with contextlib.suppress(OSError):
            while not self.ends.wait(1 / self.rate):
                self.send(*self.message(self.number))

    def hear(self):
        with contextlib.suppress(OSError):
            while self.socket.recv(1 << 16):
                pass

    def end(self):
        self.ends.set()
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join(10)
        self.socket.close()


def event(number):
    """A fact for the cloud."""
    return ({
        "apiVersion": "v1", "kind": "Event", "metadata": {"name": f"door-{number}", "namespace": "site"},
        "reason": "Opened", "message": "the door of the cabinet was opened"}, f"site/event/door-{number}", "insert")


def question(_):
    """A question that the store answers."""
    return "", "site/configmap/gateway-config", "query", True


class Load:
    """Settings that change in the cloud once a second, and modules that ask and tell."""

    def __init__(self, site, objects=40):
        self.site, self.objects = site, objects
        self.ends = threading.Event()
        self.modules = [
            Module(site.socket_path, "edgemesh", 25, question), Module(site.socket_path, "twin", 2, event),
        ]
        self.thread = threading.Thread(target=self.change, daemon=True)
        self.thread.start()

    def change(self):
        turn = 0
        while True:
            turn += 1
            self.site.put("90-load", {"apiVersion": "v1", "kind": "List", "items": [
                item for number in range(self.objects) for item in self.camera(number, turn)]})
            if self.ends.wait(0.9):
                return

    @staticmethod
    def camera(number, turn):
        """A pod and its settings, which change each turn."""
        settings = HOSTILE if number == 0 else f"camera-{number}-settings"
        return [
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": settings, "namespace": "site"},
             "data": {"exposure": str(turn), "line": str(number)}},
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"camera-{number}", "namespace": "site"},
             "spec": {"nodeName": NODE, "containers": [{
                 "name": "camera", "image": "registry.example/site/camera:1.4", "envFrom": [
                     {"configMapRef": {"name": settings}}]}]}},
        ]

    def end(self):
        self.ends.set()
        self.thread.join(10)
        for module in self.modules:
            module.end()


def damage(database, word):
    """Turns a bit in each value that holds a text, as a failing disk does."""
    data = bytearray(database.read_bytes())
    hits, at = 0, data.find(word.encode())
    while at >= 0:
        data[at + 1] ^= 0x10
        hits, at = hits + 1, data.find(word.encode(), at + 1)
    database.write_bytes(data)
    return hits
