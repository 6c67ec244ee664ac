#!/usr/bin/env bash
# A client of the three acquirers that follows their public protocols with nothing but openssl and curl.
#
#   client.sh FOLDER ACQUIRER VERB …
#
# FOLDER holds what an acquirer hands its client, one file a value, named as the sandbox's credentials name it.
# What is printed was verified; an answer whose signature does not fit ends with status 3 and prints nothing.
set -euo pipefail
own=$1 acquirer=$2 verb=$3
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

value() { cat "$own/$1"; }
sign() { openssl dgst -sha256 -sign "$own/$1" | openssl base64 -A; }
refuse() {
  echo "$1" >&2
  exit 3
}
# fits PUBLIC_KEY SIGNATURE_IN_BASE64 < text
fits() {
  printf '%s' "$2" | openssl base64 -d -A >"$work/signature" 2>/dev/null || return 1
  openssl dgst -sha256 -verify "$1" -signature "$work/signature" >/dev/null 2>&1
}
# text NAME < a JSON object: the text under a name, no structure needed
text() { sed -n "s/.*\"$1\":\"\\([^\"]*\\)\".*/\\1/p" | sed 's#\\/#/#g' | head -n 1; }

# ---- WeChat Pay API v3 -------------------------------------------------------------------------------------------
wechat_header() { tr -d '\r' <"$work/headers" | sed -n "s/^$1: //Ip" | tail -n 1; }
wechat_fits() { # BODY_FILE
  [ "$(wechat_header Wechatpay-Serial)" = "$(value platform_public_key_id)" ] || return 1
  {
    printf '%s\n%s\n' "$(wechat_header Wechatpay-Timestamp)" "$(wechat_header Wechatpay-Nonce)"
    cat "$1"
    printf '\n'
  } >"$work/signed"
  fits "$own/platform_public_key" "$(wechat_header Wechatpay-Signature)" <"$work/signed"
}
wechat_call() { # METHOD TARGET [BODY]
  local stamp nonce signature body=${3:-}
  stamp=$(date +%s) nonce=$(openssl rand -hex 16)
  signature=$(printf '%s\n%s\n%s\n%s\n%s\n' "$1" "$2" "$stamp" "$nonce" "$body" | sign merchant_private_key)
  local who="mchid=\"$(value sp_mchid)\",nonce_str=\"$nonce\",signature=\"$signature\",timestamp=\"$stamp\""
  local sent=(-H "Accept: application/json" -H "User-Agent: curl" -H "Content-Type: application/json")
  sent+=(-H "Authorization: WECHATPAY2-SHA256-RSA2048 $who,serial_no=\"$(value merchant_serial_no)\"")
  [ -z "$body" ] || sent+=(--data-binary "$body")
  : >"$work/body"
  status=$(curl -sS -X "$1" "${sent[@]}" -D "$work/headers" -o "$work/body" -w '%{http_code}' "$(value base_url)$2")
}
wechat_ask() {
  wechat_call "$@"
  wechat_fits "$work/body" || refuse "WeChat Pay did not sign this answer: HTTP $status"
  printf '%s ' "$status"
  cat "$work/body"
}
wechat() {
  local sp="sp_mchid=$(value sp_mchid)&sub_mchid=$(value sub_mchid)" sub="\"sub_mchid\":\"$(value sub_mchid)\""
  local both="\"sp_mchid\":\"$(value sp_mchid)\",$sub" pay=/v3/pay/partner/transactions
  case $verb in
    create) wechat_ask POST $pay/native "{\"sp_appid\":\"$(value sp_appid)\",$both,\"description\":\"番茄 25kg\",\
\"out_trade_no\":\"$1\",\"notify_url\":\"$3\",\"amount\":{\"total\":$2,\"currency\":\"CNY\"}}" ;;
    query) wechat_ask GET "$pay/out-trade-no/$1?$sp" ;;
    close) wechat_ask POST "$pay/out-trade-no/$1/close" "{$both}" ;;
    refund) wechat_ask POST /v3/refund/domestic/refunds "{$sub,\"out_trade_no\":\"$1\",\"out_refund_no\":\"$2\",\
\"amount\":{\"refund\":$3,\"total\":$4,\"currency\":\"CNY\"}}" ;;
    refund_query) wechat_ask GET "/v3/refund/domestic/refunds/$1?sub_mchid=$(value sub_mchid)" ;;
    bill)
      wechat_call GET "/v3/bill/tradebill?bill_date=$1&bill_type=ALL&sub_mchid=$(value sub_mchid)"
      wechat_fits "$work/body" || refuse "WeChat Pay did not sign this answer: HTTP $status"
      local hash url
      hash=$(text hash_value <"$work/body") url=$(text download_url <"$work/body" | sed 's/\\u0026/\&/g')
      local root
      root=$(value base_url)
      wechat_call GET "${url#"$root"}"
      [ "$(openssl dgst -sha1 <"$work/body" | sed 's/.* //')" = "$hash" ] || refuse "the bill has another hash"
      cat "$work/body"
      ;;
    notice) # HEADERS_FILE BODY_FILE
      cp "$1" "$work/headers"
      wechat_fits "$2" || refuse "WeChat Pay did not sign this notice"
      echo signed
      ;;
  esac
}

