"""A WeChat Pay client written from the protocol alone, knowing nothing of the sandbox's code."""

import base64
import json
import time
import uuid

import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key


class WechatClient:
    def __init__(self, credentials):
        self.own = credentials
        self.key = load_pem_private_key(credentials["merchant_private_key"].encode(), None)
        self.platform = load_pem_public_key(credentials["platform_public_key"].encode())
        self.http = requests.Session()

    def authorization(self, method, target, body, **changed):
        part = {
            "mchid": self.own["sp_mchid"],
            "nonce_str": uuid.uuid4().hex,
            "timestamp": str(int(time.time())),
            "serial_no": self.own["merchant_serial_no"],
        } | changed
        text = f"{method}\n{target}\n{part['timestamp']}\n{part['nonce_str']}\n{body}\n"
        signed = self.key.sign(text.encode(), PKCS1v15(), SHA256())
        part.setdefault("signature", base64.b64encode(signed).decode())
        return "WECHATPAY2-SHA256-RSA2048 " + ",".join(f'{k}="{v}"' for k, v in part.items())

    def call(self, method, target, body=None, headers=None, timeout=20, sent=None, **changed):
        """Return the response; the body signed is not the body sent when ``sent`` is given."""
        text = json.dumps(body, ensure_ascii=False) if body is not None else ""
        all_headers = {
            "Authorization": self.authorization(method, target, text, **changed),
            "Accept": "application/json",
            "User-Agent": "a client",
            "Content-Type": "application/json",
            "Wechatpay-Serial": self.own["platform_public_key_id"],
            **(headers or {}),
        }
        data = (sent if sent is not None else text).encode()
        return self.http.request(
            method, self.own["base_url"] + target, data=data or None, headers=all_headers, timeout=timeout
        )

    def is_signed(self, headers, body):
        if headers.get("Wechatpay-Serial") != self.own["platform_public_key_id"]:
            return False
        text = f"{headers['Wechatpay-Timestamp']}\n{headers['Wechatpay-Nonce']}\n".encode() + body + b"\n"
        try:
            signature = base64.b64decode(headers["Wechatpay-Signature"], validate=True)
            self.platform.verify(signature, text, PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True

    def open(self, body):
        """Return the plain resource of a notice."""
        resource = json.loads(body)["resource"]
        assert resource["algorithm"] == "AEAD_AES_256_GCM"
        plain = AESGCM(self.own["apiv3_key"].encode()).decrypt(
            resource["nonce"].encode(),
            base64.b64decode(resource["ciphertext"]),
            resource["associated_data"].encode(),
        )
        return json.loads(plain)

    def seal(self, text):
        padding = OAEP(mgf=MGF1(algorithm=SHA1()), algorithm=SHA1(), label=None)
        return base64.b64encode(self.platform.encrypt(text.encode(), padding)).decode()

    def order(self, no, total, notify_url="http://127.0.0.1:9/none", sub=None, **more):
        return {
            "sp_appid": self.own["sp_appid"],
            "sp_mchid": self.own["sp_mchid"],
            "sub_mchid": sub or self.own["sub_mchids"][0],
            "description": "番茄 25kg",
            "out_trade_no": no,
            "notify_url": notify_url,
            "amount": {"total": total, "currency": "CNY"},
        } | more

    def native(self, no, total, notify_url="http://127.0.0.1:9/none", **more):
        body = self.order(no, total, notify_url, **more)
        return self.call("POST", "/v3/pay/partner/transactions/native", body)

    def who(self, sub=None):
        return {"sp_mchid": self.own["sp_mchid"], "sub_mchid": sub or self.own["sub_mchids"][0]}

    def query(self, no, sub=None):
        who = self.who(sub)
        path = f"/v3/pay/partner/transactions/out-trade-no/{no}"
        return self.call("GET", f"{path}?sp_mchid={who['sp_mchid']}&sub_mchid={who['sub_mchid']}")

    def close(self, no, sub=None):
        path = f"/v3/pay/partner/transactions/out-trade-no/{no}/close"
        return self.call("POST", path, self.who(sub))

    def refund(self, no, refund_no, fen, total, sub=None, **more):
        body = {
            "sub_mchid": sub or self.own["sub_mchids"][0],
            "out_trade_no": no,
            "out_refund_no": refund_no,
            "amount": {"refund": fen, "total": total, "currency": "CNY"},
        } | more
        return self.call("POST", "/v3/refund/domestic/refunds", body)

    def refund_query(self, refund_no, sub=None):
        sub = sub or self.own["sub_mchids"][0]
        return self.call("GET", f"/v3/refund/domestic/refunds/{refund_no}?sub_mchid={sub}")

    def bill(self, day, query=""):
        answer = self.call("GET", f"/v3/bill/tradebill?bill_date={day}{query}")
        if answer.status_code != 200:
            return answer, b""
        target = answer.json()["download_url"][len(self.own["base_url"]) :]
        return answer, self.call("GET", target).content
