"""Who is logged in: what each token stands for, and the sessions that are lent to clients."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.responses import JSONResponse

from sandbox.warehouse.session import Session

KEPT_ANSWERS, KEPT_LARGE_ANSWERS, LARGE = 100, 2, 1_000_000
"""How many answers of a session are kept; large ones (bytes) only the last few."""


@dataclass
class Login:
    """What a token stands for. A lent session is closed by its owner."""

    session: Session
    is_lent: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)
    answers: OrderedDict[str, asyncio.Future[JSONResponse]] = field(default_factory=OrderedDict)
    """By request id, for clients that lost the connection before the answer came."""

    def keep(self, request_id: str, answer: asyncio.Future[JSONResponse]) -> None:
        self.answers[request_id] = answer
        for old in list(self.answers)[:-KEPT_ANSWERS]:
            del self.answers[old]
        large = [i for i, a in self.answers.items() if a.done() and len(a.result().body) > LARGE]
        for old in large[:-KEPT_LARGE_ANSWERS]:
            del self.answers[old]


class Logins:
    """The logins of one server."""

    def __init__(self) -> None:
        self._logins: dict[str, Login] = {}
        self._lent: dict[str, Session] = {}

    def get(self, token: str) -> Login | None:
        return self._logins.get(token)

    def add(self, session: Session, is_lent: bool) -> str:
        """The token of a new login."""
        token = secrets.token_urlsafe(32)
        self._logins[token] = Login(session, is_lent)
        return token

    def remove(self, token: str) -> Login | None:
        """The token stands for nothing from now on; the session is left open."""
        return self._logins.pop(token, None)

    def close(self) -> set[str]:
        """Close all sessions; returns the tokens of the clients that had not logged out."""
        for login in self._logins.values():
            if not login.is_lent:
                login.session.close()
        left = set(self._logins)
        self._logins.clear()
        return left

    def lent(self, secret: str) -> Session | None:
        """The session that is lent under this secret."""
        return self._lent.get(secret)

    @contextmanager
    def lend(self, session: Session) -> Iterator[str]:
        """The secret under which a client may share this session, and its transaction.

        The lender must not use the session while the borrower does.
        """
        secret = secrets.token_urlsafe(32)
        self._lent[secret] = session
        try:
            yield secret
        finally:
            del self._lent[secret]
            for token, login in list(self._logins.items()):
                if login.is_lent and login.session is session:
                    del self._logins[token]

    @contextmanager
    def lend_to(self, token: str, session: Session) -> Iterator[None]:
        """Let the client logged in with this token use `session` instead of its own.

        The lender must not use the session meanwhile. Waits at the end for a request in flight.
        """
        login = self._logins[token]
        with login.lock:
            own, login.session = login.session, session
        try:
            yield
        finally:
            with login.lock:
                login.session = own