# ---- Alipay gateway ------------------------------------------------------------------------------------------------
alipay_ask() { # METHOD BIZ_CONTENT [NOTIFY_URL]
  local pairs=("app_auth_token=$(value app_auth_token)" "app_id=$(value app_id)" "biz_content=$2" "charset=utf-8")
  pairs+=("format=JSON" "method=$1" "sign_type=RSA2" "timestamp=$(TZ=Asia/Shanghai date '+%Y-%m-%d %H:%M:%S')")
  pairs+=("version=1.0")
  [ -z "${3:-}" ] || pairs+=("notify_url=$3")
  local plain form=()
  plain=$(printf '%s\n' "${pairs[@]}" | LC_ALL=C sort | paste -sd '&')
  pairs+=("sign=$(printf '%s' "$plain" | sign app_private_key)")
  for pair in "${pairs[@]}"; do form+=(--data-urlencode "$pair"); done
  curl -sS "${form[@]}" -o "$work/body" "$(value gateway_url)"
  local raw inside name=${1//./_}_response
  raw=$(cat "$work/body")
  case $raw in *"\"$name\":"*) ;; *) name=error_response ;; esac
  inside=${raw#*\"$name\":}
  inside=${inside%,\"sign\":\"*}
  printf '%s' "$inside" | fits "$own/alipay_public_key" "$(text sign <"$work/body")" ||
    refuse "Alipay did not sign this answer"
  printf '%s' "$inside"
}
alipay() {
  case $verb in
    create) alipay_ask alipay.trade.precreate "{\"out_trade_no\":\"$1\",\"total_amount\":\"$2\",\"subject\":\"番茄 } 25kg\"}" "$3" ;;
    query) alipay_ask alipay.trade.query "{\"out_trade_no\":\"$1\"}" ;;
    close) alipay_ask alipay.trade.close "{\"out_trade_no\":\"$1\"}" ;;
    refund) alipay_ask alipay.trade.refund "{\"out_trade_no\":\"$1\",\"out_request_no\":\"$2\",\"refund_amount\":\"$3\"}" ;;
    refund_query) alipay_ask alipay.trade.fastpay.refund.query "{\"out_trade_no\":\"$1\",\"out_request_no\":\"$2\"}" ;;
    bill)
      alipay_ask alipay.data.dataservice.bill.downloadurl.query "{\"bill_type\":\"trade\",\"bill_date\":\"$1\"}" >"$work/link"
      curl -sS -o "$2" "$(text bill_download_url <"$work/link")"
      openssl dgst -sha256 <"$2" | sed 's/.* //'
      ;;
    notice) # FIELDS_FILE (decoded k=v, one a line) SIGNATURE
      LC_ALL=C sort "$1" | paste -sd '&' | tr -d '\n' | fits "$own/alipay_public_key" "$2" ||
        refuse "Alipay did not sign this notice"
      echo signed
      ;;
  esac
}

