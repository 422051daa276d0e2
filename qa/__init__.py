"""Ask your documents, with evidence: questions in, quoted and checked answers out."""
