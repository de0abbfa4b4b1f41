"""A small identity provider, run in the tests: OpenID Connect's code flow with PKCE, no more."""

import base64
import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT_ID, CLIENT_SECRET = "registry", "the registry's secret"
KEY, STRANGERS_KEY = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in "12")


class Provider(ThreadingHTTPServer):
    """Who is signed in there (`person`), and the grants that it has given."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.person, self.grants, self.tokens = {}, {}, set()
        self.claims, self.metadata, self.described = {}, {}, {}  # what it says otherwise
        self.signs_with, self.algorithm = KEY, "RS256"

    def authorize(self, address: str) -> str:
        """What a browser would be sent back to after its person agreed at this address."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        code = token_urlsafe()
        self.grants[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def grant(self, form: dict) -> dict | None:
        """Tokens for a code, once, to the client that it was given to and that knows its secret."""
        asked = self.grants.pop(form.get("code"), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if not asked or challenge != asked["code_challenge"]:
            return None
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return None
        claims = {"iss": self.url, "aud": CLIENT_ID, "iat": 1, "exp": 9_999_999_999}
        claims |= {"nonce": asked.get("nonce")} | self.person | self.claims
        token = token_urlsafe()
        self.tokens.add(token)
        signed = jwt.encode(
            {name: value for name, value in claims.items() if value is not None},
            self.signs_with,
            algorithm=self.algorithm,
            headers={"kid": "one"},
        )
        return {"access_token": token, "token_type": "Bearer", "id_token": signed}


class Answer(BaseHTTPRequestHandler):
    """The provider's four addresses."""

    def do_GET(self):
        """Discovery, keys and the person."""
        url, path = self.server.url, urlsplit(self.path).path
        if path == "/.well-known/openid-configuration":
            return self._say(
                {
                    "issuer": url,
                    "authorization_endpoint": f"{url}/authorize",
                    "token_endpoint": f"{url}/token",
                    "userinfo_endpoint": f"{url}/userinfo",
                    "jwks_uri": f"{url}/keys",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                    **self.server.metadata,
                }
            )
        if path == "/keys":
            public = RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
            return self._say({"keys": [public | {"kid": "one", "alg": "RS256", "use": "sig"}]})
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if path == "/userinfo" and token in self.server.tokens:
            return self._say(self.server.person | self.server.described)
        return self._say({"error": "no such thing"}, 404)

    def do_POST(self):
        """Tokens for a code."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        given = self.server.grant({name: values[0] for name, values in parse_qs(body).items()})
        return self._say(given or {"error": "invalid_grant"}, 200 if given else 400)

    def _say(self, answer: dict, status: int = 200):
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Quietly."""


@contextmanager
def running():
    """A provider that answers until the block ends."""
    with Provider() as provider:
        thread = threading.Thread(target=provider.serve_forever, daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            provider.shutdown()
            thread.join()
