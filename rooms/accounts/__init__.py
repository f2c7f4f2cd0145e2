"""What an account has beyond Django's user: the browsers that are signed in to it, passkeys, other sign-ins."""
