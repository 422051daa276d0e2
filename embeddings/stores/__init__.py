"""Nearest neighbours behind the `VectorStore` protocol.

`ExactStore` compares with every vector, in numpy alone; `FaissStore` puts a FAISS base under one.
"""
