"""Too much is refused, with the time after which it is not."""

import threading

import pytest

from qa.web.limits import Gate, LimitReached, Rate


def test_a_user_gets_a_burst_and_then_the_rate() -> None:
    now = [0.0]
    rate = Rate(60, "questions", lambda: now[0])
    for _ in range(15):
        rate.spend("anna")
    with pytest.raises(LimitReached, match="too many questions; wait 1 s") as refused:
        rate.spend("anna")
    assert refused.value.seconds == pytest.approx(1)
    rate.spend("boris")  # others are not affected
    now[0] += 1.01
    rate.spend("anna")
    with pytest.raises(LimitReached):
        rate.spend("anna")


def test_beyond_those_who_may_wait_the_gate_refuses_at_once() -> None:
    gate = Gate(at_once=1, waiting=0, seconds=60)
    with gate.passing(), pytest.raises(LimitReached, match="busy"), gate.passing():
        pass


def test_who_waits_passes_when_a_place_gets_free() -> None:
    gate = Gate(at_once=1, waiting=1, seconds=60)
    passed = threading.Event()

    def wait() -> None:
        with gate.passing():
            passed.set()

    with gate.passing():
        thread = threading.Thread(target=wait)
        thread.start()
        assert not passed.wait(0.05)
    assert passed.wait(5)
    thread.join(5)


def test_waiting_ends() -> None:
    gate = Gate(at_once=1, waiting=1, seconds=0.01)
    with gate.passing(), pytest.raises(LimitReached), gate.passing():
        pass
    with gate.passing():
        pass