# ---- UnionPay ACP 5.1.0 -----------------------------------------------------------------------------------------
# digest FOLDER: SHA-256 in hex over k=v of every file but the signature, in the order of their names
unionpay_digest() {
  local plain="" name
  while IFS= read -r name; do plain+="&$name=$(cat "$1/$name" && printf x)"; plain=${plain%x}; done \
    < <(cd "$1" && LC_ALL=C ls | grep -vx signature)
  printf '%s' "${plain#&}" | openssl dgst -sha256 | sed 's/.* //' | tr -d '\n'
}
unionpay_fits() { # FOLDER of fields
  cp "$1/signPubKeyCert" "$work/cert.pem"
  openssl verify -CAfile "$own/root_certificate" -untrusted "$own/middle_certificate" "$work/cert.pem" >/dev/null 2>&1 || return 1
  openssl x509 -in "$work/cert.pem" -noout -subject -nameopt utf8,-esc_msb | grep -q '@中国银联股份有限公司@' || return 1
  openssl x509 -in "$work/cert.pem" -noout -pubkey >"$work/key.pem"
  unionpay_digest "$1" | fits "$work/key.pem" "$(cat "$1/signature")"
}
unionpay_ask() { # URL_NAME k=v…
  local url=$1 form=() name
  shift
  rm -rf "$work/sent" "$work/got" && mkdir "$work/sent" "$work/got"
  for pair in version=5.1.0 encoding=UTF-8 signMethod=01 bizType=000000 accessType=0 channelType=08 \
    "merId=$(value sub_mchid)" "certId=$(value sign_cert_id)" "$@"; do printf '%s' "${pair#*=}" >"$work/sent/${pair%%=*}"; done
  unionpay_digest "$work/sent" | sign sign_private_key >"$work/sent/signature"
  for name in "$work"/sent/*; do form+=(--data-urlencode "${name##*/}@$name"); done
  curl -sS "${form[@]}" -o "$work/body" "$(value "$url")"
  local rest
  rest=$(cat "$work/body" && printf '&')
  while [ -n "$rest" ]; do
    name=${rest%%=*} rest=${rest#*=}
    printf '%s' "${rest%%&*}" >"$work/got/$name"
    rest=${rest#*&}
  done
  unionpay_fits "$work/got" || refuse "UnionPay did not sign this answer"
  for name in "$work"/got/*; do
    case ${name##*/} in signPubKeyCert | signature | fileContent) ;; *) printf '%s=%s\n' "${name##*/}" "$(cat "$name")" ;; esac
  done
}
unionpay() {
  local now
  now=$(TZ=Asia/Shanghai date +%Y%m%d%H%M%S)
  case $verb in
    create) unionpay_ask back_trans_url txnType=01 txnSubType=07 "orderId=$1" "txnAmt=$2" currencyCode=156 "txnTime=$4" "backUrl=$3" ;;
    query) unionpay_ask query_url txnType=00 txnSubType=00 "orderId=$1" "txnTime=$2" ;;
    refund) unionpay_ask back_trans_url txnType=04 txnSubType=00 "orderId=$1" "origQryId=$2" "txnAmt=$3" "txnTime=$4" \
      backUrl=http://www.specialUrl.com ;;
    bill)
      unionpay_ask file_url txnType=76 txnSubType=01 "settleDate=$1" fileType=00 "txnTime=$now"
      openssl base64 -d -A <"$work/got/fileContent" >"$2"
      ;;
    notice) # FOLDER of decoded fields, one file each
      unionpay_fits "$1" || refuse "UnionPay did not sign this notice"
      echo signed
      ;;
  esac
}

"$acquirer" "$@"
