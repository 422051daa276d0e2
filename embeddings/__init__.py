"""Documents to passages to vectors to an index, with every character traceable to its original.

This package knows nothing of answers or chats: `qa` is built on it, never the reverse.
"""
