"""Says of an interpreter what a test run needs to know. Prints one line of JSON; imports nothing of the repository."""

import json
import sys

names = sys.argv[1:]
# The current folder stands first, as it will for `python -m pytest`.


def version_of(name):
    # The second is a package of its own, which pytest brings along on Python 3.7.
    for module in ("importlib.metadata", "importlib_metadata"):
        try:
            return __import__(module, fromlist=["version"]).version(name)
        except Exception:
            pass
    return None


def origin_of(name):
    """Where a package would be imported from, without importing it."""
    from importlib.machinery import PathFinder

    try:
        spec = PathFinder.find_spec(name)
    except Exception:
        return None
    if spec is None:
        for finder in sys.meta_path:
            try:
                spec = finder.find_spec(name, None, None)
            except Exception:
                spec = None
            if spec is not None:
                break
    if spec is None:
        return None
    if spec.origin and spec.origin not in ("namespace", "built-in", "frozen"):
        return spec.origin
    places = list(spec.submodule_search_locations or [])
    return places[0] if places else ""


def text(value):
    if value is None:
        return None
    return str(value).encode("utf-8", "backslashreplace").decode("utf-8")


print(
    json.dumps(
        {
            "version": sys.version.split()[0],
            "isolated": sys.prefix != sys.base_prefix,
            "pytest": version_of("pytest") if origin_of("pytest") is not None else None,
            "pip": origin_of("pip") is not None,
            "coverage": version_of("coverage"),
            "origins": {name: text(origin_of(name)) for name in names},
        }
    )
)
