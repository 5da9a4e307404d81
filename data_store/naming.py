"""Names for constraints, so that a migration can change them on either database."""

from sqlalchemy import MetaData


def named_metadata() -> MetaData:
    """A collection for one package's tables, whose constraints all have names."""
    return MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
