"""A mail server that somebody else wrote: aiosmtpd. Says its port and its certificate in the first line, then a line of JSON for
each letter.

    mail_server.py plain|starttls|implicit [--login]

With --login it takes letters from ana with the password "hush" only. Recipients say what it answers: busy@… is told to come
again (451), unknown@… that there is nobody of that name (550)."""

import asyncio
import datetime
import email
import email.policy
import json
import pathlib
import ssl
import sys
import tempfile

from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def say(**what):
    print(json.dumps(what), flush=True)


class Letters:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("busy@"):
            return "451 4.2.1 Mailbox busy, try again"
        if address.startswith("unknown@"):
            return "550 5.1.1 Nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = {kind: letter.get_body((kind,)).get_content() for kind in ("plain", "html")}
        say(
            sender=envelope.mail_from,
            recipients=envelope.rcpt_tos,
            headers=[[name, str(value)] for name, value in letter.items()],
            # `session.ssl` knows of STARTTLS only.
            tls=server.transport.get_extra_info("ssl_object") is not None,
            **parts,
        )
        return "250 OK"


def only_ana(server, session, envelope, mechanism, data):
    good = (data.login, data.password) == (b"ana", b"hush")
    return AuthResult(success=good, handled=False)


def certificate(folder):
    """One of its own for localhost, as a household's mail server has; answers with the names of its files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = pathlib.Path(folder)
    (folder / "certificate").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return folder / "certificate", folder / "key"


async def main():
    kind, *more = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        paths = certificate(folder)
        pem = paths[0].read_text()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*paths)
    loop = asyncio.get_running_loop()

    def session():
        return SMTP(
            Letters(),
            hostname="peer.example",
            loop=loop,
            tls_context=context if kind == "starttls" else None,
            require_starttls=kind == "starttls",
            authenticator=only_ana,
            auth_required="--login" in more,
            auth_require_tls=kind == "starttls",
        )

    server = await loop.create_server(session, "127.0.0.1", 0, ssl=context if kind == "implicit" else None)
    say(port=server.sockets[0].getsockname()[1], certificate=pem)
    await server.serve_forever()


asyncio.run(main())
