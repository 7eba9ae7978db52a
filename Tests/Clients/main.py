"""Tries the local API with stock clients, online, offline and after a cold start.

usage: main.py BINARY KUBECTL...
"""

import pathlib
import signal
import sys
import tempfile
import time

import kubectl
import python_client
import wire
from world import CloudSite, Site, check, expect, failed, passed, until


def without_cloud(binary, kubectls, folder):
    """A folder of manifests is the cloud; whoever may use the API is not asked."""
    where = "folder"
    site = Site(binary, folder / "folder")
    try:
        site.start()
        for client in [kubectl.Kubectl(path, site, folder / f"home-{where}-{number}") for number, path in kubectls]:
            kubectl.reads(client, where)
            kubectl.watching_files(client, where, site)
            kubectl.writes(client, where)
        python_client.watched(site, where)
        python_client.all_checks(site, where)
        wire.all_checks(site, where, has_link=False)
        wire.aged(site, where)
        with check("the daemon ends in order"):
            expect(site.stop(), lambda: site.daemon.output[-2000:])
    finally:
        site.stop()


def with_cloud(binary, kubectls, folder):
    """A simulated CloudCore that comes and goes; the API wants a token, over TLS."""
    site = CloudSite(binary, folder / "cloud")
    try:
        site.connect()
        site.start()
        until("the link", site.has_link)
        clients = [kubectl.Kubectl(path, site, folder / f"home-cloud-{number}") for number, path in kubectls]

        where = "link up"
        clients[0].wait_for_pods()
        for client in clients:
            kubectl.reads(client, where)
            kubectl.watching_files(client, where, site)
            kubectl.writes(client, where)
            kubectl.decided(client, where)
        python_client.watched(site, where)
        python_client.all_checks(site, where)
        wire.all_checks(site, where, has_link=True)

        where = "link cut"
        site.cut()
        for client in clients:
            kubectl.reads(client, where)
            kubectl.writes(client, where)
            kubectl.watching_writes(client, where)
            kubectl.refusals(client, where)
        python_client.all_checks(site, where)
        wire.all_checks(site, where, has_link=False)

        where = "cold start"
        site.kill()
        site.start()
        for client in clients:
            client.forget()
            kubectl.reads(client, where)
            kubectl.watching_writes(client, where)
            kubectl.refusals(client, where)
        python_client.reads(site, where)
        python_client.informer(site, where)
        wire.all_checks(site, where, has_link=False)

        where = "link back"
        site.connect()
        for client in clients:
            kubectl.settled(client, where)
        with check("the daemon ends in order"):
            expect(site.stop(), lambda: site.daemon.output[-2000:])
    finally:
        site.stop()


def main():
    # Whoever ends this ends its processes: what cleans up runs.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    binary = str(pathlib.Path(sys.argv[1]).resolve())
    kubectls = list(enumerate(sys.argv[2:]))
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="clients-") as folder:
        for world in [without_cloud, with_cloud]:
            with check(f"everything {world.__name__.replace('_', ' ')}"):
                world(binary, kubectls, pathlib.Path(folder))
    seconds = time.monotonic() - begun
    if failed:
        print("FAILED were:", *failed, sep="\n    ")
    print(f"clients took {seconds:.0f} s")
    print(f"{len(passed)} passed, {len(failed)} failed")
    sys.exit(1 if failed else 0)


main()
