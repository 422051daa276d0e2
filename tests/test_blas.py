"""Who answers keeps numpy to one thread, and only meanwhile."""

from pathlib import Path
from threading import Event, Thread

import pytest
from threadpoolctl import ThreadpoolController, threadpool_limits

from qa import Assistant
from qa.blas import one_thread


def _threads() -> set[int]:
    return {one["num_threads"] for one in ThreadpoolController().select(internal_api="openblas").info()}


def test_one_thread_meanwhile() -> None:
    if not _threads():
        pytest.fail("numpy came without OpenBLAS, which all its wheels for Linux have")
    with threadpool_limits(2, user_api="blas"):
        with one_thread():
            assert _threads() == {1}
        with pytest.raises(ValueError, match="fails"), one_thread():
            raise ValueError("it fails")
        assert _threads() == {2}


def test_who_comes_while_somebody_is_inside_leaves_nothing_behind() -> None:
    entered, leave = Event(), Event()

    def later() -> None:
        with one_thread():
            entered.set()
            leave.wait(20)

    with threadpool_limits(2, user_api="blas"):
        thread = Thread(target=later)
        with one_thread():
            thread.start()
            assert entered.wait(20) and _threads() == {1}
        leave.set()
        thread.join()
        assert _threads() == {2}


def test_questions_keep_to_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = set()
    with Assistant.open(tmp_path / "index") as assistant, threadpool_limits(2, user_api="blas"):
        assistant.add_text("会议由张三主持。", "note.txt")
        found = assistant.index.passages

        def passages(ids: list[int]) -> object:
            seen.update(_threads())
            return found(ids)

        monkeypatch.setattr(assistant.index, "passages", passages)
        assert assistant.ask("会议由谁主持?").answered
        assert seen == {1} and _threads() == {2}
