"""Make the keys, certificates and numbers of all parties once, and keep them with mode 0600."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from datetime import datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)
from cryptography.x509.oid import NameOID

UNIONPAY_NAME = "041@8310000000083040@中国银联股份有限公司@00016495"


class Credentials:
    """Give the acquirers' side of the keys to the sandbox and the client's side to clients."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "credentials.json"
        if not self._path.exists():
            self._write(_make_all())
        self.data: dict[str, Any] = json.loads(self._path.read_text(encoding="utf-8"))

    def _write(self, data: dict[str, Any]) -> None:
        partial = self._path.with_suffix(".partial")
        fd = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "w", encoding="utf-8") as file:
            json.dump(data, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(self._path)

    def rotate(self, acquirer: str) -> None:
        """Sign with a new platform key from now on (WeChat: under a new public-key id)."""
        key = _new_key()
        own = dict(self.data[acquirer])
        own["platform_private_key"] = _key_pem(key)
        if acquirer == "wechat":
            own["platform_public_key"] = _public_pem(key.public_key())
            own["platform_public_key_id"] = own["platform_public_key_id"][:-20] + _digits(20)
        else:
            own["alipay_public_key"] = _public_pem(key.public_key())
        self.data = {**self.data, acquirer: own}
        self._write(self.data)
        self.__dict__.pop(f"{acquirer}_platform_key", None)

    @cached_property
    def wechat_platform_key(self) -> RSAPrivateKey:
        """Return the key that signs WeChat's answers and notices."""
        return _private(self.data["wechat"]["platform_private_key"])

    @cached_property
    def wechat_merchant_public(self) -> RSAPublicKey:
        """Return the public half of the service provider's API certificate."""
        return _private(self.data["wechat"]["merchant_private_key"]).public_key()

    @cached_property
    def alipay_platform_key(self) -> RSAPrivateKey:
        """Return the key that signs Alipay's answers and notices."""
        return _private(self.data["alipay"]["platform_private_key"])

    @cached_property
    def alipay_app_public(self) -> RSAPublicKey:
        """Return the public key that the ISV's application registered."""
        return _private(self.data["alipay"]["app_private_key"]).public_key()

    @cached_property
    def unionpay_platform_key(self) -> RSAPrivateKey:
        """Return the key that signs UnionPay's answers and notices."""
        return _private(self.data["unionpay"]["platform_private_key"])

    @cached_property
    def unionpay_merchant_public(self) -> RSAPublicKey:
        """Return the public half of the merchant's signing certificate."""
        return _private(self.data["unionpay"]["sign_private_key"]).public_key()

    @cached_property
    def forger_key(self) -> RSAPrivateKey:
        """Return a key that belongs to nobody, for forged messages."""
        return _private(self.data["forger_private_key"])

    @cached_property
    def forger_certificate(self) -> str:
        """Return a certificate that looks like UnionPay's but leads back to nobody."""
        return _pem_of(_Issuer("forger", key=self.forger_key).issue_named(UNIONPAY_NAME, self.forger_key))

    def client_side(self, acquirer: str) -> dict[str, Any]:
        """Return what the acquirer would give to, or know of, its client."""
        own = {name: value for name, value in self.data[acquirer].items() if name != "platform_private_key"}
        if acquirer == "wechat":
            own["sp_app_secret"] = hashlib.sha256(own["apiv3_key"].encode()).hexdigest()[:32]
        return own


def _private(pem: str) -> RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("credentials.json: an RSA key is needed")
    return key


def _new_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def _key_pem(key: RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def _public_pem(key: RSAPublicKey) -> str:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def _digits(count: int) -> str:
    return "".join(str(secrets.randbelow(10)) for _ in range(count))


class _Issuer:
    """Issue certificates that lead back to one root."""

    def __init__(self, name: str, parent: _Issuer | None = None, key: RSAPrivateKey | None = None) -> None:
        self.key = key or _new_key()
        self.name = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Acquirer Sandbox"),
                x509.NameAttribute(NameOID.COMMON_NAME, name),
            ]
        )
        self.certificate = (parent or self).issue(self.name, self.key.public_key(), is_ca=True)

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def issue(self, subject: x509.Name, key: RSAPublicKey, *, is_ca: bool) -> x509.Certificate:
        """Sign a certificate valid from 2020 for thirty years."""
        start = datetime(2020, 1, 1, tzinfo=timezone.utc)  # noqa: UP017
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(secrets.randbits(150) | 1 << 155)
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=365 * 30))
            .add_extension(x509.BasicConstraints(is_ca, None), critical=True)
            .add_extension(
                x509.KeyUsage(not is_ca, not is_ca, False, False, False, is_ca, is_ca, False, False),
                critical=True,
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
                critical=False,
            )
            .sign(self.key, hashes.SHA256())
        )

    def issue_named(self, common_name: str, key: RSAPrivateKey) -> x509.Certificate:
        """Sign an end certificate with this common name."""
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        return self.issue(subject, key.public_key(), is_ca=False)


def _pem_of(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _make_all() -> dict[str, Any]:
    return {
        "wechat": _make_wechat(),
        "alipay": _make_alipay(),
        "unionpay": _make_unionpay(),
        "forger_private_key": _key_pem(_new_key()),
    }


def _make_wechat() -> dict[str, Any]:
    merchant, platform = _new_key(), _new_key()
    mchid = "19" + _digits(8)
    certificate = _Issuer("Tenpay.com sandbox CA").issue_named(mchid, merchant)
    alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"
    return {
        "sp_mchid": mchid,
        "sp_appid": "wx" + secrets.token_hex(8),
        "merchant_serial_no": f"{certificate.serial_number:040X}",
        "merchant_private_key": _key_pem(merchant),
        "merchant_certificate": _pem_of(certificate),
        "apiv3_key": "".join(secrets.choice(alphabet) for _ in range(32)),
        "platform_private_key": _key_pem(platform),
        "platform_public_key": _public_pem(platform.public_key()),
        "platform_public_key_id": "PUB_KEY_ID_01" + mchid + _digits(20),
    }


def _make_alipay() -> dict[str, Any]:
    app, platform = _new_key(), _new_key()
    return {
        "app_id": "2021" + _digits(12),
        "isv_pid": "2088" + _digits(12),
        "app_private_key": _key_pem(app),
        "app_public_key": _public_pem(app.public_key()),
        "platform_private_key": _key_pem(platform),
        "alipay_public_key": _public_pem(platform.public_key()),
        "sign_type": "RSA2",
    }


def _make_unionpay() -> dict[str, Any]:
    merchant, platform = _new_key(), _new_key()
    root = _Issuer("UnionPay sandbox root CA")
    middle = _Issuer("UnionPay sandbox intermediate CA", root)
    mer_id = "8980" + _digits(11)
    own = middle.issue_named(f"041@{mer_id}@{mer_id}:SIGN@00000001", merchant)
    theirs = middle.issue_named(UNIONPAY_NAME, platform)
    return {
        "mer_id": mer_id,
        "sign_private_key": _key_pem(merchant),
        "sign_certificate": _pem_of(own),
        "sign_cert_id": str(own.serial_number),
        "platform_private_key": _key_pem(platform),
        "platform_certificate": _pem_of(theirs),
        "platform_cert_id": str(theirs.serial_number),
        "root_certificate": root.pem,
        "middle_certificate": middle.pem,
        "version": "5.1.0",
        "encoding": "UTF-8",
    }
