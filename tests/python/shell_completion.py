"""qmp-shell on a terminal: TAB completes command names from query-commands, and the completed command runs."""

import os
import pty
import re
import select
import sys
import time

DEADLINE_S = 30
PROMPT = "(QEMU) "


class Terminal:
    """A program on a pseudo terminal."""

    def __init__(self, *command: str) -> None:
        self.seen = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execv(command[0], command)

    def type(self, keys: str) -> None:
        os.write(self.fd, keys.encode())

    def wait_for(self, pattern: str) -> str:
        """What came up to and with the first match; what comes after is kept."""
        deadline = time.monotonic() + DEADLINE_S
        while not (match := re.search(pattern, self.seen)):
            left = deadline - time.monotonic()
            ready, _, _ = select.select([self.fd], [], [], max(left, 0))
            assert ready, f"{pattern!r} did not come; there was: {self.seen!r}"
            self.seen += os.read(self.fd, 4096).decode()
        text, self.seen = self.seen[: match.end()], self.seen[match.end() :]
        return text

    def end(self) -> int:
        self.type("\x04")
        try:
            while os.read(self.fd, 4096):
                pass
        except OSError:
            pass  # The terminal is closed: the program has ended.
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def main(address: str) -> None:
    shell = Terminal(os.environ["QMP_SHELL"], address)
    banner = shell.wait_for(re.escape(PROMPT))
    assert "Welcome to the QMP low-level shell!" in banner, banner
    assert re.search(r"Connected to QEMU \d+\.\d+\.\d+", banner), banner
    shell.type("query-vers\t")
    shell.wait_for("query-version")
    shell.type("\r")
    reply = shell.wait_for(r'"package": "[^"]*"\}.*\n')
    assert '"return"' in reply, reply
    shell.wait_for(re.escape(PROMPT))
    shell.type("query-stat\t")
    shell.wait_for("query-status|query-stat")
    shell.type("\x15query-status\r")
    assert '"running"' in shell.wait_for(r'\{"return".*\n')
    shell.wait_for(re.escape(PROMPT))
    assert shell.end() == 0


main(sys.argv[1])
