"""How an evening starts: ready checks, premieres and polls. Pure rules, without Django."""
