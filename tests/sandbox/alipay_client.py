"""An Alipay client written from the protocol alone."""

import base64
import io
import json
import time
import zipfile
from urllib.parse import parse_qsl

import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key


class AlipayClient:
    def __init__(self, credentials):
        self.own = credentials
        self.key = load_pem_private_key(credentials["app_private_key"].encode(), None)
        self.platform = load_pem_public_key(credentials["alipay_public_key"].encode())
        self.token = credentials["sub_merchants"][0]["app_auth_token"]
        self.seller = credentials["sub_mchids"][0]
        self.http = requests.Session()

    def call(self, method, biz, notify_url="", in_query=False, charset="utf-8", timeout=20, **changed):
        """Return the HTTP response of a signed call."""
        fields = {
            "app_id": self.own["app_id"],
            "method": method,
            "format": "JSON",
            "charset": charset,
            "sign_type": "RSA2",
            "timestamp": time.strftime("%Y-%m-%d %H:%M:%S"),
            "version": "1.0",
            "app_auth_token": self.token,
            "notify_url": notify_url,
            "biz_content": json.dumps(biz, ensure_ascii=False),
        } | changed
        fields = {name: value for name, value in fields.items() if value}
        if "sign" not in changed:
            text = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
            signed = self.key.sign(text.encode(charset), PKCS1v15(), SHA256())
            fields["sign"] = base64.b64encode(signed).decode()
        form = {name: value.encode(charset) for name, value in fields.items()}
        url = self.own["gateway_url"]
        if in_query:
            content = form.pop("biz_content")
            return self.http.post(url, params=form, data={"biz_content": content}, timeout=timeout)
        return self.http.post(url, data=form, timeout=timeout)

    def ask(self, method, biz, **more):
        """Return the inside of a verified answer."""
        answer = self.call(method, biz, **more)
        raw = answer.content.decode("utf-8")
        inside, signature = self.split(raw)
        assert self.fits(inside, signature)
        return json.loads(inside)

    @staticmethod
    def split(raw):
        start = raw.index('_response":') + len('_response":')
        _, end = json.JSONDecoder().raw_decode(raw, start)
        return raw[start:end], json.loads(raw).get("sign", "")

    def fits(self, text, signature):
        try:
            self.platform.verify(base64.b64decode(signature), text.encode(), PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True

    def read_notice(self, body):
        """Return the fields of a notice and whether they are signed."""
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
        signature = fields.pop("sign")
        fields.pop("sign_type")
        text = "&".join(f"{name}={fields[name]}" for name in sorted(fields) if fields[name])
        return fields, self.fits(text, signature)

    def order(self, no, yuan, **more):
        return {"out_trade_no": no, "total_amount": yuan, "subject": "番茄 } 25kg"} | more

    def precreate(self, no, yuan, notify_url="", **more):
        return self.ask("alipay.trade.precreate", self.order(no, yuan, **more), notify_url=notify_url)

    def query(self, no):
        return self.ask("alipay.trade.query", {"out_trade_no": no})

    def bill(self, day):
        """Return the two texts of a bill, detail first."""
        biz = {"bill_type": "trade", "bill_date": day}
        shown = self.ask("alipay.data.dataservice.bill.downloadurl.query", biz)
        if shown["code"] != "10000":
            return shown, {}
        packed = self.http.get(shown["bill_download_url"], timeout=20).content
        archive = zipfile.ZipFile(io.BytesIO(packed), metadata_encoding="gbk")
        return shown, {name: archive.read(name).decode("gbk") for name in archive.namelist()}
