"""Made-up requests to every operation, fitting and unfitting: no fault, nothing undocumented.

The register holds a product and a license server, so that where a request fits there is something
to answer.
"""

from collections.abc import Iterator

import pytest
import schemathesis
import schemathesis.specs.openapi.schemas  # else imported at the first request, beside threads
from hypothesis import given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from data_store import open_engine
from licensing_site.api import MOUNT
from licensing_site.api.application import OPERATIONS
from licensing_site.api.operations import Operation
from tests.licensing_site.api_house import Api

EXAMPLES = 20
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
# What takes nothing can't be given anything unfitting.
CASES = [
    pytest.param(operation, mode, id=f"{operation.id}-{mode.value}")
    for operation in OPERATIONS
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE
    or operation.body
    or operation.query
    or operation.path_parameters
]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('api')}/store.db")
    yield Api(engine, burst=1_000_000)
    engine.dispose()


@pytest.fixture(scope="module")
def token(api: Api) -> str:
    return api.token()


@pytest.fixture(scope="module")
def known(api: Api) -> dict[str, str]:
    """Path parameters for which there is something in the register."""
    request = api.desk.issued(api.desk.activated())
    return {
        "product_id": request.product_id,
        "case_number": request.case_number,
        "server": "1",
    }


@pytest.mark.parametrize(("operation", "mode"), CASES)
def test_whatever_comes_is_answered_as_documented(
    api: Api, token: str, known: dict[str, str], operation: Operation, mode: GenerationMode
) -> None:
    mounted = DispatcherMiddleware(NotFound(), {MOUNT: api.app})
    schema = schemathesis.openapi.from_wsgi(f"{MOUNT}/openapi.json", mounted)
    tested = schema[operation.path][operation.method]
    headers = {"Authorization": f"Bearer {token}"} if operation.scope else {}
    there = {name: known[name] for name in operation.path_parameters}

    @settings(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None)
    @given(case=tested.as_strategy(mode), is_there=st.booleans())
    def run(*, case: schemathesis.Case, is_there: bool) -> None:
        if is_there and mode is GenerationMode.POSITIVE:
            case.path_parameters = there
        answer = case.call_and_validate(headers=headers, checks=CHECKS)
        statuses.add(answer.status_code)

    statuses: set[int] = set()

    run()
    if mode is GenerationMode.POSITIVE and not operation.body:
        assert operation.status in statuses
