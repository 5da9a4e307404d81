"""What the line says: texts by id in every language, and digits as each language says them."""
