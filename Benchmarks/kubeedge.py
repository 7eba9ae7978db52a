"""What KubeEdge's MetaManager did with the mixes of `gen_messages.py`: measured by the project on a machine with two
processors (Xeon 2.5 GHz, 24 GiB, Linux 6.18, ext4 on a virtual disk), v1.2.0 and a master of about v1.23, medians of three
runs, SQLite 3.40.1, `synchronous=NORMAL` in mode DELETE. It cannot be run from this repository."""
from collections import namedtuple

# In the units of the table; `more`: more is better; `by`: which limit of SQLite alone evens out the machines.
Figure = namedtuple("Figure", "old new more by note", defaults=(False, None, ""))

# Benchmarks/rawsqlite.c there, WAL and FULL: rows a second in groups of 256; microseconds of a commit of one row, p50.
SQLITE = {"many": 27051, "one": 101}

FIGURES = {
    "insert": Figure(460, 220, True, "many"),
    "insert one": Figure(2050, 4400, False, "one"),
    "update": Figure(520, 290, True, "many"),
    "churn": Figure(734, 394, True, "many"),
    "query": Figure(23000, 16000, True),
    "query one": Figure(50, 77),
    "rare": Figure(78000, 80000),
    "pods": Figure(378, 447),
    "pods memory": Figure(313, 403, note=" in all"),
    "sync": Figure(880, None),
    "cpu": Figure(11.5, 20.5),
    "peak": Figure(59, 111),
    "bytes": Figure(58, 117),
    "device": Figure(9, None),
    "start": Figure(12, 66),
    "idle": Figure(12, 60, note=", the module alone"),
    "binary": Figure(11, 120, note=", the module alone"),
}
