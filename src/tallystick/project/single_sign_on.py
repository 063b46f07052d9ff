"""The OpenID Connect provider of the configuration, as allauth wants it. Setting one up: docs/how/single-sign-on.md."""

from __future__ import annotations

from typing import Any, Final

from tallystick.project.config import Config

IN_ADDRESSES: Final = "oidc"
"""How the provider is called in addresses: what is registered with it as a way back never changes."""


def providers(config: Config) -> dict[str, Any]:
    """`SOCIALACCOUNT_PROVIDERS`: the one provider, or none."""
    if not config.oidc_issuer or config.oidc_client_secret is None:
        return {}
    app = {
        "provider_id": IN_ADDRESSES,
        "name": config.oidc_name,
        "client_id": config.oidc_client_id,
        "secret": config.oidc_client_secret.get_secret_value(),
        "settings": {"server_url": config.oidc_issuer},
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
