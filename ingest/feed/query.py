"""QueryClient: asks the hub. Requests go out at once, answers are matched by id.

One thread of its own holds the socket; `ask` and `submit` may be called from any thread.
"""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections import deque
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any

import msgspec

from ingest.errors import FailureKind, GridwallError, RetryLater
from ingest.feed.sockets import CurveClient, Endpoint, HubAway, Sockets
from ingest.stop import StopToken

#: Requests on the way at once; more are refused, the caller is told to retry.
MAX_PENDING = 256
#: The thread looks at deadlines this often, seconds.
ROUND_S = 0.2
#: How long `close` waits for the thread.
CLOSE_S = 3.0


class QueryRefused(GridwallError):
    """The hub refused: `error` says why, `who_may` who may, `answer` is all it said."""

    kind = FailureKind.GIVE_UP

    def __init__(self, error: str, who_may: str | None, answer: dict[str, Any]) -> None:
        super().__init__(error if who_may is None else f"{error} (who may: {who_may})")
        self.error = error
        self.who_may = who_may
        self.answer = answer


class _Request(msgspec.Struct):
    id: bytes
    body: bytes
    deadline_s: float
    future: Future[bytes]


class QueryClient:
    """A connection to a hub's query address.

    Threads: `ask`, `submit` and `close` from any; the socket lives in one thread of its own.
    """

    def __init__(self, query_address: str, keys: CurveClient | None = None) -> None:
        self._address = query_address
        self._keys = keys
        self._new: queue.Queue[_Request] = queue.Queue(MAX_PENDING)
        self._numbers = itertools.count(1)
        self._stop = StopToken()
        self._ready = threading.Event()
        self._sockets: Sockets | None = None
        self._failure: GridwallError | None = None
        self._thread = threading.Thread(target=self._run, name="query-client", daemon=True)
        self._thread.start()
        self._ready.wait(CLOSE_S)
        if self._failure is not None:
            raise self._failure

    def ask(self, op: str, timeout_s: float = 5.0, **fields: Any) -> dict[str, Any]:
        """The hub's answer.

        Raises:
            QueryRefused: the hub said no, and why.
            RetryLater: no answer within `timeout_s`, or the hub cannot write just now.
        """
        future = self.submit(op, timeout_s, **fields)
        try:
            body = future.result(timeout_s + 2 * ROUND_S)
        except FutureTimeout as error:
            raise HubAway(f"the hub at {self._address} did not answer {op!r}") from error
        return checked_answer(body)

    def submit(self, op: str, timeout_s: float = 5.0, **fields: Any) -> Future[bytes]:
        """Sends a request; the future holds the answer's body (see `checked_answer`)."""
        if self._stop.stopped:
            raise RetryLater("the query client is closed")
        request = _Request(
            b"%d" % next(self._numbers),
            msgspec.json.encode({"op": op, **fields}),
            time.monotonic() + timeout_s,
            Future(),
        )
        try:
            self._new.put_nowait(request)
        except queue.Full as error:
            raise RetryLater(f"{MAX_PENDING} requests wait for the hub already") from error
        if self._sockets is not None:
            self._sockets.wakeup.wake()
        return request.future

    def close(self) -> None:
        """Ends the thread; waiting requests fail with RetryLater. Idempotent."""
        self._stop.stop()
        if self._sockets is not None:
            self._sockets.wakeup.wake()
        self._thread.join(CLOSE_S)

    def __enter__(self) -> QueryClient:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _run(self) -> None:
        try:
            with Sockets() as sockets:
                dealer = sockets.dealer(self._address, curve=self._keys)
                self._sockets = sockets
                self._ready.set()
                self._serve(sockets, dealer)
                self._sockets = None
        except GridwallError as error:
            self._failure = error
        finally:
            self._ready.set()

    def _serve(self, sockets: Sockets, dealer: Endpoint) -> None:
        unsent: deque[_Request] = deque()
        waiting: dict[bytes, _Request] = {}
        while not self._stop.stopped:
            sockets.wait(ROUND_S, writable=dealer if unsent else None)
            while not self._new.empty():
                unsent.append(self._new.get_nowait())
            while unsent and dealer.send((b"", unsent[0].id, unsent[0].body)):
                request = unsent.popleft()
                waiting[request.id] = request
            self._receive(dealer, waiting)
            self._expire(unsent, waiting)
        while not self._new.empty():
            unsent.append(self._new.get_nowait())
        for request in (*unsent, *waiting.values()):
            _fail(request, RetryLater("the query client was closed"))

    def _receive(self, dealer: Endpoint, waiting: dict[bytes, _Request]) -> None:
        while (message := dealer.receive()) is not None:
            if len(message.frames) != 3:
                continue
            request = waiting.pop(message.frames[1], None)
            if request is not None and request.future.set_running_or_notify_cancel():
                request.future.set_result(message.frames[2])

    def _expire(self, unsent: deque[_Request], waiting: dict[bytes, _Request]) -> None:
        now_s = time.monotonic()
        late = [request for request in waiting.values() if request.deadline_s <= now_s]
        for request in late:
            del waiting[request.id]
        while unsent and unsent[0].deadline_s <= now_s:
            late.append(unsent.popleft())
        for request in late:
            _fail(request, HubAway(f"the hub at {self._address} did not answer in time"))


def _fail(request: _Request, error: GridwallError) -> None:
    if request.future.set_running_or_notify_cancel():
        request.future.set_exception(error)


def checked_answer(body: bytes) -> dict[str, Any]:
    """The answer as a dict. Raises QueryRefused or RetryLater where it says `ok: false`."""
    try:
        answer = msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise RetryLater(f"the hub's answer is no JSON object: {error}") from error
    if answer.get("ok") is True:
        return answer
    text = str(answer.get("error", "refused without a reason"))
    if answer.get("retry") is True:
        raise RetryLater(text)
    raise QueryRefused(text, answer.get("who_may"), answer)
