"""Python imports this at its start wherever this folder is on PYTHONPATH: subprocesses of the tests."""

import network_block  # noqa: F401
