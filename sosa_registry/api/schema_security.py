"""What the OpenAPI document says of who is calling."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from .authentication import SCHEME


class TokenScheme(OpenApiAuthenticationExtension):
    """A token in the Authorization header."""

    target_class = "sosa_registry.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema):
        """A header whose value begins with the scheme's name."""
        told = f"`{SCHEME} sosa_…`: made in the admin, or by `manage.py create_token`."
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": told}
