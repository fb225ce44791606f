"""`carefloe-loader notify`: opens both ends, runs the relay, closes both ends."""

from rich.console import Console

from loader.account import Account
from loader.notification_topic import NotificationTopic
from loader.outbox import Outbox
from loader.relay import Relay
from loader.settings import NotifySettings
from loader.stop import asked_to_stop


def notify(settings: NotifySettings, console: Console, until_caught_up: bool) -> None:
    """Publish notifications until SIGTERM or SIGINT, or until the outbox is empty.

    LoaderError and its kinds; what was not recorded as delivered is sent by the next run.
    """
    account = Account(settings.snowflake_default_connection_name)
    try:
        topic = NotificationTopic(settings)
        try:
            with asked_to_stop() as stopped:
                relay = Relay(Outbox(account), topic, settings.loader_retry_seconds, stopped)
                relay.run(settings.loader_notify_seconds, until_caught_up)
        finally:
            topic.close()
    finally:
        account.close()
    console.print(f"{relay.count:,} notifications to {settings.loader_notification_topic}")
