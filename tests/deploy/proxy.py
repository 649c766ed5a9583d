"""nginx with the site that is shipped, on ports of loopback, in front of processes that the tests start."""

import re
import shutil
import ssl
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from ipaddress import ip_address
from pathlib import Path

import httpx
from benchmarks.visitor import Visitor
from browser.live import free_port, started
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
SITE = DEPLOY / "charging.nginx.conf"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin")
SERVE = [sys.executable, "-m", "charging", "serve"]
PORTS = ("8501", "8502")
PROCESS_COOKIE = "charging_process"
PATIENCE_S = 30

_MAIN = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    types {{ text/html html; }}
    include {folder}/site.conf;
}}
"""


def site(folder, ports, http_port, https_port):
    """Return the shipped site with other ports, its name and its certificate; nothing else is changed."""
    text = SITE.read_text("utf-8")
    for shipped, port in zip(PORTS, ports, strict=True):
        text = re.sub(rf"(?<=[\s:_]){shipped}\b", str(port), text)
    text = re.sub(r"\n *listen \[::\].*", "", text)
    text = text.replace("listen 80;", f"listen 127.0.0.1:{http_port};")
    text = text.replace("listen 443 ssl", f"listen 127.0.0.1:{https_port} ssl")
    text = text.replace("server_name charging.example.org;", "server_name localhost;")
    return text.replace("/etc/ssl/charging/", f"{folder}/")


def write_certificate(folder):
    """Write a certificate for loopback, signed by itself, under the names of the shipped site."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "privkey.pem").write_bytes(key.private_bytes(pem, *private))


@contextmanager
def nginx(folder, ports):
    """Run nginx with the shipped site in front of processes on some ports; give its two addresses."""
    http_port, https_port = free_port(), free_port()
    write_certificate(folder)
    (folder / "site.conf").write_text(site(folder, ports, http_port, https_port), "utf-8")
    (folder / "nginx.conf").write_text(_MAIN.format(folder=folder), "utf-8")
    command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    process = subprocess.Popen(command)
    try:
        wait_for_port(process, folder, https_port)
        yield f"http://localhost:{http_port}", f"https://localhost:{https_port}"
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def wait_for_port(process, folder, port):
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        assert process.poll() is None, (folder / "error.log").read_text("utf-8")
        try:
            httpx.get(f"https://localhost:{port}/_stcore/health", verify=trust(folder), trust_env=False)
        except httpx.ConnectError:
            time.sleep(0.05)
        else:
            return


def trust(folder):
    """Return what trusts the certificate of the proxy, and none besides."""
    return ssl.create_default_context(cafile=folder / "fullchain.pem")


@contextmanager
def process_on(port, **settings):
    """Run one process of the server."""
    with started(SERVE, port=port, **settings) as (_, process):
        yield process


class Guest:
    """One browser: its cookies, and the page it has open."""

    def __init__(self, url, folder):
        self.url, self._tls = url, trust(folder)
        self._client = httpx.AsyncClient(base_url=url, verify=self._tls, trust_env=False, timeout=PATIENCE_S)
        self._visitor = None
        self.errors, self.is_drawn = (), False

    async def arrive(self, query=""):
        """Open the page as a browser does: document, settings, websocket, files of the map."""
        await self.get("/")
        for name in ("health", "host-config"):
            await self.get(f"/_stcore/{name}")
        await self.connect(query)
        for name in ("streamlit_folium.st_folium/index.html", "charging.leaflet/leaflet.js"):
            await self.get(f"/component/{name}")
        return self

    async def get(self, path):
        answer = await self._client.get(path)
        answer.raise_for_status()
        return answer

    async def connect(self, query=""):
        """Open the websocket, or open it again as a page does whose connection is gone."""
        cookies = "; ".join(f"{each.name}={each.value}" for each in self._client.cookies.jar)
        headers = {"Cookie": cookies} if cookies else {}
        self._visitor, answer = await Visitor.arrive(
            self.url, query, ssl=self._tls, origin=self.url, additional_headers=headers
        )
        for line in self._visitor.cookies:
            for name, morsel in SimpleCookie(line).items():
                self._client.cookies.set(name, morsel.value, domain="localhost.local")
        self.errors, self.is_drawn = answer.errors, bool(answer.layers)

    def sees(self, text):
        """Whether the page shows a text."""
        return any(text in each for each in self._visitor.texts)

    async def upload(self):
        """Send a file as the page does, and return the status of the answer."""
        path = f"/_stcore/upload_file/{self._visitor.session_id}/{uuid.uuid4()}"
        headers = {"X-Xsrftoken": self._client.cookies.get("_streamlit_xsrf", "")}
        files = {"file": ("stations.csv", b"lat,lon\n48.1,11.5\n")}
        return (await self._client.put(path, files=files, headers=headers)).status_code

    async def is_connected(self):
        """Whether the websocket still answers."""
        return await self._visitor.ping()

    @property
    def process(self):
        """The process that has the visit, by its port."""
        return self._client.cookies.get(PROCESS_COOKIE)

    async def leave(self):
        await self._visitor.leave()
        await self._client.aclose()
