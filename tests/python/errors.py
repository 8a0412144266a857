"""Errors arrive as errors with class and description, and the session goes on after each."""

import asyncio
import sys

from address import parse
from qemu.qmp import ExecuteError, QMPClient

EXPECTED = (
    ("no-such", {}, "CommandNotFound", "The command no-such has not been found"),
    ("query-version", {"a": 1}, "GenericError", "Parameter 'a' is unexpected"),
    ("dump-guest-memory", {"protocol": "file:/nonexistent/x"}, "GenericError", "Parameter 'paging' is missing"),
    (
        "dump-guest-memory",
        {"paging": "no", "protocol": "file:/nonexistent/x"},
        "GenericError",
        "Invalid parameter type for 'paging', expected: boolean",
    ),
    (
        "qmp_capabilities",
        {},
        "CommandNotFound",
        "Capabilities negotiation is already complete, command ignored",
    ),
)


async def main(address: str) -> None:
    client = QMPClient("errors")
    await client.connect(parse(address))
    for command, arguments, error_class, description in EXPECTED:
        try:
            await client.execute(command, arguments)
        except ExecuteError as error:
            assert error.error.error.class_ == error_class, (command, error.error.error.class_)
            assert str(error) == description, (command, str(error))
        else:
            raise AssertionError(f"{command} succeeded")
        assert "running" in await client.execute("query-status")
    await client.disconnect()


asyncio.run(main(sys.argv[1]))
