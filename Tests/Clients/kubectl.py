"""Stock kubectl against the local API."""

import json
import re
import shutil
import subprocess

from world import NODE, PATIENCE, Process, check, expect, until


class Kubectl:
    """One kubectl, with a home of its own for its caches."""

    def __init__(self, path, site, home):
        self.path = path
        self.home = home
        home.mkdir(parents=True, exist_ok=True)
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "KUBECONFIG": site.kubeconfig}
        client = subprocess.run(
            [path, "version", "--client", "-o", "json"], env=self.environment, capture_output=True, text=True,
            timeout=PATIENCE)
        version = json.loads(client.stdout)["clientVersion"]
        self.version = version["major"] + "." + re.match(r"\d+", version["minor"])[0]
        self.tag = "k" + self.version.replace(".", "-")

    def forget(self):
        """Drops what it has cached of discovery, as a new user of the node knows nothing."""
        shutil.rmtree(self.home / ".kube", ignore_errors=True)

    def wait_for_pods(self):
        """Waits until the pods of the fixtures run."""
        until("the pods run", lambda: re.search(
            r"(?s)^web-1 +1/1 +Running.*^web-2 +1/1 +Running", self.run("get", "pods", *DEMO), re.M))

    def run(self, *arguments, code=0, stdin=None):
        """What it prints, results and diagnostics together; fails when its exit code is another one."""
        done = subprocess.run(
            [self.path, *arguments], env=self.environment, input=stdin, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=PATIENCE)
        # None: any failure.
        fits = done.returncode != 0 if code is None else done.returncode == code
        expect(fits, lambda: f"kubectl {' '.join(arguments)} ended with {done.returncode}: {done.stdout}")
        return done.stdout

    def see(self, arguments, *patterns, code=0, stdin=None):
        """Runs it and looks for patterns in what it prints."""
        out = self.run(*arguments, code=code, stdin=stdin)
        for pattern in patterns:
            expect(
                re.search(pattern, out, re.M), lambda: f"kubectl {' '.join(arguments)}: no /{pattern}/ in:\n{out}")
        return out

    def background(self, *arguments):
        log = self.home / f"{abs(hash(arguments))}.log"
        log.unlink(missing_ok=True)
        return Process([self.path, *arguments], log, env=self.environment)


DEMO = ["-n", "demo"]

