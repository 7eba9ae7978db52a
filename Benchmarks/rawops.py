#!/usr/bin/env python3
"""Turns a file of messages into the bare operations that `rawlimits` runs.   rawops.py MESSAGES.jsonl OPS"""
import json
import struct
import sys


def main():
    with open(sys.argv[1], encoding="utf-8") as messages, open(sys.argv[2], "wb") as out:
        for line in messages:
            message = json.loads(line)
            route = message["route"]
            op = {"query": "G", "delete": "D"}.get(route["operation"], "P")
            key = route["resource"].encode()
            value = b"" if op != "P" else json.dumps(message["content"], separators=(",", ":"), ensure_ascii=False).encode()
            out.write(op.encode())
            for text in (key, route["resource"].split("/")[1].encode(), value):
                out.write(struct.pack("<I", len(text)) + text)


if __name__ == "__main__":
    main()
