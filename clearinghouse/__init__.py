"""The register: products, license servers and requests. The only place where an ID is issued."""
