"""The group's rules, member by member, without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

import pytest

from sandbox.kafka.error import ErrorCode, RefusedError
from sandbox.kafka.group import Group, MemberIdRequiredError, State
from sandbox.kafka.member import Generation, Joining


def in_loop(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    @wraps(test)
    def run() -> None:
        asyncio.run(asyncio.wait_for(test(), timeout=10))

    return run


def joining(
    member_id: str = "",
    *,
    client: str = "client",
    protocols: tuple[str, ...] = ("range",),
    subscription: bytes = b"topics",
    session: float = 10,
    rebalance: float = 10,
) -> Joining:
    return Joining(
        member_id=member_id,
        client_id=client,
        protocol_type="consumer",
        protocols=dict.fromkeys(protocols, subscription),
        session_timeout=session,
        rebalance_timeout=rebalance,
    )


async def started(coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """A request that was sent and has reached the group."""
    task = asyncio.create_task(coroutine)
    await asyncio.sleep(0)
    return task


def join(group: Group, *args: Any, **kwargs: Any) -> Coroutine[Any, Any, Generation]:
    return group.join(joining(*args, **kwargs), id_first=False)


async def stable_pair(group: Group, **kwargs: Any) -> tuple[str, str]:
    """Ids of leader and follower of a group that has divided two shares."""
    leader = (await join(group, client="leader", **kwargs)).member_id
    await group.sync(leader, 1, {leader: b"all"})
    newcomer = await started(join(group, client="follower", **kwargs))
    await join(group, leader, **kwargs)
    follower = (await newcomer).member_id
    syncing = await started(group.sync(follower, 2, {}))
    await group.sync(leader, 2, {leader: b"half", follower: b"other half"})
    assert await syncing == b"other half"
    return leader, follower


def refusal(action: Callable[[], Any]) -> ErrorCode:
    with pytest.raises(RefusedError) as refused:
        action()
    return refused.value.code


async def async_refusal(coroutine: Coroutine[Any, Any, Any]) -> ErrorCode:
    with pytest.raises(RefusedError) as refused:
        await coroutine
    return refused.value.code


@in_loop
async def test_a_newcomer_gets_an_id_first_and_joins_under_it() -> None:
    group = Group("g")
    with pytest.raises(MemberIdRequiredError) as required:
        await group.join(joining(), id_first=True)
    given = required.value.member_id

    generation = await group.join(joining(given), id_first=True)

    assert (generation.number, generation.member_id, generation.leader) == (1, given, given)
    assert generation.members == {given: b"topics"}


@in_loop
async def test_an_id_nobody_was_given_is_refused() -> None:
    group = Group("g")

    code = await async_refusal(group.join(joining("client-made-up"), id_first=True))

    assert code is ErrorCode.UNKNOWN_MEMBER_ID
    assert group.state is State.EMPTY


@in_loop
async def test_a_given_id_expires_with_the_session() -> None:
    group = Group("g")
    with pytest.raises(MemberIdRequiredError) as required:
        await group.join(joining(session=0.01), id_first=True)
    await asyncio.sleep(0.02)
    group.expire()

    code = await async_refusal(group.join(joining(required.value.member_id), id_first=True))

    assert code is ErrorCode.UNKNOWN_MEMBER_ID


@in_loop
async def test_two_members_share_what_the_leader_divides() -> None:
    group = Group("g")

    leader, follower = await stable_pair(group)

    assert (group.state, group.generation) == (State.STABLE, 2)
    assert {m.id: m.assignment for m in group.members.values()} == {
        leader: b"half",
        follower: b"other half",
    }


@in_loop
async def test_only_the_leader_learns_who_is_there() -> None:
    group = Group("g")
    leader = (await join(group)).member_id
    newcomer = await started(join(group))
    led = await join(group, leader)
    followed = await newcomer

    assert set(led.members) == {leader, followed.member_id}
    assert followed.members == {}
    assert led.number == followed.number == 2


@in_loop
async def test_a_newcomer_makes_the_others_join_again() -> None:
    group = Group("g")
    leader, follower = await stable_pair(group)

    newcomer = await started(join(group))

    assert refusal(lambda: group.heartbeat(leader, 2)) is ErrorCode.REBALANCE_IN_PROGRESS
    first, second = await started(join(group, leader)), await started(join(group, follower))
    assert [(await task).number for task in (first, second, newcomer)] == [3, 3, 3]


@in_loop
async def test_members_may_still_commit_before_they_join_again_but_not_before_they_sync() -> None:
    group = Group("g")
    leader, follower = await stable_pair(group)
    newcomer = await started(join(group))
    group.check_commit(leader, 2)

    first, second = await started(join(group, leader)), await started(join(group, follower))
    await asyncio.gather(first, second, newcomer)

    assert refusal(lambda: group.check_commit(leader, 3)) is ErrorCode.REBALANCE_IN_PROGRESS
    assert refusal(lambda: group.check_commit(leader, 2)) is ErrorCode.ILLEGAL_GENERATION


@in_loop
async def test_a_member_that_leaves_gives_its_share_back() -> None:
    group = Group("g")
    leader, follower = await stable_pair(group)

    group.leave(follower)

    assert refusal(lambda: group.heartbeat(leader, 2)) is ErrorCode.REBALANCE_IN_PROGRESS
    assert (await join(group, leader)).members == {leader: b"topics"}
    assert await group.sync(leader, 3, {leader: b"all"}) == b"all"
    assert refusal(lambda: group.check_commit(follower, 2)) is ErrorCode.UNKNOWN_MEMBER_ID


@in_loop
async def test_the_next_member_leads_when_the_leader_leaves() -> None:
    group = Group("g")
    leader, follower = await stable_pair(group)

    group.leave(leader)

    assert (await join(group, follower)).leader == follower


@in_loop
async def test_a_silent_member_is_expelled_and_its_late_commit_refused() -> None:
    group = Group("g")
    leader, follower = await stable_pair(group, session=0.05)
    while group.state is State.STABLE:
        await asyncio.sleep(0.01)
        group.heartbeat(leader, 2)
        group.expire()

    assert set(group.members) == {leader}
    assert refusal(lambda: group.check_commit(follower, 2)) is ErrorCode.UNKNOWN_MEMBER_ID


@in_loop
async def test_members_that_do_not_come_back_in_time_are_left_out() -> None:
    group = Group("g")
    leader, follower = await stable_pair(group, rebalance=0.05)

    generation = await join(group, leader, subscription=b"other topics", rebalance=0.05)

    assert generation.members == {leader: b"other topics"}
    assert refusal(lambda: group.check_commit(follower, 2)) is ErrorCode.UNKNOWN_MEMBER_ID


@in_loop
async def test_a_follower_whose_answer_was_lost_joins_the_same_generation_again() -> None:
    group = Group("g")
    _, follower = await stable_pair(group)

    assert (await join(group, follower)).number == 2
    assert await group.sync(follower, 2, {}) == b"other half"
    assert group.state is State.STABLE


@in_loop
async def test_a_repeated_join_replaces_the_first_one() -> None:
    group = Group("g")
    leader, _ = await stable_pair(group)
    lost = await started(join(group, leader))
    repeated = await started(join(group, leader))

    assert await async_refusal(lost) is ErrorCode.UNKNOWN_MEMBER_ID
    assert not repeated.done()
    repeated.cancel()


@in_loop
async def test_a_waiting_sync_ends_when_the_group_rebalances() -> None:
    group = Group("g")
    leader, follower = await stable_pair(group)
    newcomer = await started(join(group))
    rejoined = await started(join(group, leader)), await started(join(group, follower))
    await asyncio.gather(newcomer, *rejoined)
    syncing = await started(group.sync(follower, 3, {}))

    group.leave(leader)

    assert await async_refusal(syncing) is ErrorCode.REBALANCE_IN_PROGRESS


@in_loop
async def test_the_strategy_most_members_prefer_among_the_common_ones_is_elected() -> None:
    group = Group("g")
    first = (await join(group, protocols=("sticky", "range", "roundrobin"))).member_id
    second = await started(join(group, protocols=("range", "roundrobin")))
    third = await started(join(group, protocols=("roundrobin", "range")))
    await join(group, first, protocols=("sticky", "range", "roundrobin"))
    await asyncio.gather(second, third)

    assert group.protocol == "range"


@in_loop
async def test_a_member_without_a_common_strategy_is_refused() -> None:
    group = Group("g")
    await join(group, protocols=("range",))

    code = await async_refusal(join(group, protocols=("sticky",)))

    assert code is ErrorCode.INCONSISTENT_GROUP_PROTOCOL
    assert len(group.members) == 1


@in_loop
async def test_a_consumer_outside_the_group_commits_only_while_nobody_is_in_it() -> None:
    group = Group("g")
    group.check_commit("", -1)

    member = (await join(group)).member_id

    assert refusal(lambda: group.check_commit("", -1)) is ErrorCode.UNKNOWN_MEMBER_ID
    group.leave(member)
    group.check_commit("", -1)
    assert group.state is State.EMPTY
