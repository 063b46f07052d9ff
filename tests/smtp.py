"""A mail server on this machine, as small as SMTP allows: keeps what it is given, refuses what it is told to."""

import base64
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Envelope:
    """One mail as it arrived: who it is said to be from and for, and the message."""

    sender: str
    recipients: list[str]
    message: EmailMessage


@dataclass
class Inbox:
    """What arrived, and how the server answers. answers: command → the line it gives instead of its own."""

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    arrived: list[Envelope] = field(default_factory=list)
    signed_in: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?tls=none"


class _Session(socketserver.StreamRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        self._say(self.server.inbox.answers.get("GREETING", "220 test.example"))
        self.sender, self.recipients = "", []
        while line := self.rfile.readline().decode().strip():
            verb = line.split(" ")[0].upper()
            answer = self.server.inbox.answers.get(verb)
            self._say(answer or getattr(self, f"_{verb.lower()}", self._unknown)(line))
            if verb == "QUIT":
                return

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def _ehlo(self, _line: str) -> str:
        return "250-test.example\r\n250 AUTH PLAIN"

    def _auth(self, line: str) -> str:
        self.server.inbox.signed_in.append(base64.b64decode(line.split(" ")[2]).decode().strip("\0"))
        return "235 welcome"

    def _mail(self, line: str) -> str:
        self.sender = line.partition("<")[2].partition(">")[0]
        return "250 go on"

    def _rcpt(self, line: str) -> str:
        self.recipients.append(line.partition("<")[2].partition(">")[0])
        return "250 go on"

    def _data(self, _line: str) -> str:
        self._say("354 end with a full stop")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        message = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.server.inbox.arrived.append(Envelope(self.sender, self.recipients, message))
        return "250 taken"

    def _rset(self, _line: str) -> str:
        return "250 forgotten"

    def _quit(self, _line: str) -> str:
        return "221 good-bye"

    def _unknown(self, _line: str) -> str:
        return "502 no such command"


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    inbox: Inbox


@contextmanager
def mail_server() -> Iterator[Inbox]:
    """A server that listens on a free port of this machine while one is inside."""
    with _Server(("127.0.0.1", 0), _Session) as server:
        server.inbox = Inbox(port=server.server_address[1])
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield server.inbox
        finally:
            server.shutdown()
