#!/usr/bin/env python3
"""Turns runs of simplex.qnt (ITF files) into lines that the replay test reads: what was shown to whom, and where it stood then.

    record.py RUN.itf.json... > runs.txt

A line is: what, to whom, block, view -> the view it is in, its notarize votes in views 1 to 3, its finalize votes, its floor.
0 is no vote (or genesis), -1 a nullification. An empty line ends a run.
"""
import json
import sys


def plain(value):
    if isinstance(value, dict):
        if "#bigint" in value:
            return int(value["#bigint"])
        if "#map" in value:
            return {plain(key): plain(held) for key, held in value["#map"]}
        if "#set" in value:
            return [plain(held) for held in value["#set"]]
        return {key: plain(held) for key, held in value.items()}
    return value


for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        states = json.load(file)["states"]
    for raw in states:
        state = {name.split("::")[-1]: plain(value) for name, value in raw.items() if name != "#meta"}
        last = state["last"]
        shown = [0, 1, 3] if last["kind"] == "init" else [last["node"]]
        for node in shown:
            at = state["nodes"][node]
            votes = [at[kind][view] for kind in ("n", "f") for view in (1, 2, 3)]
            print(last["kind"], node, last["code"], last["view"], "->", at["view"], *votes, at["floor"])
    print()
