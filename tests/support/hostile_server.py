# SPDX-License-Identifier: LGPL-2.1-or-later
"""A web server of a repository that can be told to be hostile, path by path."""

import collections
import gzip
import http.server
import itertools
import pathlib
import re
import threading
import time

ENDLESS = 1 << 40


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server = self.server
        path = self.path.lstrip("/")
        server.asked.append(path)
        for pattern, misbehave in server.tricks:
            if re.search(pattern, path):
                return misbehave(self, path)
        return self.serve(path)

    def serve(self, path):
        file = self.server.site / path
        if not file.is_file():
            return self.answer(404, b"<html>no such page</html>")
        body = file.read_bytes()
        begin = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if begin and self.server.ranges:
            first = int(begin[1])
            self.server.resumed.append(path)
            return self.answer(206, body[first:], headers=[("Content-Range", f"bytes {first}-{len(body) - 1}/{len(body)}")])
        return self.answer(200, body)

    def answer(self, status, body, length=None, headers=()):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            pass
        if length is not None:
            self.close_connection = True

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A client that hangs up is what the tests are about."""


class HostileServer:
    """Serves a directory on loopback while the `with` block lasts. `tricks`: (pattern of paths, misbehaviour) pairs."""

    def __init__(self, site, *tricks):
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.site = pathlib.Path(site)
        self.server.tricks = tricks
        self.server.asked = []
        self.server.ranges = True  # whether it sends the rest of a file when asked to
        self.server.resumed = []
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    @property
    def asked(self):
        return self.server.asked

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


# Misbehaviours


def every(number, misbehave):
    """Every so manieth request is answered so, the others as they should be."""
    count = itertools.count(1)
    lock = threading.Lock()

    def answer(handler, path):
        with lock:
            hit = next(count) % number == 0
        return misbehave(handler, path) if hit else handler.serve(path)
    return answer


def first(times, misbehave):
    """The first requests of each path are answered so."""
    seen = collections.Counter()

    def answer(handler, path):
        seen[path] += 1
        return misbehave(handler, path) if seen[path] <= times else handler.serve(path)
    return answer


def busy(code=503, retry_after="1"):
    return lambda handler, _: handler.answer(code, b"", headers=[("Retry-After", retry_after)] if retry_after else [])


def cut(handler, path):
    """Half of what was asked for, then the connection is closed."""
    body = (handler.server.site / path).read_bytes()
    handler.answer(200, body[:len(body) // 2], length=len(body))


def redirect(target):
    return lambda handler, path: handler.answer(302, b"", headers=[("Location", target.format(path=path))])


def status(code, body=b"<html>an error page</html>"):
    return lambda handler, _: handler.answer(code, body)


def error_page(handler, _):
    handler.answer(200, b"<html>please log in</html>")


def wrong_range(handler, path):
    body = (handler.server.site / path).read_bytes()
    handler.answer(206, body[1:], headers=[("Content-Range", f"bytes 1-{len(body) - 1}/{len(body)}")])


def length_too_long(handler, path):
    body = (handler.server.site / path).read_bytes()
    handler.answer(200, body, length=len(body) + 1000)


def length_too_short(handler, path):
    body = (handler.server.site / path).read_bytes()
    handler.answer(200, body, length=len(body) // 2)


def endless(handler, _):
    handler.send_response(200)
    handler.send_header("Content-Length", str(ENDLESS))
    handler.end_headers()
    sent = 0
    try:
        while True:
            sent += handler.wfile.write(bytes(65536))
    except OSError:
        handler.server.endless_bytes = sent
        handler.close_connection = True


def drip(handler, path):
    body = (handler.server.site / path).read_bytes()
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    try:
        for byte in body:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(0.5)
    except OSError:
        handler.close_connection = True


def encoded(handler, path):
    body = gzip.compress((handler.server.site / path).read_bytes())
    handler.answer(200, body, headers=[("Content-Encoding", "gzip")])


def damaged(handler, path):
    body = bytearray((handler.server.site / path).read_bytes())
    body[len(body) // 2] ^= 1
    handler.answer(200, bytes(body))
