"""Commerce Layer: customer tokens by the JWT bearer grant, customers by the Core API.

Beside them, for those who must, the token of the SSO that the vendor retired (legacy_token.py).
"""
