"""The `kubernetes` client of Python against the local API."""

import json
import logging
import random
import signal
import sys
import threading
import time

from kubernetes import client, config, dynamic, watch
from kubernetes.client.exceptions import ApiException
from kubernetes.informer import SharedInformer

from world import HERE, NODE, PATIENCE, Process, check, expect, until


# An informer that is stopped finds its connection closed, and says so.
logging.getLogger("kubernetes.informer").setLevel(logging.CRITICAL)


def configmap(name, labels=None, **data):
    return client.V1ConfigMap(metadata=client.V1ObjectMeta(name=name, labels=labels), data=data)


def code(call, *arguments, **options):
    """The HTTP code with which a call is refused; None when it is not."""
    try:
        call(*arguments, **options)
    except ApiException as error:
        return error.status
    return None


def reads(site, where):
    """Lists and single objects."""
    name = f"python, {where}"
    api = config.new_client_from_config(site.kubeconfig)
    core = client.CoreV1Api(api)
    with check(f"{name}: list"):
        pods = core.list_namespaced_pod("demo")
        expect([pod.metadata.name for pod in pods.items] == ["web-1", "web-2"], lambda: str(pods))
        expect(int(pods.metadata.resource_version) > 0, "the list has no resourceVersion")
        expect(pods.items[0].status.phase == "Running", lambda: str(pods.items[0].status))
    with check(f"{name}: list with selectors"):
        for selectors, wanted in [
            ({"label_selector": "tier in (back)"}, ["web-2"]), ({"label_selector": "tier,tier!=back"}, ["web-1"]),
            ({"field_selector": f"spec.nodeName={NODE},metadata.name=web-1"}, ["web-1"]),
            ({"field_selector": "status.phase!=Running"}, []),
        ]:
            found = [pod.metadata.name for pod in core.list_pod_for_all_namespaces(**selectors).items]
            expect(found == wanted, f"{selectors}: {found}")
    with check(f"{name}: list page by page"):
        first = core.list_namespaced_pod("demo", limit=1)
        rest = core.list_namespaced_pod("demo", limit=5, _continue=first.metadata._continue)
        expect([pod.metadata.name for pod in first.items + rest.items] == ["web-1", "web-2"], "not each pod once")
        expect(not rest.metadata._continue, "the last page has a continue token")
    with check(f"{name}: read, and 404"):
        expect(core.read_namespaced_config_map("settings", "demo").data == {"color": "blue"}, "other data")
        expect(core.read_namespaced_secret("login", "demo").data == {"user": "ZWRnZQ=="}, "other data")
        expect(code(core.read_namespaced_config_map, "ghost", "demo") == 404, "no 404")
    with check(f"{name}: dynamic client on a custom kind"):
        pumps = dynamic.DynamicClient(api).resources.get(api_version="site.example/v1", kind="Pump")
        found = {pump.metadata.name: pump.spec.speed for pump in pumps.get(namespace="demo").items}
        expect(found == {"north": 1200, "south": 900}, str(found))
        expect(pumps.get(name="north", namespace="demo").spec.speed == 1200, "another speed")
        events = pumps.watch(namespace="demo", timeout=1)
        expect(sorted(event["object"].metadata.name for event in events) == ["north", "south"], "other events")


def custom_status(site, where):
    """The status of a custom object is written always."""
    with check(f"python, {where}: status of a custom kind"):
        custom = client.CustomObjectsApi(config.new_client_from_config(site.kubeconfig))
        north = ("site.example", "v1", "demo", "pumps", "north")
        custom.patch_namespaced_custom_object_status(*north, {"status": {"state": where}})
        found = custom.get_namespaced_custom_object(*north)
        expect(found["status"] == {"state": where} and found["spec"] == {"speed": 1200}, str(found))


def informer(site, where):
    """The client's own informer holds what the API lists, however it changes."""
    with check(f"python, {where}: informer"):
        core = client.CoreV1Api(config.new_client_from_config(site.kubeconfig))
        informer = SharedInformer(core.list_namespaced_config_map, namespace="demo")
        informer.start()
        try:
            own = f"informed-{where}".replace(" ", "-")
            core.create_namespaced_config_map("demo", configmap(own, a="1"))
            core.patch_namespaced_config_map(own, "demo", {"data": {"a": "2"}})
            until("the change", lambda: any(
                each.metadata.name == own and each.data == {"a": "2"} for each in informer.cache.list()))
            core.delete_namespaced_config_map(own, "demo")

            def versions(objects):
                return sorted((each.metadata.name, each.metadata.resource_version) for each in objects)

            until("the same objects", lambda: versions(informer.cache.list()) == versions(
                core.list_namespaced_config_map("demo").items))
        finally:
            informer.stop()


