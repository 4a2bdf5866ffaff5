"""OpenID Connect towards providers that rotate keys, change secrets and send odd answers."""
