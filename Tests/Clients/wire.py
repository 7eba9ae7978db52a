"""A client of our own, of the standard library alone: what newer clients than the stock ones here ask for."""

import contextlib
import http.client
import json
import ssl
import time

from world import check, expect, until

DEMO = "/api/v1/namespaces/demo"
AGGREGATED = ",".join(
    f"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList" for version in ["v2", "v2beta1"]
) + ",application/json"
PROTOBUF = "application/vnd.kubernetes.protobuf"


def field(number, content):
    """A field of text or of a message, in protobuf's form; short ones alone."""
    return bytes([number << 3 | 2, len(content)]) + content


def protobuf(version, kind, content):
    """An object in Kubernetes' protobuf form."""
    return b"k8s\0" + field(1, field(1, version.encode()) + field(2, kind.encode())) + field(2, content)


class Answer:
    def __init__(self, response):
        self.code = response.status
        self.type = response.getheader("Content-Type", "")
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)


class Wire:
    """Asks the local API of a site, as its admin."""

    def __init__(self, site):
        self.site = site

    def connect(self):
        if self.site.authority:
            context = ssl.create_default_context(cafile=self.site.authority)
            return http.client.HTTPSConnection("127.0.0.1", self.site.port, timeout=30, context=context)
        return http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=30)

    def request(self, connection, path, method="GET", body=None, token=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        token = self.site.token if token is None else token
        if token:
            headers["Authorization"] = f"Bearer {token}"
        connection.request(method, path, body=body, headers=headers)
        return connection.getresponse()

    def ask(self, path, **options):
        with contextlib.closing(self.connect()) as connection:
            return Answer(self.request(connection, path, **options))

    @contextlib.contextmanager
    def watch(self, path, **options):
        """The events of a watch, as they come."""
        with contextlib.closing(self.connect()) as connection:
            response = self.request(connection, path, **options)
            expect(response.status == 200, lambda: f"{path}: {response.status}: {response.read(2000)}")
            yield (json.loads(line) for line in response)

    def configmap(self, name, method="PUT", **data):
        body = json.dumps({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": {"run": "wire"}},
            "data": data})
        path = f"{DEMO}/configmaps" + ("" if method == "POST" else f"/{name}")
        answer = self.ask(path, method=method, body=None if method == "DELETE" else body)
        expect(answer.code in (200, 201), f"{method} {path}: {answer.code} {answer.body[:500]}")
        return answer.json


def refused(answer, code, reason):
    """A refusal is a Status."""
    expect(answer.code == code, f"{answer.code}, not {code}: {answer.body[:300]}")
    status = answer.json
    expect(
        (status["kind"], status["status"], status["code"], status["reason"]) == ("Status", "Failure", code, reason),
        f"no Status {reason}: {status}")
    expect(status["message"], "no message")


def discovery(wire, name):
    for path in ["/api", "/apis"]:
        for version in ["v2", "v2beta1"]:
            with check(f"{name}: aggregated discovery of {path}, {version}"):
                accept = f"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList"
                answer = wire.ask(path, Accept=accept)
                expect(answer.code == 200 and answer.type == accept, f"{answer.code} {answer.type}")
                groups = answer.json
                expect(groups["apiVersion"] == f"apidiscovery.k8s.io/{version}", groups["apiVersion"])
                kinds = {
                    (group["metadata"].get("name", ""), part["version"], kind["resource"]): kind
                    for group in groups["items"] for part in group["versions"] for kind in part["resources"]}
                if path == "/api":
                    found = kinds["", "v1", "configmaps"]
                    expect(found["scope"] == "Namespaced" and found["shortNames"] == ["cm"], str(found))
                else:
                    expect(kinds["apps", "v1", "deployments"]["responseKind"]["kind"] == "Deployment", "no Deployment")
                    found = kinds["site.example", "v1", "pumps"]
                    expect(found["shortNames"] == ["pu"] and "watch" in found["verbs"], str(found))
    with check(f"{name}: a client of both kinds of discovery gets the newest"):
        answer = wire.ask("/apis", Accept=AGGREGATED)
        expect(";v=v2;" in answer.type, answer.type)
    with check(f"{name}: discovery as ever"):
        expect(wire.ask("/apis", Accept="application/json").json["kind"] == "APIGroupList", "no APIGroupList")
        expect(wire.ask("/apis/site.example/v1").json["kind"] == "APIResourceList", "no APIResourceList")
        expect("gitVersion" in wire.ask("/version").json, "no version")
        refused(wire.ask("/apis/ghost.example/v1"), 404, "NotFound")


def streaming(wire, name):
    with check(f"{name}: streaming list, with its closing bookmark, and what follows"):
        own = "streamed"
        listed = wire.ask(f"{DEMO}/configmaps").json
        wanted = {item["metadata"]["name"]: item["metadata"]["resourceVersion"] for item in listed["items"]}
        path = f"{DEMO}/configmaps?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan" \
            "&allowWatchBookmarks=true&timeoutSeconds=20"
        with wire.watch(path) as events:
            found = {}
            for event in events:
                metadata = event["object"]["metadata"]
                if event["type"] == "BOOKMARK":
                    break
                expect(event["type"] == "ADDED", event["type"])
                found[metadata["name"]] = metadata["resourceVersion"]
            expect(found == wanted, f"{found}, listed {wanted}")
            expect(metadata.get("annotations") == {"k8s.io/initial-events-end": "true"}, str(metadata))
            expect(int(metadata["resourceVersion"]) >= int(listed["metadata"]["resourceVersion"]), "an older version")
            wire.configmap(own, "POST", a="1")
            wire.configmap(own, a="2")
            wire.configmap(own, "DELETE")
            told = [next(events) for _ in range(3)]
            expect(
                [(event["type"], event["object"]["metadata"]["name"]) for event in told]
                == [("ADDED", own), ("MODIFIED", own), ("DELETED", own)], str(told))
            versions = [int(event["object"]["metadata"]["resourceVersion"]) for event in told]
            expect(int(metadata["resourceVersion"]) < versions[0] < versions[1] < versions[2], str(versions))
    with check(f"{name}: streaming list of nothing is its bookmark"):
        path = f"{DEMO}/configmaps?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan" \
            "&allowWatchBookmarks=true&timeoutSeconds=20&labelSelector=run=ghost"
        with wire.watch(path) as events:
            expect(next(events)["type"] == "BOOKMARK", "no bookmark")
    with check(f"{name}: options that do not fit each other are 422"):
        refused(wire.ask(f"{DEMO}/configmaps?watch=1&sendInitialEvents=true"), 422, "Invalid")
        refused(wire.ask(f"{DEMO}/configmaps?resourceVersionMatch=Exact"), 422, "Invalid")


def watches(wire, name):
    with check(f"{name}: a watch ends in time, with a bookmark"):
        version = wire.ask(f"{DEMO}/pods").json["metadata"]["resourceVersion"]
        begun = time.monotonic()
        path = f"{DEMO}/configmaps?watch=1&allowWatchBookmarks=true&timeoutSeconds=1&resourceVersion={version}" \
            "&fieldSelector=metadata.name=ghost"
        with wire.watch(path) as events:
            told = list(events)
        expect(time.monotonic() - begun >= 1, "too early")
        expect([event["type"] for event in told] == ["BOOKMARK"], str(told))
        expect(int(told[0]["object"]["metadata"]["resourceVersion"]) >= int(version), str(told))
        expect(told[0]["object"]["kind"] == "ConfigMap", str(told))
    with check(f"{name}: versions outside of the window are 410"):
        newest = int(wire.ask(f"{DEMO}/pods").json["metadata"]["resourceVersion"])
        for version in [1, newest + 100000]:
            refused(wire.ask(f"{DEMO}/pods?watch=1&resourceVersion={version}"), 410, "Expired")
        refused(wire.ask(f"{DEMO}/pods?resourceVersion=1&resourceVersionMatch=Exact"), 410, "Expired")
        refused(wire.ask(f"{DEMO}/pods?watch=1&resourceVersion=soon"), 400, "BadRequest")


def aged(site, where):
    """A version that was kept once; the window of this node is small from now on."""
    wire = Wire(site)
    with check(f"our client, {where}: a version that has left the window is 410"):
        version = wire.ask(f"{DEMO}/configmaps").json["metadata"]["resourceVersion"]
        site.configure("metaserver:\n  feed:\n    window: 1s or 1 changes\n")
        path = f"{DEMO}/configmaps?watch=1&timeoutSeconds=1&resourceVersion={version}"

        def has_left():
            wire.configmap("aging", "POST", a="1")
            wire.configmap("aging", "DELETE")
            time.sleep(0.5)
            answer = wire.ask(path)
            return answer if answer.code != 200 else None

        refused(until("the version is kept no more", has_left), 410, "Expired")
        listed = wire.ask(f"{DEMO}/configmaps").json["metadata"]["resourceVersion"]
        expect(wire.ask(path.replace(version, listed)).code == 200, "the new list's version is refused")


def forms(wire, name):
    with check(f"{name}: protobuf alone is 406, in a body 415"):
        refused(wire.ask(f"{DEMO}/pods", Accept=PROTOBUF), 406, "NotAcceptable")
        answer = wire.ask(f"{DEMO}/pods", method="POST", body=protobuf("v1", "Pod", b""), Content_Type=PROTOBUF)
        refused(answer, 415, "UnsupportedMediaType")
        refused(wire.ask(f"{DEMO}/pods", method="POST", body=b"k8s", Content_Type=PROTOBUF), 400, "BadRequest")
        expect(wire.ask(f"{DEMO}/pods", Accept=f"{PROTOBUF},application/json").type == "application/json", "no JSON")
    with check(f"{name}: protobuf of a Lease is taken, and answered in JSON"):
        spec = field(1, b"me") + b"\x10\x0f" + field(4, b"\x08\x80\xb2\x85\xc8\x06")
        body = protobuf("coordination.k8s.io/v1", "Lease", field(1, field(1, b"binary")) + field(2, spec))
        leases = "/apis/coordination.k8s.io/v1/namespaces/demo/leases"
        wire.ask(f"{leases}/binary", method="DELETE")
        answer = wire.ask(leases, method="POST", body=body, Content_Type=PROTOBUF, Accept=f"{PROTOBUF}, */*")
        expect(answer.code == 201, f"{answer.code} {answer.body[:300]}")
        wanted = {"holderIdentity": "me", "leaseDurationSeconds": 15, "renewTime": "2025-10-29T00:00:00.000000Z"}
        expect(answer.json["spec"] == wanted, str(answer.json))
    with check(f"{name}: who takes protobuf alone gets leases and config maps in it, and updates what was read"):
        answer = wire.ask(f"{leases}/binary", Accept=PROTOBUF)
        expect((answer.code, answer.type, answer.body[:4]) == (200, PROTOBUF, b"k8s\0"), f"{answer.code} {answer.type}")
        written = wire.ask(f"{leases}/binary", method="PUT", body=answer.body, Content_Type=PROTOBUF, Accept=PROTOBUF)
        expect((written.code, written.type) == (200, PROTOBUF), f"{written.code} {written.body[:300]}")
        expect(wire.ask(f"{leases}/binary").json["spec"] == wanted, "the lease is another one now")
        listed = wire.ask(f"{DEMO}/configmaps", Accept=PROTOBUF)
        expect((listed.code, listed.type) == (200, PROTOBUF) and b"ConfigMapList" in listed.body[:60], str(listed.code))
        refused(wire.ask(f"{leases}/nobody", Accept=PROTOBUF), 404, "NotFound")
    with check(f"{name}: metadata alone"):
        one = wire.ask(f"{DEMO}/pods/web-1", Accept="application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1").json
        expect((one["kind"], one["apiVersion"]) == ("PartialObjectMetadata", "meta.k8s.io/v1"), str(one))
        expect("spec" not in one and one["metadata"]["labels"]["app"] == "web", str(one))
        accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
        answer = wire.ask(f"{DEMO}/pods", Accept=accept).json
        expect(answer["kind"] == "PartialObjectMetadataList" and len(answer["items"]) == 2, str(answer))
        accept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
        with wire.watch(f"{DEMO}/pods?watch=1&timeoutSeconds=5", Accept=accept) as events:
            event = next(events)
            expect(event["object"]["kind"] == "PartialObjectMetadata" and "spec" not in event["object"], str(event))
    with check(f"{name}: YAML"):
        answer = wire.ask(f"{DEMO}/configmaps/settings", Accept="application/yaml")
        expect(answer.type == "application/yaml" and b"\n  color: blue\n" in answer.body, f"{answer.type} {answer.body}")
    with check(f"{name}: limit and continue"):
        names, token, versions = [], "", set()
        while True:
            page = wire.ask(f"{DEMO}/pods?limit=1&continue={token}").json
            names += [item["metadata"]["name"] for item in page["items"]]
            versions.add(page["metadata"]["resourceVersion"])
            token = page["metadata"].get("continue", "")
            if not token or len(names) > 9:
                break
        expect(names == ["web-1", "web-2"] and len(versions) == 1, f"{names} {versions}")
        refused(wire.ask(f"{DEMO}/pods?limit=1&continue=nonsense"), 400, "BadRequest")


def origins(wire, name, has_link):
    """Where an answer is from, and how old it is."""
    with check(f"{name}: answers tell their origin and their age"):
        for path in [f"{DEMO}/configmaps/settings", f"{DEMO}/configmaps"]:
            answer = wire.ask(path)
            expect(answer.headers["Metamanager-Origin"] == "store", str(answer.headers))
            expect(int(answer.headers["Metamanager-Age"]) >= 0, str(answer.headers))
    if has_link:
        with check(f"{name}: a fresh answer is the cloud's"):
            for path in [f"{DEMO}/configmaps/settings", f"{DEMO}/configmaps", f"{DEMO}/pods/web-1"]:
                answer = wire.ask(path, Cache_Control="no-cache")
                expect(answer.code == 200, f"{answer.code} {answer.body[:300]}")
                expect(answer.headers["Metamanager-Origin"] == "cloud", str(answer.headers))
        with check(f"{name}: what was never delivered is asked for"):
            answer = wire.ask("/apis/apps/v1/namespaces/demo/deployments")
            expect(answer.code == 200 and answer.json["items"] == [], f"{answer.code} {answer.body[:300]}")
            refused(wire.ask("/apis/apps/v1/namespaces/demo/deployments/ghost"), 404, "NotFound")
    else:
        with check(f"{name}: without a link nothing is fresh: 504"):
            answer = wire.ask(f"{DEMO}/configmaps/settings", Cache_Control="no-cache")
            refused(answer, 504, "Timeout")
            expect(answer.headers["Retry-After"] is None, str(answer.headers))
        with check(f"{name}: what is refused for now tells when to try again, as a date"):
            answer = wire.ask(f"{DEMO}/services", method="POST", body='{"metadata": {"name": "refused"}}')
            refused(answer, 503, "ServiceUnavailable")
            expect(answer.headers["Retry-After"].endswith(" GMT"), str(answer.headers))
            expect(answer.json["details"]["retryAfterSeconds"] > 0, answer.body[:300])


def doors(wire, name):
    """Closed to whoever brings no token, but for health and discovery."""
    with check(f"{name}: without a token there is health and discovery alone"):
        for path in ["/healthz", "/livez", "/readyz", "/version", "/api", "/apis"]:
            expect(wire.ask(path, token="").code == 200, f"{path} is not open")
        for path in [f"{DEMO}/pods", f"{DEMO}/secrets/login", "/metrics"]:
            expect(wire.ask(path, token="").code == 401, f"{path} is open")
            expect(wire.ask(path, token="wrong").code == 401, f"{path} is open to a wrong token")


def all_checks(site, where, has_link):
    wire, name = Wire(site), f"our client, {where}"
    discovery(wire, name)
    streaming(wire, name)
    watches(wire, name)
    forms(wire, name)
    origins(wire, name, has_link)
    if site.token:
        doors(wire, name)
