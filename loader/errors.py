"""What can go wrong, told to the user: a class per exit code, the message is the whole report.

A message says what failed, with which value, and what to do next. It never holds a payload, a key
or a secret.
"""


class LoaderError(Exception):
    """The load failed; running again is safe, because raw itself knows what has landed."""

    exit_code = 1


class UsageError(LoaderError):
    """A setting or an argument is wrong; nothing was started."""

    exit_code = 2


class UnreachableError(LoaderError):
    """The broker or the account did not answer, or refused the login."""

    exit_code = 3


class DoubtfulError(LoaderError):
    """The account may or may not have done what it was asked: read raw again before a retry."""


class UnreachableInDoubtError(DoubtfulError, UnreachableError):
    """As DoubtfulError, because the account could not be reached."""

    exit_code = 3
