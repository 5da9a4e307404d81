"""How rows are kept: the engine, the transaction and the column types. No tables."""
