"""What `-p` names. pytest rewrites the asserts of a plugin and compiles it anew; this one has none, and is short."""

from xtask_pytest_events import *  # noqa: F403