# What is run, and patterns of what it prints.
READS = {
    "get, a table": (["get", "pods", *DEMO], r"^NAME +READY +STATUS +RESTARTS +AGE", r"^web-1 +1/1 +Running +0 "),
    "get -o wide": (["get", "pods", *DEMO, "-o", "wide"], r"AGE +IP +NODE", rf"^web-2 .* {NODE} "),
    "get -A": (["get", "pods", "-A"], r"^NAMESPACE +NAME ", r"^demo +web-1 "),
    "get -o yaml": (["get", "configmap", "settings", *DEMO, "-o", "yaml"], r"^kind: ConfigMap", r"^  color: blue"),
    "get -o name": (["get", "pods", *DEMO, "-o", "name"], r"^pod/web-1$", r"^pod/web-2$"),
    "get -o jsonpath": (
        ["get", "pods", *DEMO, "-o", "jsonpath={range .items[*]}{.metadata.name}={.spec.nodeName};{end}"],
        rf"^web-1={NODE};web-2={NODE};$"),
    "get -o go-template": (
        ["get", "configmap", "settings", *DEMO, "-o", "go-template={{.data.color}}/{{.metadata.name}}"],
        r"^blue/settings$"),
    "get -o custom-columns": (
        ["get", "pods", *DEMO, "-o", "custom-columns=NAME:.metadata.name,IMAGE:.spec.containers[*].image"],
        r"^NAME +IMAGE", r"^web-1 +web:1"),
    "get --show-labels": (["get", "pods", *DEMO, "--show-labels"], r"LABELS$", r"^web-1 .*app=web,tier=front"),
    "get -L": (["get", "pods", *DEMO, "-L", "tier"], r"TIER$", r"^web-1 .* front$"),
    "get --no-headers": (["get", "configmap", "settings", *DEMO, "--no-headers"], r"\Asettings +1 "),
    "get --sort-by": (
        ["get", "pods", *DEMO, "--sort-by={.metadata.labels.tier}"], r"(?s)^web-2 .*^web-1 "),
    "get, label selectors": (
        ["get", "pods", *DEMO, "-o", "name", "-l", "app in (web,db),tier!=back,!ghost"], r"\Apod/web-1\n\Z"),
    "get, field selectors": (
        ["get", "pods", "-A", "-o", "name", "--field-selector", f"spec.nodeName={NODE},metadata.name!=web-1"],
        r"\Apod/web-2\n\Z"),
    "get, more kinds at once": (["get", "cm,secret,po", *DEMO], r"^configmap/settings ", r"^secret/login +Opaque +1 "),
    "get all": (["get", "all", *DEMO], r"^pod/web-1 "),
    "get, page by page": (["get", "pods", *DEMO, "--chunk-size=1", "-o", "name"], r"\Apod/web-1\npod/web-2\n\Z"),
    "get of a node": (["get", "nodes", "-o", "wide"], rf"^{NODE} "),
    "get of a custom kind": (["get", "pumps", *DEMO], r"^NAME +SPEED", r"^north +1200", r"^south +900"),
    "get by short names": (["get", "pu,cm", *DEMO, "-o", "name"], r"^pump.site.example/north$", r"^configmap"),
    "describe of a pod": (
        ["describe", "pod", "web-1", *DEMO], r"^Name: +web-1", r"^Node: +" + NODE, r"Image: +web:1"),
    "describe of a configmap": (["describe", "configmap", "settings", *DEMO], r"^color:", r"^blue"),
    "describe of a custom kind": (["describe", "pump", "north", *DEMO], r"^Kind: +Pump", r"Speed: +1200"),
    "explain": (["explain", "pod.spec.containers"], r"^KIND: +Pod", r"image\s"),
    "explain --recursive": (["explain", "configmap", "--recursive"], r"data\s+<map\[string\]string>"),
    "explain of a custom kind": (["explain", "pumps.spec"], r"What the pump is to do", r"Turns a minute"),
    "api-resources": (
        ["api-resources"], r"^configmaps +cm .* ConfigMap$", r"^deployments +deploy .* Deployment$",
        r"^pumps +pu .* Pump$"),
    "api-resources -o wide": (["api-resources", "-o", "wide", "--api-group=site.example"], r"^pumps .*watch"),
    "api-versions": (["api-versions"], r"^v1$", r"^apps/v1$", r"^coordination.k8s.io/v1$", r"^site.example/v1$"),
    "version": (["version"], r"Server Version"),
    "get --raw": (["get", "--raw", "/api/v1/namespaces/demo/configmaps/settings"], r'"color":"blue"'),
    "wait --for=condition": (
        ["wait", "--for=condition=Ready", "pod/web-1", *DEMO, "--timeout=30s"], r"^pod/web-1 condition met"),
    "auth can-i, yes": (["auth", "can-i", "get", "pods", *DEMO], r"^yes$"),
}


def deployment(name):
    return json.dumps({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": "demo"},
        "spec": {
            "replicas": 2, "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": "c", "image": "web:1"}]}}}})


def reads(kubectl, where):
    """Everything that only reads."""
    name = f"kubectl {kubectl.version}, {where}"
    for what, (arguments, *patterns) in READS.items():
        with check(f"{name}: {what}"):
            kubectl.see(arguments, *patterns)
    with check(f"{name}: get -o json"):
        pod = json.loads(kubectl.run("get", "pod", "web-1", *DEMO, "-o", "json"))
        expect(pod["kind"] == "Pod" and pod["apiVersion"] == "v1", f"{pod['apiVersion']} {pod['kind']}")
        expect(int(pod["metadata"]["resourceVersion"]) > 0, "no resourceVersion")
    with check(f"{name}: get of what is not there"):
        kubectl.see(["get", "configmap", "ghost", *DEMO], r'\(NotFound\): configmaps "ghost" not found', code=1)
    with check(f"{name}: a kind that there is not"):
        kubectl.see(["get", "unicorns", *DEMO], r"doesn't have a resource type", code=1)
    with check(f"{name}: a mistyped field selects nothing in words"):
        kubectl.see(["get", "pods", *DEMO, "--field-selector=spec.foo=1"], r"field label not supported: spec.foo", code=1)
    with check(f"{name}: nobody is taken for somebody else"):
        kubectl.see(["get", "pods", *DEMO, "--as=jane"], r"Impersonate-User: .*service accounts", code=1)
    for what, arguments in {"logs": ["logs", "web-1", *DEMO], "exec": ["exec", "web-1", *DEMO, "--", "true"]}.items():
        with check(f"{name}: {what} is refused in plain words"):
            kubectl.see(arguments, r"(?i)error.* is not served here", code=1)


def configmap(name, **data):
    return json.dumps({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "demo"}, "data": data})


def service(name):
    return json.dumps({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "demo"},
        "spec": {"ports": [{"port": 80}]}})


