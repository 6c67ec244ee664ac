"""A UnionPay client written from the protocol alone; it believes only the certificate chain."""

import base64
import hashlib
import io
import time
import zipfile
import zlib
from urllib.parse import parse_qsl

import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate
from cryptography.x509.oid import NameOID

NO_NOTICE = "http://www.specialUrl.com"


def digest(fields):
    text = "&".join(f"{name}={fields[name]}" for name in sorted(fields) if name != "signature")
    return hashlib.sha256(text.encode()).hexdigest().encode()


class UnionpayClient:
    def __init__(self, credentials):
        self.own = credentials
        self.key = load_pem_private_key(credentials["sign_private_key"].encode(), None)
        self.root = load_pem_x509_certificate(credentials["root_certificate"].encode())
        self.middle = load_pem_x509_certificate(credentials["middle_certificate"].encode())
        self.sub = credentials["sub_mchids"][0]
        self.http = requests.Session()

    def trusts(self, fields):
        """Tell whether the fields are signed by a certificate that leads back to the root."""
        try:
            certificate = load_pem_x509_certificate(fields["signPubKeyCert"].encode())
            self.middle.verify_directly_issued_by(self.root)
            certificate.verify_directly_issued_by(self.middle)
            name = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
            if name.split("@")[2] != "中国银联股份有限公司":
                return False
            signature = base64.b64decode(fields["signature"])
            certificate.public_key().verify(signature, digest(fields), PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError, KeyError):
            return False
        return True

    def send(self, form, url="back_trans_url", timeout=20, **changed):
        """Return the fields of the answer, unverified."""
        fields = {
            "version": "5.1.0",
            "encoding": "UTF-8",
            "signMethod": "01",
            "bizType": "000000",
            "accessType": "0",
            "channelType": "08",
            "merId": self.sub,
            "backUrl": NO_NOTICE,
            "txnTime": time.strftime("%Y%m%d%H%M%S"),
            "certId": self.own["sign_cert_id"],
        } | form
        signed = self.key.sign(digest(fields), PKCS1v15(), SHA256())
        fields["signature"] = base64.b64encode(signed).decode()
        answer = self.http.post(self.own[url], data=fields | changed, timeout=timeout)
        return dict(pair.split("=", 1) for pair in answer.content.decode().split("&"))

    def ask(self, form, url="back_trans_url", **changed):
        fields = self.send(form, url, **changed)
        assert self.trusts(fields), fields
        return fields

    def apply(self, no, fen, back_url="", **more):
        form = {"txnType": "01", "txnSubType": "07", "orderId": no, "txnAmt": str(fen), "currencyCode": "156"}
        return self.ask(form | ({"backUrl": back_url} if back_url else {}) | more)

    def query(self, no, txn_time):
        form = {"txnType": "00", "txnSubType": "00", "orderId": no, "txnTime": txn_time}
        return self.ask(form, "query_url")

    def refund(self, no, query_id, fen, back_url="", **more):
        form = {"txnType": "04", "txnSubType": "00", "orderId": no, "txnAmt": str(fen), "origQryId": query_id}
        return self.ask(form | ({"backUrl": back_url} if back_url else {}) | more)

    def read_notice(self, body):
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
        return fields, self.trusts(fields)

    def statement(self, month_day):
        form = {"txnType": "76", "txnSubType": "01", "settleDate": month_day, "fileType": "00"}
        fields = self.ask(form, "file_url")
        if fields["respCode"] != "00":
            return fields, {}
        archive = zipfile.ZipFile(io.BytesIO(zlib.decompress(base64.b64decode(fields["fileContent"]))))
        return fields, {name: archive.read(name).decode("gbk") for name in archive.namelist()}
