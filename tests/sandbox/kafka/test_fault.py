from __future__ import annotations

import pytest

from sandbox.kafka.error import ErrorCode
from sandbox.kafka.fault import DROP_AFTER, DROP_BEFORE, PASS, Fault, Faults


def test_planned_faults_meet_the_next_requests_of_their_kind_in_order() -> None:
    faults = Faults()
    faults.plan("Produce", DROP_BEFORE, PASS, DROP_AFTER)

    assert faults.next("Fetch") == PASS
    assert [faults.next("Produce") for _ in range(4)] == [DROP_BEFORE, PASS, DROP_AFTER, PASS]
    assert faults.pending("Produce") == 0


def test_a_kind_of_request_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ValueError, match="known: ApiVersions, Metadata"):
        Faults().plan("Prodcue", DROP_BEFORE)


def test_an_error_code_needs_a_request_that_can_answer_it() -> None:
    with pytest.raises(ValueError, match="Produce, Fetch, OffsetCommit"):
        Faults().plan("Metadata", Fault(code=ErrorCode.REQUEST_TIMED_OUT))