def writes(kubectl, where):
    """Writes of a kind that is allowed always."""
    name, own = f"kubectl {kubectl.version}, {where}", f"written-{kubectl.tag}-{where}".replace(" ", "-")
    made = f"made-{own}"

    def color():
        return kubectl.run("get", "configmap", own, *DEMO, "-o", "jsonpath={.data.color}")

    with check(f"{name}: apply makes a configmap"):
        kubectl.see(["apply", "-f", "-"], rf"^configmap/{own} created", stdin=configmap(own, color="red"))
        expect(color() == "red", color())
    with check(f"{name}: apply of the same changes nothing"):
        kubectl.see(["apply", "-f", "-"], rf"^configmap/{own} unchanged", stdin=configmap(own, color="red"))
    with check(f"{name}: apply changes it"):
        kubectl.see(["apply", "-f", "-"], rf"^configmap/{own} configured", stdin=configmap(own, color="green"))
        expect(color() == "green", color())
    with check(f"{name}: diff shows what apply would do"):
        kubectl.see(["diff", "-f", "-"], r"^\+.*violet", code=1, stdin=configmap(own, color="violet"))
        expect(color() == "green", color())
    with check(f"{name}: patch, in three forms"):
        for kind, patch, wanted in [
            ("merge", {"data": {"color": "pink"}}, "pink"), ("strategic", {"data": {"color": "grey"}}, "grey"),
            ("json", [{"op": "replace", "path": "/data/color", "value": "gold"}], "gold"),
        ]:
            kubectl.see(["patch", "configmap", own, *DEMO, "--type", kind, "-p", json.dumps(patch)], r"patched")
            expect(color() == wanted, f"{kind}: {color()}, not {wanted}")
    with check(f"{name}: label and annotate"):
        kubectl.see(["label", "configmap", own, *DEMO, f"by={own}"], r"labeled")
        kubectl.see(["annotate", "configmap", own, *DEMO, "note=seen"], r"annotate")
        kubectl.see(["get", "configmap", *DEMO, "-l", f"by={own}", "-o", "name"], rf"\Aconfigmap/{own}\n\Z")
    with check(f"{name}: create, and not twice"):
        create = ["create", "configmap", made, *DEMO, "--from-literal=a=1"]
        kubectl.see(create, rf"^configmap/{made} created")
        kubectl.see(create, r"\(AlreadyExists\)|already exists", code=1)
    with check(f"{name}: create --dry-run=server leaves nothing"):
        kubectl.see(["create", "configmap", "dry", *DEMO, "--dry-run=server"], r"created \(server dry run\)")
        kubectl.see(["get", "configmap", "dry", *DEMO], r"NotFound", code=1)
    with check(f"{name}: replace of an older version is refused"):
        old = json.loads(kubectl.run("get", "configmap", made, *DEMO, "-o", "json"))
        kubectl.run("patch", "configmap", made, *DEMO, "-p", '{"data": {"a": "2"}}')
        kubectl.see(["replace", "-f", "-"], r"Conflict|has been modified", code=1, stdin=json.dumps(old))
    with check(f"{name}: delete, and wait --for=delete sees it"):
        wait = ["wait", "--for=delete", f"configmap/{made}", *DEMO, "--timeout=50s", "-v=6"]
        with kubectl.background(*wait) as waiting:
            until("its watch", lambda: "watch=true" in waiting.output)
            kubectl.see(["delete", "configmap", made, *DEMO], rf'configmap "{made}" deleted')
            expect(waiting.process.wait(PATIENCE) == 0, lambda: waiting.output)
        kubectl.see(["get", "configmap", made, *DEMO], r"NotFound", code=1)
    with check(f"{name}: auth can-i --list"):
        kubectl.see(["auth", "can-i", "--list", *DEMO], r"^Resources +Non-Resource URLs", r"\[\*\]")


