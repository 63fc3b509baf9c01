"""A certificate authority for the tests, and how each client is told to trust it by its own means."""

import base64
import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path

EXTENSIONS = """
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash

[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = NAMES
"""


@dataclass(frozen=True)
class Authority:
    """The paths of the authority's own certificate and of a server's certificate and key, all PEM."""

    root: Path
    certificate: Path
    key: Path

    @property
    def server_settings(self) -> dict[str, str]:
        return {"LATCHKEY_TLS_CERTIFICATE": str(self.certificate), "LATCHKEY_TLS_KEY": str(self.key)}

    @property
    def client_settings(self) -> dict[str, str]:
        """One variable a client: curl, Python's requests, Node, and Ruby's OpenSSL."""
        root = str(self.root)
        return {
            "CURL_CA_BUNDLE": root,
            "REQUESTS_CA_BUNDLE": root,
            "NODE_EXTRA_CA_CERTS": root,
            "SSL_CERT_FILE": root,
        }

    @property
    def key_hash(self) -> str:
        """The SHA-256 of the server's public key in Base64, which is how Chromium is told to trust one key."""
        public = openssl("x509", "-in", self.certificate, "-noout", "-pubkey")
        encoded = openssl("pkey", "-pubin", "-outform", "DER", stdin=public)
        return base64.b64encode(hashlib.sha256(encoded).digest()).decode()


def make_authority(directory: Path, names: str = "DNS:localhost, IP:127.0.0.1") -> Authority:
    extensions = directory / "extensions.cnf"
    extensions.write_text(EXTENSIONS.replace("NAMES", names))
    root, root_key = directory / "root.pem", directory / "root.key"
    certificate, key, request = directory / "server.pem", directory / "server.key", directory / "server.csr"
    for path, subject, output in ((root_key, "/CN=Latchkey test authority", root), (key, "/CN=localhost", request)):
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path)
        self_signed = ("-x509", "-days", "2", "-extensions", "authority") if output is root else ()
        template = ("-config", write_request_template(directory, extensions), "-subj", subject)
        openssl("req", "-new", "-key", path, *self_signed, *template, "-out", output)
    issuer = ("-CA", root, "-CAkey", root_key, "-CAcreateserial", "-days", "2")
    openssl(
        "x509", "-req", "-in", request, *issuer, "-extfile", extensions, "-extensions", "server", "-out", certificate
    )
    return Authority(root, certificate, key)


def write_request_template(directory: Path, extensions: Path) -> Path:
    template = directory / "request.cnf"
    template.write_text("[req]\ndistinguished_name = name\nprompt = no\n[name]\n" + extensions.read_text())
    return template


def openssl(*arguments: object, stdin: bytes = b"") -> bytes:
    command = ["openssl", *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, check=True, timeout=60).stdout
