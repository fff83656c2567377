"""The employee file: contracts, documents, and what people say of themselves."""
