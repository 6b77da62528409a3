"""A container engine for tests: speaks the Docker Engine API, and starts a real PostgreSQL.

It answers what a client asks of it to create, start, look into and remove one container, and
forwards the container's port to a server's socket. What it was asked is kept for assertions.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

_CONTAINER = "c0ffee"
_EXECUTION = "e1"


class Engine(ThreadingHTTPServer):
    """The engine; ``asked`` holds method and path of every request, ``images`` what was created."""

    daemon_threads = True

    def __init__(self, port_of_container: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.port_of_container = port_of_container
        self.asked: list[str] = []
        self.images: list[str] = []

    @property
    def host(self) -> str:
        """What DOCKER_HOST is set to."""
        return f"tcp://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Engine

    def _serve(self) -> None:
        path = self.path.split("?")[0]
        path = "/" + path.split("/", 2)[2] if path.startswith("/v1.") else path
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append(f"{self.command} {path}")
        if path == "/containers/create":
            self.server.images.append(json.loads(body)["Image"])
        self._answer(path)

    do_GET = do_POST = do_DELETE = do_HEAD = _serve  # noqa: N815 - the names http.server asks for

    def _answer(self, path: str) -> None:
        answers: dict[str, Any] = {
            "/version": {"ApiVersion": "1.44", "MinAPIVersion": "1.24", "Version": "25.0.0"},
            "/info": {"ServerVersion": "25.0.0", "OperatingSystem": "none"},
            "/containers/json": [self._listed()],
            "/containers/create": {"Id": _CONTAINER, "Warnings": []},
            f"/containers/{_CONTAINER}/json": self._container(),
            f"/containers/{_CONTAINER}/exec": {"Id": _EXECUTION},
            f"/exec/{_EXECUTION}/json": {"ExitCode": 0, "Running": False},
        }
        if path.startswith("/images/"):
            answers[path] = {"Id": "sha256:0", "RepoTags": []}
        content = json.dumps(answers[path]).encode() if path in answers else b""
        status = 201 if path == "/containers/create" else 200 if path in answers else 204
        if path == "/_ping":
            status, content = 200, b"OK"
        elif path == f"/exec/{_EXECUTION}/start" or path.endswith("/logs"):
            # One frame of standard output, as the engine multiplexes its streams.
            status, content = 200, b"\x01\0\0\0\0\0\0\x03ok\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if path in answers else "text/plain")
        self.send_header("Api-Version", "1.44")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _container(self) -> dict[str, Any]:
        port = {"HostIp": "127.0.0.1", "HostPort": str(self.server.port_of_container)}
        return {
            "Id": _CONTAINER,
            "Name": "/postgres",
            "Image": "sha256:0",
            "State": {"Status": "running", "Running": True},
            "Config": {"Image": "postgres", "Labels": {}},
            "HostConfig": {},
            "NetworkSettings": {"Ports": {"5432/tcp": [port]}, "Networks": {}},
        }

    def _listed(self) -> dict[str, Any]:
        port = {"IP": "127.0.0.1", "PrivatePort": 5432, "PublicPort": self.server.port_of_container}
        networks = {"bridge": {"Gateway": "127.0.0.1", "IPAddress": "127.0.0.1"}}
        return {
            "Id": _CONTAINER,
            "Names": ["/postgres"],
            "Ports": [port],
            "HostConfig": {"NetworkMode": "default"},
            "NetworkSettings": {"Networks": networks},
        }

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing: what was asked is in ``asked``."""


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def _connect(client: socket.socket, path: Path) -> None:
    """Pass bytes both ways until either side has gone."""
    with client, socket.socket(socket.AF_UNIX) as server:
        server.connect(str(path))
        back = threading.Thread(target=_copy, args=(server, client))
        back.start()
        _copy(client, server)
        back.join()


def _forward(listener: socket.socket, path: Path, connections: list[threading.Thread]) -> None:
    with contextlib.suppress(OSError):
        while True:
            client, _ = listener.accept()
            connections.append(threading.Thread(target=_connect, args=(client, path)))
            connections[-1].start()


@contextlib.contextmanager
def container_engine(server_socket: Path) -> Iterator[Engine]:
    """Yield an engine whose one container is the PostgreSQL that listens at ``server_socket``."""
    connections: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        arguments = (listener, server_socket, connections)
        threading.Thread(target=_forward, args=arguments, daemon=True).start()
        with Engine(listener.getsockname()[1]) as engine:
            threading.Thread(target=engine.serve_forever, daemon=True).start()
            try:
                yield engine
            finally:
                engine.shutdown()
    for connection in connections:
        connection.join(timeout=10)
