"""What tests that start processes share."""

import signal


def heed_interrupts() -> None:
    """For `preexec_fn`: a child of a background job ignores SIGINT unless it is told otherwise."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
