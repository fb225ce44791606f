"""What can go wrong for a user, each with the exit code it ends the program with."""

from __future__ import annotations


class ProducerError(Exception):
    """A failure explained in one message: what failed, with which value, what to do next."""

    exit_code = 1


class UsageError(ProducerError):
    """A wrong option, setting or input file."""

    exit_code = 2


class BrokerError(ProducerError):
    """The broker cannot be reached."""

    exit_code = 3
