"""The outbox of the account: what is still to be told, and the record of what was delivered."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from loader.account import Account

_LATE_COMMIT = timedelta(days=1)
"""A row is stamped when its statement runs and seen when that commits: no statement of ours takes
longer. So what is older than this before a look that found nothing need not be looked at."""

_VIEW = "ops.undelivered_notification"


@dataclass(frozen=True)
class Notification:
    """One message of the outbox, as it goes to Kafka."""

    notification_id: str
    message: str
    """JSON; no patient data beyond the patient's id."""
    created_at: datetime
    """Naive, UTC."""


@dataclass(frozen=True)
class Receipt:
    """Where the broker has put a notification, once all replicas have it."""

    notification_id: str
    topic: str
    kafka_partition: int
    kafka_offset: int


class Outbox:
    """ops.notification and ops.notification_delivery. Errors as Account.rows."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._floor = datetime(1970, 1, 1)

    def undelivered(self, most: int) -> list[Notification]:
        """Return the oldest notifications that nobody has been told of, at most so many.

        Each call looks at what was created since a day before the last one that found nothing: the
        account skips the history.
        """
        ((looked_at,),) = self._account.rows("select sysdate()", (), _VIEW)
        found = self._account.rows(
            f"select notification_id, message, created_at from {_VIEW}"  # noqa: S608 - our own
            f" where created_at >= ? order by created_at, notification_id limit {most:d}",
            (self._floor,),
            _VIEW,
        )
        if not found:
            self._floor = looked_at - _LATE_COMMIT
        return [Notification(*row) for row in found]

    def record(self, receipts: Sequence[Receipt]) -> None:
        """Note these deliveries, all or none; noting one again changes nothing."""
        self._account.rows(
            "merge into ops.notification_delivery as delivery using ("
            " select value:notification_id::varchar as notification_id,"
            " value:topic::varchar as topic,"
            " value:kafka_partition::number as kafka_partition,"
            " value:kafka_offset::number as kafka_offset"
            " from table(flatten(input => parse_json(?)))) as receipt"
            " on delivery.notification_id = receipt.notification_id"
            " when not matched then insert"
            " (notification_id, topic, kafka_partition, kafka_offset, delivered_at)"
            " values (receipt.notification_id, receipt.topic, receipt.kafka_partition,"
            " receipt.kafka_offset, sysdate())",
            (json.dumps([asdict(receipt) for receipt in receipts]),),
            "ops.notification_delivery",
        )

    def recover(self) -> None:
        """Leave the session an error happened in; UnreachableInDoubtError if there is no other."""
        self._account.reconnect()
