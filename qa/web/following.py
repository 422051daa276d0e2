"""Documents that change while the chat is open: the watch goes on in a thread beside the server."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread

from embeddings.errors import WenjuError
from embeddings.types import Receipt
from qa.web.service import Service

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Following:
    """Receipts of changes as they come, and the event that ends them."""

    receipts: Iterator[Receipt]
    stop: Event

    @contextmanager
    def beside(self, service: Service) -> Iterator[None]:
        """Follow while the block runs; on the way out, wait for the change under way."""
        thread = Thread(target=self._follow, args=(service,), name="following")
        thread.start()
        try:
            yield
        finally:
            self.stop.set()
            thread.join()

    def _follow(self, service: Service) -> None:
        try:
            for receipt in self.receipts:
                if receipt.removed:
                    service.forget_deleted()
        except (WenjuError, OSError) as error:
            log.error("files are no longer followed: %s", error)
