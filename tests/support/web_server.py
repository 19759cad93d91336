# SPDX-License-Identifier: LGPL-2.1-or-later
"""nginx on loopback, for one directory."""

import os
import pathlib
import socket
import subprocess
import tempfile
import time

NGINX = "/usr/sbin/nginx"


class WebServer:
    """Serves `directory` between `start` and `stop`; `locations` is more of nginx's configuration."""

    def __init__(self, directory, locations=""):
        self.scratch = tempfile.TemporaryDirectory(prefix="qpkg-nginx-")
        os.chmod(self.scratch.name, 0o755)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        here = self.scratch.name
        temporary = " ".join(f"{kind}_temp_path {here};" for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
        config = pathlib.Path(here) / "nginx.conf"
        config.write_text(f"""daemon off; master_process off; pid {here}/pid; error_log {here}/errors; user root;
events {{}}
http {{ access_log {here}/access; default_type application/octet-stream; {temporary}
server {{ listen 127.0.0.1:{self.port}; root {directory}; {locations} }} }}
""")
        self.child = subprocess.Popen([NGINX, "-c", str(config), "-e", f"{here}/errors"])
        self.wait_until_it_listens()

    def wait_until_it_listens(self):
        end = time.monotonic() + 20
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.01)
        raise TimeoutError("nginx does not listen: " + (pathlib.Path(self.scratch.name) / "errors").read_text())

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def asked(self):
        """Paths that were asked for."""
        log = (pathlib.Path(self.scratch.name) / "access").read_text()
        return [line.split('"')[1].split()[1] for line in log.splitlines()]

    def stop(self):
        self.child.kill()
        self.child.wait()
        self.scratch.cleanup()
