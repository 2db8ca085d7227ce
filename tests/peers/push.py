"""A browser and its push service, by libraries of others: http_ece (what pywebpush encrypts with) and py_vapid.

    push.py keys                   a browser's keys, as JSON
    push.py open    <JSON          decrypts {"private", "auth", "body"}; answers {"message"}
    push.py vapid   <JSON          checks {"authorization"}; answers {"good", "claims"}

All bytes are base64url."""

import base64
import json
import os
import sys

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02


def to_bytes(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def to_text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def keys():
    private = ec.generate_private_key(ec.SECP256R1())
    point = private.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    secret = private.private_numbers().private_value.to_bytes(32, "big")
    return {"private": to_text(secret), "p256dh": to_text(point), "auth": to_text(os.urandom(16))}


def opened(asked):
    private = ec.derive_private_key(int.from_bytes(to_bytes(asked["private"]), "big"), ec.SECP256R1())
    message = http_ece.decrypt(
        to_bytes(asked["body"]), private_key=private, auth_secret=to_bytes(asked["auth"]), version="aes128gcm"
    )
    return {"message": to_text(message)}


def vapid(asked):
    # It takes no space after the comma, which RFC 8292 section 3 has in its example.
    good = Vapid02.verify(asked["authorization"].replace(", ", ","))
    token = asked["authorization"].split("t=")[1].split(",")[0]
    return {"good": good, "claims": json.loads(to_bytes(token.split(".")[1]))}


if __name__ == "__main__":
    does = {"keys": lambda: keys(), "open": lambda: opened(json.load(sys.stdin)), "vapid": lambda: vapid(json.load(sys.stdin))}
    json.dump(does[sys.argv[1]](), sys.stdout)
