"""Flask: routes, cookies, pages, security headers. Decides nothing.

Turns a request into a call of a flow, and what the flow says into a response. May import
everything below but redis-py, Authlib, joserfc and PyJWT.
"""
