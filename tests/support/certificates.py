"""A certificate authority for one test, and server certificates that clients must, or must not, take."""

import pathlib
import shutil
from typing import NamedTuple

from service import installed, run

NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
PAST = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"]
LOCAL = ["DNS:localhost", "IP:127.0.0.1"]

# Everything is said here, because the defaults of distributions differ.
CONFIG = """
[req]
distinguished_name = subject
[subject]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
subjectAltName = {names}
[ca]
database = {directory}/issued
new_certs_dir = {directory}
default_md = sha256
default_days = 30
rand_serial = yes
unique_subject = no
policy = policy
[policy]
commonName = supplied
"""


class Certificate(NamedTuple):
    chain: pathlib.Path
    key: pathlib.Path


class Authority:
    """A private authority: clients trust what it issued if they are given `certificate`, or for skopeo and podman the
    directory `trust`."""

    def __init__(self, directory):
        self._directory = pathlib.Path(directory)
        (self._directory / "issued").touch()
        self.certificate, self._key = self._self_signed("authority", "ocibuild test authority", "authority")
        self.trust = self._directory / "trust"
        self.trust.mkdir()
        shutil.copy(self.certificate, self.trust / "ca.crt")

    def good(self):
        """For localhost and 127.0.0.1."""
        return self._issue("good", LOCAL)

    def expired(self):
        return self._issue("expired", LOCAL, PAST)

    def wrong_name(self):
        return self._issue("wrong_name", ["DNS:registry.example"])

    def self_signed(self):
        """The right names, without the authority."""
        return self._self_signed("self_signed", "localhost", "server")

    def _config(self, names=LOCAL):
        path = self._directory / "openssl.cnf"
        path.write_text(CONFIG.format(directory=self._directory, names=", ".join(names)))
        return ["-config", path]

    def _self_signed(self, name, subject, extensions):
        result = Certificate(self._directory / f"{name}.pem", self._directory / f"{name}.key")
        run(installed("openssl"), "req", "-x509", *self._config(), *NEW_KEY, "-keyout", result.key,
            "-out", result.chain, "-days", "30", "-subj", f"/CN={subject}", "-extensions", extensions)
        return result

    def _issue(self, name, names, validity=()):
        request = self._directory / f"{name}.csr"
        result = Certificate(self._directory / f"{name}.pem", self._directory / f"{name}.key")
        config = self._config(names)
        run(installed("openssl"), "req", "-new", *config, *NEW_KEY, "-keyout", result.key, "-out", request,
            "-subj", f"/CN={name}")
        run(installed("openssl"), "ca", "-batch", "-notext", "-name", "ca", *config, "-extensions", "server",
            *validity, "-cert", self.certificate, "-keyfile", self._key, "-in", request, "-out", result.chain)
        return result
