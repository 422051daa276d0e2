"""Questions being answered, each in a thread of its own: it can be stopped, and it outlives its page.

Gradio can cancel an event by itself, but its browser part then also cancels what is asked while that is on
its way, and an event that ends with its page leaves half an answer behind.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from queue import SimpleQueue

from embeddings.errors import WenjuError
from qa.types import Answer
from qa.web.conversations import Turn

log = logging.getLogger(__name__)

STOPPED, BROKEN = "stopped", "broken"  # as a turn's failure: the user ended it; an error of ours


class StillAnswering(WenjuError):
    """A conversation's last question is on its way to an answer."""


class Answering:
    """One question on its way to an answer, as the page `page` shows it."""

    def __init__(self, turn: Turn, page: str, finished: Callable[[Turn], None]) -> None:
        """`finished` is called once with the whole turn, before the page gets it."""
        self._turn = turn
        self._page = page
        self._finished = finished
        self._news: SimpleQueue[Turn | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._done = threading.Event()

    def run(self, answers: Iterator[Answer]) -> None:
        """Take all answers, the last of which is whole."""
        try:
            for answer in answers:
                with self._lock:
                    if self._done.is_set():
                        return
                    self._turn = replace(self._turn, answer=answer)
                    self._news.put(self._turn)
        except WenjuError as error:
            self._finish(str(error))
        except Exception:
            log.exception("a question could not be answered")  # without the question, which is the user's
            self._finish(BROKEN)
        else:
            self._finish("")

    def stop(self) -> None:
        """End it with what has come so far."""
        self._finish(STOPPED)

    def leave(self, page: str) -> None:
        """The page shows something else from now on; the answer is still awaited and kept."""
        if page == self._page:
            self._news.put(None)

    def shown(self) -> Iterator[Turn]:
        """The turn as it grows, until it is done or its page shows something else."""
        while (turn := self._news.get()) is not None:
            yield turn
            if turn.done:
                return

    def wait(self, seconds: float) -> None:
        """Until it is done, but not longer."""
        self._done.wait(seconds)

    def _finish(self, failure: str) -> None:
        with self._lock:
            if self._done.is_set():
                return
            # What had come before an error is not vouched for; what somebody stopped at is.
            answer = self._turn.answer if failure in ("", STOPPED) else None
            self._turn = replace(self._turn, answer=answer, failure=failure, done=True)
            try:
                self._finished(self._turn)
            finally:
                self._done.set()
                self._news.put(self._turn)


class InProgress:
    """What is being answered now: at most one question of a conversation."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._running: dict[str, tuple[Answering, threading.Thread]] = {}
        self._lock = threading.Lock()

    def begin(
        self, conversation: str, turn: Turn, page: str, answers: Iterator[Answer], finished: Callable[[Turn], None]
    ) -> Answering:
        """Answer a turn; StillAnswering if the conversation's question before it is on its way."""

        def ended(turn: Turn) -> None:
            finished(turn)
            with self._lock:
                self._running.pop(conversation, None)

        answering = Answering(turn, page, ended)
        thread = threading.Thread(target=answering.run, args=(answers,), daemon=True, name="answering")
        with self._lock:
            if conversation in self._running:
                raise StillAnswering("the question before this one is still being answered")
            self._running[conversation] = (answering, thread)
        thread.start()
        return answering

    def of(self, conversation: str) -> Answering | None:
        """What is being answered in a conversation."""
        with self._lock:
            found = self._running.get(conversation)
        return found[0] if found else None

    def close(self, seconds: float = 5) -> None:
        """Stop everything; wait so long for the threads."""
        with self._lock:
            running = list(self._running.values())
        for answering, _ in running:
            answering.stop()
        for _, thread in running:
            thread.join(seconds)
