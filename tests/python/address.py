"""A monitor's address as the library takes it: a path stays one, HOST:PORT becomes a pair."""

from typing import Tuple, Union


def parse(text: str) -> Union[str, Tuple[str, int]]:
    if text.startswith("/"):
        return text
    host, port = text.rsplit(":", 1)
    return host, int(port)
