"""What a database’s failure means: away, unable to write, or the fault of what was to be written."""

import sqlite3

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

AWAY = (DBAPIError, PoolTimeout, OSError, TimeoutError)
"""What a database that does not answer, or can’t do what it is asked, raises."""
_OWN_FAULT = (DataError, IntegrityError, ProgrammingError)
_OWN_STATES = ("22", "23", "42")
"""Classes of SQLSTATE: data, constraints, syntax (postgresql.org, « PostgreSQL Error Codes »)."""
_UNWRITABLE = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
_UNWRITABLE_STATES = {"53100", "25006", "58030"}
"""disk_full, read_only_sql_transaction, io_error."""
_TAKEN_STATE = "23505"
"""unique_violation."""


class TakenMeanwhileError(DBAPIError):
    """What may be there once only was written by somebody else at this very moment: who tries again finds it."""


def is_own_fault(error: BaseException) -> bool:
    """Whether it is the fault of what was to be written, which no database would ever take."""
    return isinstance(error, _OWN_FAULT) or _state(error).startswith(_OWN_STATES)


def wrap_problem(statement: str, problem: Exception) -> DBAPIError:
    """Make of a driver’s error what SQLAlchemy would."""
    kind = TakenMeanwhileError if _state(problem) == _TAKEN_STATE else DBAPIError
    return kind(statement, None, problem)


def may_pass(error: BaseException) -> bool:
    """Whether the same statement may succeed later."""
    return isinstance(error, AWAY) and not is_own_fault(error)


def cannot_write(error: BaseException) -> bool:
    """Whether the database takes nothing any more: it is full, read-only, or its disk is broken."""
    code = getattr(_cause(error), "sqlite_errorcode", None)
    # The low byte is the error, the others tell more of it.
    return (code is not None and code & 0xFF in _UNWRITABLE) or _state(error) in _UNWRITABLE_STATES


def _state(error: BaseException) -> str:
    return str(getattr(_cause(error), "sqlstate", None) or "")


def _cause(error: BaseException) -> object:
    return getattr(error, "orig", None) or error