def resumed(site, where, changes=150):
    """A watch that is cut again and again tells each state once, in order, and always the last one.

    A state that another one has followed before it was read may be left out, as the API tells what is stored.
    """
    with check(f"python, {where}: watch with resume: no event twice, none out of order, no last one missed"):
        seed = random.randrange(1 << 32)
        core = client.CoreV1Api(config.new_client_from_config(site.kubeconfig))
        writer = client.CoreV1Api(config.new_client_from_config(site.kubeconfig))
        names = [f"resumed-{where}-{number}".replace(" ", "-") for number in range(3)]
        written, faults = {name: [] for name in names}, []

        def write():
            dice = random.Random(seed)
            try:
                for count in range(changes):
                    name = names[count] if count < len(names) else dice.choice(names)
                    if not written[name] or written[name][-1] == "DELETED":
                        writer.create_namespaced_config_map("demo", configmap(name, {"run": "resumed"}, n=str(count)))
                    elif dice.random() < 0.1:
                        writer.delete_namespaced_config_map(name, "demo")
                        written[name].append("DELETED")
                        continue
                    else:
                        writer.patch_namespaced_config_map(name, "demo", {"data": {"n": str(count)}})
                    written[name].append(str(count))
                for name in names:
                    if written[name][-1] != "DELETED":
                        writer.delete_namespaced_config_map(name, "demo")
                        written[name].append("DELETED")
            except Exception as error:  # told by the check, in the other thread
                faults.append(error)

        listed = core.list_namespaced_config_map("demo", label_selector="run=resumed")
        expect(not listed.items, "something is left of an earlier run")
        version, seen, versions, connections = listed.metadata.resource_version, {name: [] for name in names}, [], 0
        thread = threading.Thread(target=write)
        thread.start()
        dice = random.Random(seed + 1)
        end = time.monotonic() + PATIENCE
        while thread.is_alive() or any(seen[name][-1:] != written[name][-1:] for name in names):
            expect(time.monotonic() < end and not faults, lambda: f"seed {seed}: {faults}\n{written}\n{seen}")
            connections += 1
            left = dice.randrange(1, 20)
            stream = watch.Watch().stream(
                core.list_namespaced_config_map, "demo", label_selector="run=resumed", resource_version=version,
                allow_watch_bookmarks=True, timeout_seconds=1)
            for event in stream:
                version = event["raw_object"]["metadata"]["resourceVersion"]
                if event["type"] != "BOOKMARK":
                    versions.append(int(version))
                    name = event["object"].metadata.name
                    seen[name].append("DELETED" if event["type"] == "DELETED" else event["object"].data["n"])
                left -= 1
                if left == 0:
                    break
            # An iterator that is let go ends its connection.
            stream.close()
        thread.join()
        for name in names:
            rest = iter(written[name])
            expect(
                all(each in rest for each in seen[name]),
                lambda: f"seed {seed}, {name}: written {written[name]}, seen {seen[name]}")
        told = sum(map(len, seen.values()))
        expect(told > changes / 2, f"seed {seed}: only {told} events")
        expect(versions == sorted(set(versions)), f"seed {seed}: versions twice or out of order: {versions}")
        expect(connections > 5, f"only {connections} connections")


def expired(site, where):
    """A version that is kept no more is 410; a list leads on."""
    with check(f"python, {where}: watch from an expired version is 410, and a list leads on"):
        core = client.CoreV1Api(config.new_client_from_config(site.kubeconfig))
        newest = core.list_namespaced_config_map("demo").metadata.resource_version

        def first(version):
            stream = watch.Watch().stream(
                core.list_namespaced_config_map, "demo", resource_version=version, timeout_seconds=1)
            return next(stream, None)

        expect(code(first, "1") == 410, "the first version is not 410")
        expect(code(first, str(int(newest) + 1000)) == 410, "a version that is not there yet is not 410")
        expect(code(first, newest) is None, "the list's own version is refused")


def elects(site, where):
    """Two candidates: one leads; it dies; the other one takes over."""
    with check(f"python, {where}: leader election on a Lease"):
        lease = f"leader-{where}".replace(" ", "-")
        leases = client.CoordinationV1Api(config.new_client_from_config(site.kubeconfig))
        candidates = {}

        def stand(name):
            candidates[name] = Process(
                [sys.executable, "-B", str(HERE / "candidate.py"), site.kubeconfig, lease, name],
                site.folder / f"{lease}-{name}.log")

        def leads(name):
            expect(candidates[name].runs, lambda: f"candidate {name} ended: {candidates[name].output}")
            return "leads" in candidates[name].output

        try:
            stand("one")
            until("the first leads", lambda: leads("one"))
            stand("two")
            until("the second stands", lambda: "stands" in candidates["two"].output)
            held = leases.read_namespaced_lease(lease, "demo")
            expect(held.spec.holder_identity == "one", str(held.spec))
            renewed = held.spec.renew_time
            until("the first renews", lambda: leases.read_namespaced_lease(lease, "demo").spec.renew_time > renewed)
            expect(not leads("two"), "both lead")
            candidates["one"].end(signal.SIGKILL)
            until("the second leads", lambda: leads("two"))
            expect(leases.read_namespaced_lease(lease, "demo").spec.holder_identity == "two", "another holder")
        finally:
            for candidate in candidates.values():
                candidate.end(signal.SIGKILL)


def watched(site, where):
    """What the cloud adds, changes and takes away is told as that."""
    with check(f"python, {where}: watch of what the cloud changes"):
        core = client.CoreV1Api(config.new_client_from_config(site.kubeconfig))
        version = core.list_namespaced_config_map("demo").metadata.resource_version
        manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "python", "namespace": "demo"}}
        acts = [
            ("ADDED", lambda: site.put("python", {**manifest, "data": {"a": "1"}})),
            ("MODIFIED", lambda: site.put("python", {**manifest, "data": {"a": "2"}})),
            ("DELETED", lambda: site.remove("python")),
        ]
        acts[0][1]()
        for event in watch.Watch().stream(
                core.list_namespaced_config_map, "demo", resource_version=version, timeout_seconds=20,
                field_selector="metadata.name=python"):
            expect(event["type"] == acts[0][0], f"{event['type']} in the place of {acts[0][0]}: {json.dumps(event['raw_object'])}")
            acts.pop(0)
            if not acts:
                return
            acts[0][1]()
        expect(False, f"not told: {acts[0][0]}")


def all_checks(site, where):
    reads(site, where)
    custom_status(site, where)
    informer(site, where)
    resumed(site, where)
    expired(site, where)
    elects(site, where)
