"""How the committed tables and models were made; imported by nothing at run time."""
