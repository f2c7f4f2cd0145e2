"""Pages of accounts: sign up, sign in, the account itself."""
