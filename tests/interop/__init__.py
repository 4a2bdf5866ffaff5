"""Sign-ins at a certified OpenID provider of others: what both sides read out of the standards."""
