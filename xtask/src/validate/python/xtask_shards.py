"""Splits the tests of a suite into parts that machines run apart: each test in exactly one of them.

Every machine collects all tests and comes to the same split by itself, so it depends on nothing but ids and, where
they are known, durations. A hash of the whole split says afterwards whether they agreed.
"""

import hashlib
import json
import os

SHARD = os.environ.get("XTASK_SHARD")
_DURATIONS = os.environ.get("XTASK_DURATIONS")


def split(ids):
    """The place of each id, from 0, and what is to be told of the split."""
    count = int(SHARD.split("/")[1])
    weights, unit_of = _weights(sorted(set(ids)))
    loads = [0.0] * count
    place = {}
    for unit in sorted(weights, key=lambda unit: (-weights[unit], unit)):
        lightest = min(range(count), key=lambda index: (loads[index], index))
        place[unit] = lightest
        loads[lightest] += weights[unit]
    places = {name: place[unit_of[name]] for name in unit_of}
    lines = ["%d %s" % (places[name], name) for name in sorted(places)]
    plan = hashlib.sha256("\n".join(lines).encode("utf-8", "backslashreplace")).hexdigest()
    return places, {"all": len(ids), "plan": plan}


def kept(ids):
    """Which of the ids this machine runs."""
    own = int(SHARD.split("/")[0]) - 1
    places, told = split(ids)
    return {name for name, index in places.items() if index == own}, told


def _weights(ids):
    """By recorded seconds where there are any; else whole files, by how many tests they hold."""
    seconds = {}
    if _DURATIONS:
        with open(_DURATIONS, encoding="utf-8") as file:
            recorded = json.load(file)
        seconds = {name: recorded[name] for name in ids if name in recorded}
    if not seconds:
        unit_of = {name: name.split("::")[0] for name in ids}
        weights = {}
        for unit in unit_of.values():
            weights[unit] = weights.get(unit, 0) + 1
        return weights, unit_of
    usual = sum(seconds.values()) / len(seconds)
    return {name: seconds.get(name, usual) for name in ids}, {name: name for name in ids}


def unique(name, taken):
    """The name, or `name #2`, `name #3` where a test is called so already."""
    told, count = name, 1
    while told in taken:
        count += 1
        told = "%s #%d" % (name, count)
    taken.add(told)
    return told
