"""Real receivers on this machine: an HTTP service that takes JSON, and a mail server."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from aiosmtpd.controller import Controller

HERE = "127.0.0.1"


@dataclass
class Received:
    """What arrived, and how the next calls are answered: `statuses` first, then 200."""

    port: int = 0
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    mails: list[Message] = field(default_factory=list)
    mailed_to: list[list[str]] = field(default_factory=list)


@contextmanager
def receiving_calls() -> Iterator[Received]:
    """Answer posted JSON, in the order in which it comes."""
    received = Received()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the library's name
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            received.calls.append((self.path, body))
            self.send_response(received.statuses.pop(0) if received.statuses else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((HERE, 0), Answering) as server:
        received.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield received
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def receiving_mail() -> Iterator[Received]:
    """Take e-mails."""
    received = Received()

    class Taking:
        async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802  # the library's name
            received.mails.append(message_from_bytes(envelope.content))
            received.mailed_to.append(list(envelope.rcpt_tos))
            return "250 taken"

    controller = Controller(Taking(), hostname=HERE, port=free_port())
    controller.start()
    received.port = controller.port
    try:
        yield received
    finally:
        controller.stop()


def free_port() -> int:
    import socket  # noqa: PLC0415

    with socket.socket() as one:
        one.bind((HERE, 0))
        return int(one.getsockname()[1])
