"""Whoever receives a web hook, by a library of others: http-message-signatures (RFC 9421), and Python's own hmac.

    hook.py <JSON    checks {"secret", "key_id", "method", "url", "headers": [[name, value], ...], "body", "max_age_s"};
                     answers {"good", "covers", "parameters", "simple"} or {"good": false, "why"}

The body is base64. `max_age_s` is null when the clock of the test is not the computer's."""

import base64
import datetime
import hashlib
import hmac
import json
import sys
from types import SimpleNamespace

from http_message_signatures import (
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    algorithms,
)

COVERED = ("@method", "@authority", "@path", "content-digest")


class Keys(HTTPSignatureKeyResolver):
    def __init__(self, asked):
        self.key_id, self.secret = asked["key_id"], asked["secret"].encode()

    def resolve_public_key(self, key_id):
        return self.secret if key_id == self.key_id else None


class Verifier(HTTPMessageVerifier):
    # The test's clock is its own: what is too old or from the future is checked by the test itself.
    max_clock_skew = datetime.timedelta(days=3650)


def checked(asked):
    headers = {name: value for name, value in asked["headers"]}
    body = base64.b64decode(asked["body"])
    request = SimpleNamespace(method=asked["method"], url=asked["url"], headers=headers)
    verifier = Verifier(signature_algorithm=algorithms.HMAC_SHA256, key_resolver=Keys(asked))
    try:
        [result] = verifier.verify(
            request, max_age=None, expect_tag="latchkey", require_components=COVERED, body=body
        )
    except InvalidSignature as why:
        return {"good": False, "why": str(why)}
    simple = "sha256=" + hmac.new(asked["secret"].encode(), body, hashlib.sha256).hexdigest()
    return {
        "good": True,
        "covers": sorted(result.covered_components),
        "parameters": result.parameters,
        "simple": hmac.compare_digest(simple, headers["x-latchkey-signature"]),
    }


json.dump(checked(json.load(sys.stdin)), sys.stdout)