def refusals(kubectl, where):
    """Writes of other kinds, while nobody decides."""
    name = f"kubectl {kubectl.version}, {where}"
    why = r"(?i)services.* can be written only while the cloud decides.*configmaps, leases, events"
    with check(f"{name}: apply of a service is refused, with the cause"):
        kubectl.see(["apply", "-f", "-"], why, code=1, stdin=service("offline"))
    with check(f"{name}: create, label and delete of a service are refused"):
        kubectl.see(["create", "service", "clusterip", "offline", *DEMO, "--tcp=80"], why, code=1)
        kubectl.see(["label", "service", "web", *DEMO, "a=b"], why, code=1)
        kubectl.see(["delete", "service", "web", *DEMO], why, code=1)
    with check(f"{name}: under another name it shows the cause at once too"):
        # By its file's name it names itself; it would wait for a `Retry-After` in seconds ten times.
        other = kubectl.home / "k"
        if not other.exists():
            other.symlink_to(shutil.which(kubectl.path))
        done = subprocess.run(
            [other, "delete", "service", "web", *DEMO], env=kubectl.environment, capture_output=True, text=True,
            timeout=PATIENCE)
        expect(done.returncode == 1 and re.search(why, done.stderr), done.stderr)
    with check(f"{name}: what nobody has asked for is unknown, not absent"):
        kubectl.see(["get", "limitrange", "ghost", *DEMO], r"not known on this node.*could not be asked", code=1)
        kubectl.see(["get", "limitranges", *DEMO], r"not known on this node.*could not be asked", code=1)
    with check(f"{name}: apply --server-side is refused, with the cause"):
        kubectl.see(
            ["apply", "--server-side", "-f", "-"], r"server-side apply is the API server's own work", code=1,
            stdin=configmap("offline", a="1"))


def decided(kubectl, where):
    """Writes that only the cloud decides."""
    name, own = f"kubectl {kubectl.version}, {where}", f"decided-{kubectl.tag}"
    with check(f"{name}: apply of a service, which the cloud decides"):
        kubectl.see(["apply", "-f", "-"], rf"^service/{own} created", stdin=service(own))
        kubectl.see(["get", "service", own, *DEMO], rf"^{own} ")
        kubectl.see(["delete", "service", own, *DEMO], r"deleted")
    with check(f"{name}: a scale is one, and the object has it"):
        kubectl.see(["apply", "-f", "-"], rf"^deployment.apps/{own} created", stdin=deployment(own))
        kubectl.see(["scale", "deployment", own, *DEMO, "--replicas=5"], rf"^deployment.apps/{own} scaled")
        kubectl.see(["get", "deployment", own, *DEMO, "-o", "jsonpath={.spec.replicas}"], r"^5$")
        kubectl.see(["delete", "deployment", own, *DEMO], r"deleted")
    with check(f"{name}: apply --server-side is passed on"):
        kubectl.see(
            ["apply", "--server-side", "-f", "-"], rf"configmap/side-{own} serverside-applied",
            stdin=configmap(f"side-{own}", a="1"))


def settled(kubectl, where):
    """What was written without the cloud has reached it."""
    with check(f"kubectl {kubectl.version}, {where}: what was written offline is the cloud's"):
        pending = ["get", "configmaps", "-A", "-o", "jsonpath={.items[*].metadata.annotations.metamanager/pending}"]
        until("nothing waits", lambda: kubectl.run(*pending).strip() == "")
        kubectl.see(["get", "configmap", *DEMO, "-o", "name"], rf"^configmap/written-{kubectl.tag}-link-cut$")


def watching(kubectl, where, put, change, remove, name):
    """`get -w` sees an object come, change and go."""
    with check(f"kubectl {kubectl.version}, {where}: get -w"):
        with kubectl.background("get", "configmaps", *DEMO, "-w", "--output-watch-events") as watch:
            until("the list", lambda: re.search(r"^ADDED +settings ", watch.output, re.M))
            for event, act in [("ADDED", put), ("MODIFIED", change), ("DELETED", remove)]:
                act()
                until(
                    f"{event} of {name}", lambda: re.search(rf"^{event} +{name} ", watch.output, re.M), 20)
            expect(watch.runs, lambda: f"it has ended: {watch.output}")
            lines = [line.split()[0] for line in watch.output.splitlines() if f" {name} " in line]
            expect(
                lines[0] == "ADDED" and lines[-1] == "DELETED" and set(lines[1:-1]) == {"MODIFIED"},
                f"in another order: {lines}")


def watching_files(kubectl, where, site):
    """The same, with objects of the cloud."""
    name = f"watched-{kubectl.tag}"
    watching(
        kubectl, where, lambda: site.put(name, json.loads(configmap(name, a="1"))),
        lambda: site.put(name, json.loads(configmap(name, a="1", b="2"))), lambda: site.remove(name), name)


def watching_writes(kubectl, where):
    """The same, with objects that are written on the node."""
    name = f"watched-{kubectl.tag}-{where}".replace(" ", "-")
    watching(
        kubectl, where, lambda: kubectl.run("apply", "-f", "-", stdin=configmap(name, a="1")),
        lambda: kubectl.run("apply", "-f", "-", stdin=configmap(name, a="1", b="2")),
        lambda: kubectl.run("delete", "configmap", name, *DEMO), name)
