"""A candidate for the leadership that a Lease gives: campaigns until it is killed, and prints a line when it leads.

usage: candidate.py KUBECONFIG LEASE NAME
"""

import sys
import time

from kubernetes import config
from kubernetes.leaderelection.electionconfig import Config
from kubernetes.leaderelection.leaderelection import LeaderElection
from kubernetes.leaderelection.resourcelock.leaselock import LeaseLock


def lead():
    print("leads", flush=True)
    time.sleep(3600)


kubeconfig, lease, name = sys.argv[1:]
config.load_kube_config(kubeconfig)
print("stands", flush=True)
LeaderElection(Config(
    LeaseLock(lease, "demo", name), lease_duration=3, renew_deadline=2, retry_period=1, onstarted_leading=lead,
    onstopped_leading=lambda: print("lost it", flush=True))).run()
