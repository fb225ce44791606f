"""Where nulls stand in an order."""

from __future__ import annotations

from support.conformance import Account, documented

VALUES = "select column1 as x from values (1), (null), (2)"


@documented("sql-reference/constructs/order-by", "order by: nulls count as the greatest value")
def test_nulls_come_last_ascending_and_first_descending(account: Account) -> None:
    assert account(f"select x from ({VALUES}) order by x") == [(1,), (2,), (None,)]
    assert account(f"select x from ({VALUES}) order by x desc") == [(None,), (2,), (1,)]


@documented("sql-reference/constructs/order-by", "order by ... nulls first, nulls last")
def test_the_place_of_nulls_can_be_said(account: Account) -> None:
    assert account(f"select x from ({VALUES}) order by x nulls first") == [(None,), (1,), (2,)]
    assert account(f"select x from ({VALUES}) order by x desc nulls last") == [(2,), (1,), (None,)]
