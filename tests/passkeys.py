"""A passkey in software: answers what a browser would, truly or, where a test says so, falsely."""

import hashlib
import json
import secrets

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

ORIGIN = "https://testserver"
FLAG = AuthenticatorData.FLAG


class Passkey:
    """`is_verified`: finger, face or PIN was asked for. `origin`: the site that the browser names."""

    def __init__(self, *, origin=ORIGIN, is_verified=True):
        self.origin, self.is_verified = origin, is_verified
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.owner = None

    def create(self, options):
        """The answer to the options of the page that adds a passkey."""
        self.owner = options["user"]["id"]
        public = ES256.from_cryptography_key(self.key.public_key())
        credential = AttestedCredentialData.create(bytes(16), self.id, public)
        data = self._data(options["rp"]["id"], FLAG.AT, credential)
        return self._answer(
            clientDataJSON=self._client_data("create", options),
            attestationObject=AttestationObject.create("none", data, {}),
        )

    def get(self, options):
        """The answer to the options of a log-in, signed."""
        data = self._data(options["rpId"], FLAG(0))
        client_data = self._client_data("get", options)
        signature = self.key.sign(data + client_data.hash, ec.ECDSA(hashes.SHA256()))
        return self._answer(
            clientDataJSON=client_data,
            authenticatorData=data,
            signature=signature,
            userHandle=websafe_decode(self.owner),
        )

    def _data(self, site, flags, credential=b""):
        verified = FLAG.UV if self.is_verified else FLAG(0)
        return AuthenticatorData.create(
            hashlib.sha256(site.encode()).digest(), FLAG.UP | verified | flags, 0, credential
        )

    def _client_data(self, act, options):
        return CollectedClientData.create(f"webauthn.{act}", options["challenge"], self.origin)

    def _answer(self, **response):
        return json.dumps(
            {
                "type": "public-key",
                "id": websafe_encode(self.id),
                "rawId": websafe_encode(self.id),
                "response": {name: websafe_encode(value) for name, value in response.items()},
                "clientExtensionResults": {"credProps": {"rk": True}},
            }
        )
