"""The checker of histories must accept what is possible and catch each thing that a server may do wrong."""

from history import OPEN, Kind, Operation
from linearizability import check_histories, first_impossible

GENERATE, REVOKE, VERIFY, HOLDS, SET_PASSWORD = Kind.GENERATE, Kind.REVOKE, Kind.VERIFY, Kind.HOLDS, Kind.SET_PASSWORD


def judge(*rows: tuple) -> int | None:
    """The number of the first impossible row (kind, start, end, token, accepted, password), counted from 0."""
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


def test_what_never_got_an_answer_may_happen_at_any_later_time_but_once():
    late = [(GENERATE, 0, 1, "a", True), (GENERATE, 2, OPEN, None, None), (VERIFY, 4, 5, "a", True)]
    assert judge(*late, (VERIFY, 6, 7, "a", False)) is None
    assert judge(*late, (VERIFY, 6, 7, "a", False), (VERIFY, 8, 9, "a", True)) == 4
    renewed = (*late, (VERIFY, 6, 7, "a", False), (GENERATE, 8, 9, "b", True))
    assert judge(*renewed, (VERIFY, 10, 11, "b", True)) is None
    assert judge(*renewed, (VERIFY, 10, 11, "b", False)) == 5


def test_a_revocation_without_an_answer_may_come_late_and_ends_no_newer_token():
    late = [(GENERATE, 0, 1, "a", True), (REVOKE, 2, OPEN, "a", None), (VERIFY, 4, 5, "a", True)]
    assert judge(*late, (VERIFY, 6, 7, "a", False), (HOLDS, 8, 9, None, False)) is None
    assert judge(*late, (GENERATE, 6, 7, "b", True), (VERIFY, 8, 9, "b", False)) == 4


def test_no_token_of_the_old_password_lives_after_its_change():
    change = (SET_PASSWORD, 2, 5, None, True, 1)
    race = [(GENERATE, 0, 1, "a", True, 0), change, (GENERATE, 3, 4, "b", True, 0)]
    assert judge(*race, (VERIFY, 6, 7, "b", False), (VERIFY, 6, 7, "a", False)) is None
    assert judge(*race, (VERIFY, 6, 7, "b", True)) == 3
    assert judge(*race, (GENERATE, 6, 7, "c", True, 0)) == 3
    assert judge(*race, (GENERATE, 6, 7, "c", True, 1), (VERIFY, 8, 9, "c", True)) is None


def test_a_password_is_refused_only_where_it_is_not_the_account_s():
    assert judge((GENERATE, 0, 1, None, False, 0)) == 0
    assert judge((SET_PASSWORD, 0, 3, None, True, 1), (GENERATE, 1, 2, None, False, 0)) is None
    assert judge((SET_PASSWORD, 0, 1, None, True, 1), (GENERATE, 2, 3, None, False, 1)) == 1
    assert judge((SET_PASSWORD, 0, OPEN, None, None, 1), (GENERATE, 2, 3, None, False, 0)) is None


def test_the_window_of_a_violation_is_what_is_needed_to_see_it():
    rows = [(GENERATE, 10 * turn, 10 * turn + 1, f"t{turn}", True) for turn in range(200)]
    rows += [(VERIFY, 10 * turn + 2, 10 * turn + 3, f"t{turn}", True) for turn in range(200)]
    rows.append((VERIFY, 1903, 1904, "t180", True))
    operations = [Operation(number, *row) for number, row in enumerate(rows)]
    report = check_histories({"ann": operations, "bob": operations[:-1]})
    (violation,) = report.violations
    assert (violation.key, violation.operation) == ("ann", operations[-1])
    # That a newer token was accepted before is all it takes.
    assert [each.token for each in violation.window] == ["t190", "t180"]
    assert report.operations == 801


def test_two_hundred_thousand_operations_are_judged():
    # Each second verification meets a change under way.
    rows: list[tuple] = []
    for turn in range(200):
        at = 100 * turn
        rows.append((GENERATE, at, at + 40, f"t{turn}", True))
        rows += [(VERIFY, at + 2 * each, at + 2 * each + 7, f"t{turn}", each >= 10) for each in range(19)]
    operations = [Operation(number, *row) for number, row in enumerate(rows)]
    report = check_histories({f"account {number}": operations for number in range(50)})
    assert not report.violations
    assert report.operations == 200_000


def test_many_changes_without_an_answer_are_judged():
    rows: list[tuple] = [(GENERATE, 0, 1, "a", True)]
    rows += [(GENERATE, 2, 900, None, None) for _ in range(40)] + [(REVOKE, 2, 900, "a", None) for _ in range(40)]
    rows += [(GENERATE, 3, OPEN, None, None) for _ in range(40)]
    rows += [(VERIFY, 4 + each, 5 + each, "a", each < 50) for each in range(100)]
    rows += [(GENERATE, 200 + 10 * each, 201 + 10 * each, f"t{each}", True) for each in range(30)]
    rows += [(VERIFY, 203 + 10 * each, 204 + 10 * each, f"t{each}", False) for each in range(30)]
    operations = [Operation(number, *row) for number, row in enumerate(rows)]
    report = check_histories({"ann": operations})
    assert not report.violations
