"""The checker of histories must accept what is possible and catch each thing that a server may do wrong."""

from history import Kind, Operation, first_impossible

GENERATE, REVOKE, VERIFY, HOLDS = Kind.GENERATE, Kind.REVOKE, Kind.VERIFY, Kind.HOLDS


def judge(*rows: tuple) -> int | None:
    """The number of the first impossible row (kind, start, end, token, accepted), counted from 0."""
    history = [Operation(number, *row) for number, row in enumerate(rows)]
    found = first_impossible(history)
    return None if found is None else found.number


def test_a_token_passes_until_the_next_one():
    assert (
        judge(
            (GENERATE, 0, 1, "a", True),
            (VERIFY, 2, 3, "a", True),
            (GENERATE, 4, 5, "b", True),
            (VERIFY, 6, 7, "a", False),
            (VERIFY, 8, 9, "b", True),
        )
        is None
    )


def test_an_answered_token_that_is_refused_is_a_lost_one():
    assert judge((GENERATE, 0, 1, "a", True), (VERIFY, 2, 3, "a", False)) == 1


def test_an_older_token_that_passes_is_a_stale_one():
    assert judge((GENERATE, 0, 1, "a", True), (GENERATE, 2, 3, "b", True), (VERIFY, 4, 5, "a", True)) == 2


def test_a_revoked_token_that_passes_is_a_stale_one():
    assert judge((GENERATE, 0, 1, "a", True), (REVOKE, 2, 3, "a", True), (VERIFY, 4, 5, "a", True)) == 2


def test_an_unanswered_generate_may_have_replaced_the_token_or_not():
    unanswered = [(GENERATE, 0, 1, "a", True), (GENERATE, 2, 3, None, None)]
    assert judge(*unanswered, (VERIFY, 4, 5, "a", True)) is None
    assert judge(*unanswered, (VERIFY, 4, 5, "a", False)) is None


def test_an_unanswered_generate_cannot_replace_the_token_later():
    assert (
        judge(
            (GENERATE, 0, 1, "a", True),
            (GENERATE, 2, 3, None, None),
            (VERIFY, 4, 5, "a", True),
            (VERIFY, 6, 7, "a", False),
        )
        == 3
    )


def test_an_unanswered_generate_leaves_the_old_token_or_a_new_one_never_none():
    unanswered = [(GENERATE, 0, 1, "a", True), (GENERATE, 2, 3, None, None)]
    assert judge(*unanswered, (HOLDS, 4, 5, None, True)) is None
    assert judge(*unanswered, (HOLDS, 4, 5, None, False)) == 2


def test_a_dead_token_does_not_come_back():
    assert (
        judge(
            (GENERATE, 0, 1, "a", True),
            (GENERATE, 2, 3, None, None),
            (VERIFY, 4, 5, "a", False),
            (VERIFY, 6, 7, "a", True),
        )
        == 3
    )


def test_answers_of_concurrent_requests_may_have_come_in_any_order():
    assert judge((GENERATE, 0, 5, "a", True), (GENERATE, 1, 6, "b", True), (VERIFY, 7, 8, "a", True)) is None
    assert judge((GENERATE, 0, 5, "a", True), (GENERATE, 1, 6, "b", True), (VERIFY, 7, 8, "b", True)) is None


def test_of_concurrent_requests_one_token_is_left():
    assert (
        judge(
            (GENERATE, 0, 5, "a", True),
            (GENERATE, 1, 6, "b", True),
            (VERIFY, 7, 8, "a", True),
            (VERIFY, 9, 10, "b", True),
        )
        == 3
    )
    assert (
        judge(
            (GENERATE, 0, 5, "a", True),
            (GENERATE, 1, 6, "b", True),
            (VERIFY, 7, 8, "a", False),
            (VERIFY, 9, 10, "b", False),
        )
        == 3
    )


def test_a_token_passes_before_its_answer_is_read():
    assert judge((GENERATE, 0, 9, "a", True), (VERIFY, 3, 4, "a", True), (VERIFY, 10, 11, "a", True)) is None


def test_a_verification_without_an_answer_tells_nothing():
    assert judge((GENERATE, 0, 1, "a", True), (VERIFY, 2, 3, "a", None), (VERIFY, 4, 5, "a", True)) is None


def test_a_token_is_revoked_once():
    assert judge((GENERATE, 0, 1, "a", True), (REVOKE, 2, 5, "a", True), (REVOKE, 3, 6, "a", False)) is None
    assert judge((GENERATE, 0, 1, "a", True), (REVOKE, 2, 5, "a", True), (REVOKE, 3, 6, "a", True)) == 2
