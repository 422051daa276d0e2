"""How the reader's weights were made, runnable again; imported by nothing."""
