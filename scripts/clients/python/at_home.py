"""For clients that name their host in the code: in this process alone, the host's name leads to the service.

That is what a line in /etc/hosts does, and the port besides. The service has a certificate for the name, and run.sh has the
clients trust it.
"""

import os
import socket

NAME = "commentanalyzer.googleapis.com"


def lead() -> None:
    """From now on, NAME is where the service is, with TLS and tokens."""
    host, port = os.environ["COMITY_NAMED"].rsplit(":", 1)
    home = (host, int(port))
    look_up, connect = socket.getaddrinfo, socket.socket.connect

    def look_up_home(name: str, port: int | str | None, *args, **kwargs):
        return look_up(*(home if name == NAME else (name, port)), *args, **kwargs)

    def connect_home(self: socket.socket, address: tuple) -> None:
        # httplib2 looks the name up and then connects to the name.
        connect(self, home if address[0] == NAME else address)

    socket.getaddrinfo, socket.socket.connect = look_up_home, connect_home
